/** Gives one machine another size: compare-and-set under its lease, marked, and told apart after a crash. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import { memoryFor, parseSize, shownSize, wrongMemory } from '../../kit/machine-size.ts';
import { withLease } from './lease.ts';
import { deedMark, place } from './schema.ts';
import { memoryMb, sizeName, sizeOf } from './size.ts';
import type { FlyWorld } from './world.ts';

const input = z.strictObject({
  ...place,
  size: sizeName,
  memory_mb: memoryMb
    .nullable()
    .default(null)
    .describe('Memory in MB; null for what it has, within what the size takes'),
  expected_instance: z
    .string()
    .max(40)
    .nullable()
    .default(null)
    .describe('instance_id the machine must have now; null for whatever it has when planned'),
});
const output = z.object({
  machine: z.string(),
  region: z.string(),
  instance_id: z.string(),
  size: z.string(),
  memory_mb: z.number(),
  previous: z.string(),
  state: z.string(),
});
const resolved = z.object({
  instance_id: z.string(),
  memory_mb: z.number(),
  previous: z.string(),
  region: z.string(),
});

export function resizeMachine(world: FlyWorld) {
  const { fly } = world;
  return defineAction({
    name: 'fly_resize_machine',
    description:
      'Gives one Fly machine another size of CPU and memory, which restarts it; everything else stays as it is.',
    effect: 'write',
    input,
    output,
    deadlineMs: 20_000,

    async plan({ app, machine, size, memory_mb, expected_instance }, { signal }) {
      const now = await fly.getMachine({ app, machine }, signal);
      const instance = now.instance_id ?? '';
      if (expected_instance !== null && expected_instance !== instance)
        throw changed(machine, expected_instance, instance);
      const before = sizeOf(now.config);
      if (!before)
        throw new SophiaError(
          'bad_input',
          `Machine ${machine} of ${app} has a size that goes by no name (a GPU, perhaps).`,
          {
            hint: 'Change it with `fly machine update`.',
          },
        );
      const next = { size, memory_mb: memory_mb ?? memoryFor(size, before.memory_mb) };
      const wrong = wrongMemory(size, next.memory_mb);
      if (wrong) throw new SophiaError('bad_input', wrong);
      if (next.size === before.size && next.memory_mb === before.memory_mb)
        throw new SophiaError('conflict', `Machine ${machine} of ${app} is ${shownSize(before)} already.`);
      const asleep = now.state !== 'started' ? [{ label: 'State', value: `${now.state}; it stays so` }] : [];
      return {
        target: `fly:${app}`,
        summary: `Make machine ${machine} of ${app} (${now.region}) ${shownSize(next)}`,
        details: [
          { label: 'App', value: app },
          { label: 'Machine', value: `${machine} in ${now.region}` },
          { label: 'Size now', value: shownSize(before) },
          { label: 'Size next', value: shownSize(next) },
          ...asleep,
        ],
        diff: `- ${shownSize(before)}\n+ ${shownSize(next)}`,
        undo: `Make it ${shownSize(before)} the same way.`,
        preconditions: [
          { name: 'instance_id', expected: instance },
          { name: 'size', expected: shownSize(before) },
        ],
        resolved: {
          instance_id: instance,
          memory_mb: next.memory_mb,
          previous: shownSize(before),
          region: now.region ?? '',
        },
      };
    },

    async run(plan, { deed, signal }) {
      const { app, machine, size } = plan.input;
      const pinned = resolved.parse(plan.resolved);
      return withLease(world, { app, machine, deed }, signal, async (nonce) => {
        const now = await fly.getMachine({ app, machine }, signal);
        if (now.instance_id !== pinned.instance_id) throw changed(machine, pinned.instance_id, now.instance_id ?? '');
        const guest = { ...now.config?.guest, ...parseSize(size), memory_mb: pinned.memory_mb };
        const config = { ...now.config, guest, metadata: { ...now.config?.metadata, [deedMark]: deed } };
        const body = {
          config,
          current_version: pinned.instance_id,
          // A sleeping machine is not woken by it.
          ...(now.state !== 'started' ? { skip_launch: true } : {}),
        };
        const after = await fly.updateMachine({ app, machine }, nonce, body, signal);
        return {
          machine,
          region: after.region ?? '',
          instance_id: after.instance_id ?? '',
          size,
          memory_mb: pinned.memory_mb,
          previous: pinned.previous,
          state: after.state ?? 'unknown',
        };
      });
    },

    async reconcile(plan, { deed, signal }): Promise<Reconciliation> {
      const { app, machine, size } = plan.input;
      const { instance_id, memory_mb, previous, region } = resolved.parse(plan.resolved);
      const now = await fly.getMachine({ app, machine }, signal);
      const done = (instance: string, state: string): Reconciliation => ({
        state: 'done',
        output: { machine, region: now.region ?? region, instance_id: instance, size, memory_mb, previous, state },
      });
      if (now.config?.metadata?.[deedMark] === deed) return done(now.instance_id ?? '', now.state ?? 'unknown');
      if (now.instance_id === instance_id) return { state: 'not done' };
      // Changed again since: its history tells whether our version was ever there.
      const versions = await fly.listVersions({ app, machine }, signal);
      const ours = versions.find((version) => version.user_config?.metadata?.[deedMark] === deed);
      if (ours) return done(ours.version ?? '', 'replaced');
      if (versions.some((version) => version.version === instance_id)) return { state: 'not done' };
      return {
        state: 'unknown',
        evidence:
          `Machine ${machine} was ${previous} (version ${instance_id}) when this was planned; now it is ` +
          `version ${now.instance_id} without the mark of this deed, and its history does not reach back.`,
      };
    },
  });
}

function changed(machine: string, expected: string, found: string): SophiaError {
  return new SophiaError('conflict', `Machine ${machine} has changed: version ${found} runs, not ${expected}.`, {
    hint: 'Somebody else has changed it in between. Look at the status, then ask again.',
  });
}
