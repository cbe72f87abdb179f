/** Volumes of an app: which there are, a new one, more room on one, and snapshots. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Volume } from './client-storage.ts';
import { appName, region } from './schema.ts';
import type { FlyWorld } from './world.ts';

const mostGb = 500;
const gigabytes = z.int().min(1).max(mostGb);
const volumeId = z
  .string()
  .regex(/^vol_[a-z0-9]{6,40}$/, 'a volume id begins with vol_; `volumes of <app>` lists them')
  .describe('Id of the volume, e.g. vol_4qexlzg7ggxpw8m4');
const volumeName = z
  .string()
  .regex(/^[a-z0-9_]{1,30}$/, 'a volume name has lower-case letters, digits and underscores, 30 at most')
  .describe('Name of the volume; machines ask for a volume by it');

const volumeView = z.object({
  id: z.string(),
  name: z.string(),
  region: z.string(),
  size_gb: z.number(),
  state: z.string(),
  machine: z.string().nullable(),
  created_at: z.string().nullable(),
});
const volumeList = z.object({ app: z.string(), volumes: z.array(volumeView) });
const snapshotView = z.object({
  id: z.string(),
  created_at: z.string().nullable(),
  bytes: z.number(),
  status: z.string(),
  kept_days: z.number().nullable(),
});
const snapshotList = z.object({ app: z.string(), volume: z.string(), snapshots: z.array(snapshotView) });
const known = z.object({ before: z.array(z.string()) });
const sized = z.object({ size_gb: z.number() });

const when = (iso: string | null) => iso?.slice(0, 16).replace('T', ' ') ?? '—';
const described = (volume: Volume) =>
  `${volume.name} (${volume.id}), ${volume.size_gb} GB in ${volume.region}, ${volume.machine ? `attached to ${volume.machine}` : 'attached to nothing'}`;

export function volumeActions({ fly }: FlyWorld) {
  const likeIt = (volumes: Volume[], name: string, place: string) =>
    volumes.filter((one) => one.name === name && one.region === place).map((one) => one.id);

  return [
    defineAction({
      name: 'fly_list_volumes',
      description: 'Lists the volumes of a Fly app: size, region, and the machine each is attached to.',
      effect: 'read',
      usage: 'volumes of <app>',
      example: 'volumes of acme-web',
      input: z.strictObject({ app: appName }),
      output: volumeList,
      run: async ({ input: { app } }, { signal }) => ({ app, volumes: await fly.listVolumes(app, signal) }),
      show(output) {
        const { app, volumes } = volumeList.parse(output);
        return {
          kind: 'table',
          title: `Volumes of ${app}`,
          columns: ['Id', 'Name', 'Region', 'Size', 'State', 'Machine'],
          rows: volumes.map((one) => [
            one.id,
            one.name,
            one.region,
            `${one.size_gb} GB`,
            one.state,
            one.machine ?? '—',
          ]),
        };
      },
    }),

    defineAction({
      name: 'fly_list_snapshots',
      description: 'Lists the snapshots of a volume of a Fly app, newest first.',
      effect: 'read',
      usage: 'snapshots of <volume> in <app>',
      example: 'snapshots of vol_4qexlzg7ggxpw8m4 in acme-web',
      input: z.strictObject({ app: appName, volume: volumeId }),
      output: snapshotList,
      async run({ input: { app, volume } }, { signal }) {
        const snapshots = await fly.listSnapshots(app, volume, signal);
        snapshots.sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''));
        return { app, volume, snapshots };
      },
      show(output) {
        const { app, volume, snapshots } = snapshotList.parse(output);
        return {
          kind: 'table',
          title: `Snapshots of ${volume} in ${app}`,
          columns: ['Id', 'Made', 'Size', 'State', 'Kept'],
          rows: snapshots.map((one) => [
            one.id,
            when(one.created_at),
            `${Math.ceil(one.bytes / 1_000_000)} MB`,
            one.status,
            one.kept_days === null ? '—' : `${one.kept_days} days`,
          ]),
        };
      },
    }),

    defineAction({
      name: 'fly_create_volume',
      description:
        'Creates an empty volume for a Fly app in one region; a machine is attached to it when one is made for it.',
      effect: 'write',
      usage: 'create volume <name> for <app> in <region> [size <size_gb>]',
      example: 'create volume data for acme-web in fra size 10',
      input: z.strictObject({
        app: appName,
        name: volumeName,
        region,
        size_gb: gigabytes.default(3).describe('Size in GB; it can grow later, never shrink'),
      }),
      output: volumeView,

      async plan({ app, name, region: place, size_gb }, { signal }) {
        const volumes = await fly.listVolumes(app, signal);
        const same = volumes.filter((one) => one.name === name);
        return {
          target: `fly:${app}`,
          summary: `Create a volume ${name} of ${size_gb} GB for ${app} in ${place}`,
          details: [
            { label: 'App', value: app },
            { label: 'Volume', value: `${name}, ${size_gb} GB in ${place}` },
            ...same.map((one) => ({ label: 'Of that name already', value: described(one) })),
          ],
          undo: 'While it is empty it can be destroyed with `fly volumes destroy`; it costs money until then.',
          preconditions: [{ name: 'volumes', expected: volumes.map((one) => one.id).sort() }],
          resolved: { before: likeIt(volumes, name, place) },
        };
      },

      async run(plan, { signal }) {
        const { app, name, region: place, size_gb } = plan.input;
        const { before } = known.parse(plan.resolved);
        const now = likeIt(await fly.listVolumes(app, signal), name, place);
        if (now.some((id) => !before.includes(id)))
          throw new SophiaError('conflict', `${app} has got another volume ${name} in ${place} since it was planned.`, {
            hint: `Look at \`volumes of ${app}\`, then ask again.`,
          });
        return fly.createVolume(app, { name, region: place, size_gb }, signal);
      },

      async reconcile(plan, { signal }): Promise<Reconciliation> {
        const { app, name, region: place, size_gb } = plan.input;
        const { before } = known.parse(plan.resolved);
        const fresh = (await fly.listVolumes(app, signal)).filter(
          (one) => one.name === name && one.region === place && !before.includes(one.id),
        );
        const [only, ...others] = fresh;
        if (!only) return { state: 'not done' };
        // Fly lets a volume carry no mark: one like it that was not there before is what was wanted.
        if (others.length === 0 && only.size_gb === size_gb) return { state: 'done', output: only };
        return { state: 'unknown', evidence: `Since the plan ${app} has got ${fresh.map(described).join('; ')}.` };
      },
    }),

    defineAction({
      name: 'fly_extend_volume',
      description: 'Makes a volume of a Fly app larger; it cannot become smaller again.',
      effect: 'write',
      usage: 'extend volume <volume> of <app> to <size_gb>',
      example: 'extend volume vol_4qexlzg7ggxpw8m4 of acme-web to 20',
      input: z.strictObject({ app: appName, volume: volumeId, size_gb: gigabytes.describe('New size in GB') }),
      output: z.object({ app: z.string(), volume: z.string(), size_gb: z.number(), needs_restart: z.boolean() }),

      async plan({ app, volume, size_gb }, { signal }) {
        const now = await fly.getVolume(app, volume, signal);
        if (size_gb <= now.size_gb)
          throw new SophiaError('bad_input', `Volume ${volume} has ${now.size_gb} GB; it can only grow.`);
        return {
          target: `fly:${app}`,
          summary: `Extend the volume ${now.name} of ${app} from ${now.size_gb} to ${size_gb} GB`,
          details: [
            { label: 'App', value: app },
            { label: 'Volume', value: described(now) },
            { label: 'Size next', value: `${size_gb} GB` },
          ],
          undo: 'None: a volume cannot shrink.',
          preconditions: [
            { name: 'size', expected: now.size_gb },
            { name: 'machine', expected: now.machine },
          ],
          resolved: { size_gb: now.size_gb },
        };
      },

      async run(plan, { signal }) {
        const { app, volume, size_gb } = plan.input;
        const before = sized.parse(plan.resolved).size_gb;
        const now = await fly.getVolume(app, volume, signal);
        if (now.size_gb !== before)
          throw new SophiaError('conflict', `Volume ${volume} has ${now.size_gb} GB now, not ${before}.`, {
            hint: 'Somebody else has extended it. Look at it, then ask again.',
          });
        return { app, volume, size_gb, needs_restart: await fly.extendVolume(app, volume, size_gb, signal) };
      },

      async reconcile(plan, { signal }): Promise<Reconciliation> {
        const { app, volume, size_gb } = plan.input;
        const now = await fly.getVolume(app, volume, signal);
        if (now.size_gb < size_gb) return { state: 'not done' };
        // Whether a restart is needed was in the lost answer: with a machine on it, it may be.
        const output = { app, volume, size_gb: now.size_gb, needs_restart: now.machine !== null };
        return { state: 'done', output };
      },
    }),

    defineAction({
      name: 'fly_create_snapshot',
      description: 'Takes a snapshot of a volume of a Fly app, beside those Fly takes each day.',
      effect: 'write',
      usage: 'snapshot volume <volume> of <app>',
      example: 'snapshot volume vol_4qexlzg7ggxpw8m4 of acme-web',
      input: z.strictObject({ app: appName, volume: volumeId }),
      output: z.object({ app: z.string(), volume: z.string() }),

      async plan({ app, volume }, { signal }) {
        const [now, snapshots] = await Promise.all([
          fly.getVolume(app, volume, signal),
          fly.listSnapshots(app, volume, signal),
        ]);
        return {
          target: `fly:${app}`,
          summary: `Take a snapshot of the volume ${now.name} of ${app}`,
          details: [
            { label: 'App', value: app },
            { label: 'Volume', value: described(now) },
            { label: 'Snapshots now', value: String(snapshots.length) },
          ],
          undo: 'Not needed: it changes nothing on the volume, and Fly deletes it when its days are over.',
          preconditions: [{ name: 'volume', expected: now.id }],
          resolved: { before: snapshots.map((one) => one.id) },
        };
      },

      async run(plan, { signal }) {
        const { app, volume } = plan.input;
        await fly.createSnapshot(app, volume, signal);
        return { app, volume };
      },

      async reconcile(plan, { signal }): Promise<Reconciliation> {
        const { app, volume } = plan.input;
        const { before } = known.parse(plan.resolved);
        // Any that was not there before holds what was to be kept, Fly's own of the day too.
        const fresh = (await fly.listSnapshots(app, volume, signal)).some((one) => !before.includes(one.id));
        return fresh ? { state: 'done', output: { app, volume } } : { state: 'not done' };
      },
    }),
  ];
}
