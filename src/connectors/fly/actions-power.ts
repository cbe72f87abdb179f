/** Restarts, starts and stops one machine. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import { shortImage } from '../../kit/image.ts';
import { withLease } from './lease.ts';
import { place } from './schema.ts';
import type { FlyWorld } from './world.ts';

const input = z.strictObject(place);
const output = z.object({ machine: z.string(), state: z.string() });
const resolved = z.object({ newest_event: z.number() });

type Verb = 'restart' | 'start' | 'stop';
type Power = {
  verb: Verb;
  name: string;
  /** How people begin the line. */
  typed: string;
  description: string;
  /** States in which it can be done. */
  from: string[];
  undo: string;
};

const powers: Power[] = [
  {
    verb: 'restart',
    name: 'fly_restart_machine',
    typed: 'restart',
    description: 'Stops one Fly machine and starts it again with the same image and configuration.',
    from: ['started'],
    undo: 'Not needed: image and configuration stay the same. Requests in flight on this machine may fail.',
  },
  {
    verb: 'start',
    name: 'fly_start_machine',
    typed: 'start machine',
    description: 'Starts a stopped or suspended Fly machine.',
    from: ['stopped', 'suspended', 'created'],
    undo: 'Stop it again.',
  },
  {
    verb: 'stop',
    name: 'fly_stop_machine',
    // `stop <run>` ends a run.
    typed: 'stop machine',
    description: 'Stops a Fly machine without destroying it; it can be started again.',
    from: ['started', 'starting'],
    undo: 'Start it again.',
  },
];

export function powerActions(world: FlyWorld) {
  return powers.map((power) => powerAction(world, power));
}

function powerAction(world: FlyWorld, { verb, name, typed, description, from, undo }: Power) {
  const { fly } = world;
  return defineAction({
    name,
    description,
    effect: 'write',
    usage: `${typed} <machine> in <app>`,
    example: `${typed} 3d8d413b29d089 in acme-web`,
    input,
    output,
    deadlineMs: 20_000,

    async plan({ app, machine }, { signal }) {
      const [now, fleet] = await Promise.all([
        fly.getMachine({ app, machine }, signal),
        verb === 'start' ? [] : fly.listMachines(app, signal),
      ]);
      const state = now.state ?? 'unknown';
      if (!from.includes(state))
        throw new SophiaError(
          'conflict',
          `Machine ${machine} is ${state}; I can only ${verb} one that is ${from.join(' or ')}.`,
        );
      const others = fleet.filter((one) => one.id !== machine && one.state === 'started').length;
      return {
        target: `fly:${app}`,
        summary: `${verb[0]?.toUpperCase()}${verb.slice(1)} machine ${machine} of ${app} (${now.region})`,
        details: [
          { label: 'App', value: app },
          { label: 'Machine', value: `${machine} in ${now.region}, ${state}` },
          { label: 'Image', value: shortImage(now.config?.image ?? '') },
          ...(verb === 'start' ? [] : [{ label: 'Still serving meanwhile', value: `${others} other machines` }]),
        ],
        undo,
        preconditions: [
          { name: 'instance_id', expected: now.instance_id ?? '' },
          { name: 'state', expected: state },
        ],
        resolved: { newest_event: newestEvent(now) },
      };
    },

    async run(plan, { deed, signal }) {
      const { app, machine } = plan.input;
      return withLease(world, { app, machine, deed }, signal, async (nonce) => {
        await fly.setPower({ app, machine }, verb, nonce, signal);
        // Done, whatever a look at it afterwards brings.
        const after = await fly.getMachine({ app, machine }, signal).catch(() => null);
        return { machine, state: after?.state ?? 'unknown' };
      });
    },

    async reconcile(plan, { signal }): Promise<Reconciliation> {
      const now = await fly.getMachine(plan.input, signal);
      const state = now.state ?? 'unknown';
      const done: Reconciliation = { state: 'done', output: { machine: plan.input.machine, state } };
      if (verb === 'start') return ['started', 'starting'].includes(state) ? done : { state: 'not done' };
      if (verb === 'stop') return ['stopped', 'stopping'].includes(state) ? done : { state: 'not done' };
      // Fly lets a restart carry no mark: one that began after planning, whoever asked for it, is what was wanted.
      const since = resolved.parse(plan.resolved).newest_event;
      const events = await fly.listEvents(plan.input, 50, signal);
      const later = events.filter((event) => (event.timestamp ?? 0) > since);
      if (later.some((event) => event.type === 'restart')) return done;
      if (later.length === 0) return { state: 'not done' };
      const said = later.map((event) => `${event.type} (${event.status}, by ${event.source})`).join(', ');
      return { state: 'unknown', evidence: `Since the plan, Fly lists for machine ${plan.input.machine}: ${said}.` };
    },
  });
}

function newestEvent(machine: { events?: { timestamp?: number }[] }): number {
  return Math.max(0, ...(machine.events ?? []).map((event) => event.timestamp ?? 0));
}
