/** Brings an app to a number of machines: up by cloning one that runs, down by destroying the newest. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError, toSophiaError } from '../../core/error.ts';
import { shortImage } from '../../kit/image.ts';
import type { Machine } from './client.ts';
import { withLease } from './lease.ts';
import { growFleet } from './scale-up.ts';
import { appName, deedMark, region } from './schema.ts';
import type { FlyWorld } from './world.ts';

const most = 20;
const input = z.strictObject({
  app: appName,
  count: z.int().min(1).max(most).describe('How many machines there shall be, in the whole app or in the region given'),
  region: region.optional().describe('Count and change only machines in this region, e.g. fra'),
});
type Input = z.infer<typeof input>;
const output = z.object({ app: z.string(), count: z.number(), machines: z.array(z.string()) });

const growth = z.object({ template: z.string(), instance_id: z.string(), region: z.string(), add: z.int() });
const doomed = z.object({ machines: z.array(z.string()) });

export function scaleActions(world: FlyWorld) {
  const { fly } = world;
  const fleetOf = async ({ app, region: only }: Pick<Input, 'app' | 'region'>, signal: AbortSignal) =>
    (await fly.listMachines(app, signal)).filter((one) => one.state !== 'destroying' && (!only || one.region === only));

  const up = defineAction({
    name: 'fly_scale_up',
    description: 'Adds Fly machines to an app, cloned from one that runs, until there are as many as asked for.',
    effect: 'write',
    usage: 'scale <app> up to <count> [in <region>]',
    example: 'scale acme-web up to 4',
    input,
    output,
    deadlineMs: 30_000,

    async plan(asked, { signal }) {
      const whole = await fleetOf({ app: asked.app }, signal);
      const fleet = asked.region ? whole.filter((one) => one.region === asked.region) : whole;
      const add = asked.count - fleet.length;
      if (add <= 0) throw already(asked, fleet.length, 'down');
      const template = pickTemplate(fleet) ?? pickTemplate(whole);
      if (!template)
        throw new SophiaError('bad_input', `${asked.app} has no machine I could clone.`, {
          hint: 'I clone a machine that runs and has no volume; deploy one first.',
        });
      const image = template.config?.image ?? '';
      const where = asked.region ?? template.region ?? '';
      const { cpus, cpu_kind: kind, memory_mb: memory } = template.config?.guest ?? {};
      return {
        target: `fly:${asked.app}`,
        summary: `Add ${machines(add)} to ${asked.app} in ${where}, ${asked.count} then`,
        details: [
          { label: 'App', value: asked.app },
          { label: 'Machines', value: `${fleet.length} now, ${asked.count} then${asked.region ? ` in ${where}` : ''}` },
          { label: 'Cloned from', value: `${template.id} in ${template.region}` },
          { label: 'Image', value: shortImage(image) },
          ...(cpus ? [{ label: 'Size of each', value: `${kind ?? 'shared'} × ${cpus}, ${memory ?? '?'} MB` }] : []),
        ],
        undo: `Say \`scale ${asked.app} down to ${fleet.length}\`: it destroys the newest.`,
        preconditions: [...membership(fleet), { name: 'image', expected: image }],
        resolved: { template: template.id ?? '', instance_id: template.instance_id ?? '', region: where, add },
      };
    },

    async run(plan, { deed, signal }) {
      const { app, count } = plan.input;
      const made = await growFleet(world, { app, deed, ...growth.parse(plan.resolved) }, signal);
      return { app, count, machines: made };
    },

    async reconcile(plan, { deed, signal }): Promise<Reconciliation> {
      const { app, count } = plan.input;
      const ours = (await fleetOf({ app }, signal)).filter((one) => one.config?.metadata?.[deedMark] === deed);
      // Fewer than wanted is “not done”: run() counts those with its mark and makes only the rest.
      if (ours.length < growth.parse(plan.resolved).add)
        return { state: 'not done', ...(ours.length > 0 ? { begun: true } : {}) };
      return { state: 'done', output: { app, count, machines: ours.map((one) => one.id ?? '') } };
    },
  });

  const down = defineAction({
    name: 'fly_scale_down',
    description: 'Destroys the newest Fly machines of an app until only as many as asked for are left.',
    effect: 'destroy',
    usage: 'scale <app> down to <count> [in <region>]',
    example: 'scale acme-web down to 2',
    input,
    output,
    deadlineMs: 30_000,

    async plan(asked, { signal }) {
      const fleet = await fleetOf(asked, signal);
      const surplus = fleet.length - asked.count;
      if (surplus <= 0) throw already(asked, fleet.length, 'up');
      const gone = [...fleet].sort(newestFirst).slice(0, surplus);
      const volumes = gone.filter((one) => (one.config?.mounts?.length ?? 0) > 0).length;
      return {
        target: `fly:${asked.app}`,
        summary: `Destroy ${machines(surplus)} of ${asked.app}, ${asked.count} left${asked.region ? ` in ${asked.region}` : ''}`,
        details: [
          { label: 'App', value: asked.app },
          ...gone.map((one) => ({
            label: 'Destroys',
            value: `${one.id} in ${one.region}, ${one.state}, ${shortImage(one.config?.image ?? '')}`,
          })),
          ...(volumes > 0 ? [{ label: 'Volumes', value: `${volumes} stay behind, detached` }] : []),
        ],
        undo: `Machines cannot be brought back; \`scale ${asked.app} up to ${fleet.length}\` makes new ones.`,
        preconditions: membership(fleet),
        resolved: { machines: gone.map((one) => one.id ?? '') },
      };
    },

    async run(plan, { deed, signal }) {
      const { app, count } = plan.input;
      const list = doomed.parse(plan.resolved).machines;
      const present = new Set((await fleetOf({ app }, signal)).map((one) => one.id));
      for (const machine of list.filter((id) => present.has(id))) {
        await withLease(world, { app, machine, deed }, signal, (nonce) =>
          fly.destroyMachine({ app, machine }, nonce, signal),
        ).catch((problem: unknown) => {
          throw partly(
            toSophiaError(problem),
            list.filter((id) => !present.has(id)),
          );
        });
        present.delete(machine);
      }
      return { app, count, machines: list };
    },

    async reconcile(plan, { signal }): Promise<Reconciliation> {
      const { app, count } = plan.input;
      const list = doomed.parse(plan.resolved).machines;
      const present = new Set((await fleetOf({ app }, signal)).map((one) => one.id));
      // Some left is “not done”: run() skips those that are gone.
      const left = list.filter((id) => present.has(id)).length;
      if (left > 0) return { state: 'not done', ...(left < list.length ? { begun: true } : {}) };
      return { state: 'done', output: { app, count, machines: list } };
    },
  });

  return [up, down];
}

/** The oldest that runs; one with a volume or on standby cannot simply be doubled. */
function pickTemplate(fleet: Machine[]): Machine | undefined {
  return [...fleet]
    .sort(newestFirst)
    .findLast((one) => one.state === 'started' && !one.config?.mounts?.length && !one.config?.standbys?.length);
}

/** What is known to be gone belongs into the words of the failure; a lost answer is looked into instead. */
function partly(error: SophiaError, gone: string[]): SophiaError {
  if (gone.length === 0 || error.code === 'timeout' || error.code === 'internal') return error;
  return new SophiaError(error.code, `${error.message} Before that, ${gone.join(', ')} had been destroyed.`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function newestFirst(a: Machine, b: Machine): number {
  return (b.created_at ?? '').localeCompare(a.created_at ?? '') || (b.id ?? '').localeCompare(a.id ?? '');
}

function membership(fleet: Machine[]) {
  return [{ name: 'machines', expected: fleet.map((one) => one.id ?? '').sort() }];
}

function machines(count: number): string {
  return count === 1 ? 'one machine' : `${count} machines`;
}

function already({ app, count, region: only }: Input, now: number, way: 'up' | 'down'): SophiaError {
  const place = only ? ` in ${only}` : '';
  if (now === count) return new SophiaError('bad_input', `${app} already has ${machines(now)}${place}.`);
  return new SophiaError('bad_input', `${app} has ${machines(now)}${place}; ${count} would be ${way}.`, {
    hint: `Say \`scale ${app} ${way} to ${count}${place}\`.`,
  });
}
