/** Puts another image on one machine: compare-and-set under its lease, marked, and told apart after a crash. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import { shortImage } from '../../kit/image.ts';
import { withLease } from './lease.ts';
import { parseImage } from './registry.ts';
import { deedMark, imageReference, place, previousMark } from './schema.ts';
import type { FlyWorld } from './world.ts';

const input = z.strictObject({
  ...place,
  image: imageReference,
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
  image: z.string(),
  previous_image: z.string(),
  state: z.string(),
});
/** Fixed while planning: the image by its digest, and the version it replaces. */
const resolved = z.object({
  image: z.string(),
  instance_id: z.string(),
  previous_image: z.string(),
  region: z.string(),
});

export function updateMachine(world: FlyWorld) {
  const { fly, registry } = world;
  return defineAction({
    name: 'fly_update_machine',
    description: 'Puts another image on one Fly machine and restarts it with that; everything else stays as it is.',
    effect: 'write',
    input,
    output,
    deadlineMs: 20_000,

    async plan({ app, machine, image, expected_instance }, { signal }) {
      const now = await fly.getMachine({ app, machine }, signal);
      const instance = now.instance_id ?? '';
      if (expected_instance !== null && expected_instance !== instance)
        throw changed(machine, expected_instance, instance);
      const name = parseImage(image);
      // What is not in Fly's registry, and what is pinned already, Fly itself looks up.
      const next = name && !name.digest ? (await registry.resolve(image, signal)).pinned : image;
      const before = now.config?.image ?? '';
      const asleep = now.state !== 'started' ? [{ label: 'State', value: `${now.state}; it will be started` }] : [];
      return {
        target: `fly:${app}`,
        summary: `Put ${shortImage(next)} on machine ${machine} of ${app} (${now.region})`,
        details: [
          { label: 'App', value: app },
          { label: 'Machine', value: `${machine} in ${now.region}` },
          { label: 'Image now', value: before },
          { label: 'Image next', value: next },
          ...asleep,
        ],
        diff: `- ${before}\n+ ${next}`,
        undo: `Put ${before} back the same way.`,
        ...(world.dashboard
          ? { links: [{ label: 'Machine', url: `${world.dashboard}/apps/${app}/machines/${machine}` }] }
          : {}),
        preconditions: [
          { name: 'instance_id', expected: instance },
          { name: 'image', expected: before },
        ],
        resolved: { image: next, instance_id: instance, previous_image: before, region: now.region ?? '' },
      };
    },

    async run(plan, { deed, signal }) {
      const { app, machine } = plan.input;
      const { image, instance_id } = resolved.parse(plan.resolved);
      return withLease(world, { app, machine, deed }, signal, async (nonce) => {
        const now = await fly.getMachine({ app, machine }, signal);
        if (now.instance_id !== instance_id) throw changed(machine, instance_id, now.instance_id ?? '');
        const previous = now.config?.image ?? '';
        const marks = { [deedMark]: deed, [previousMark]: previous };
        const config = { ...now.config, image, metadata: { ...now.config?.metadata, ...marks } };
        const standby = (now.config?.standbys?.length ?? 0) > 0;
        const body = { config, current_version: instance_id, ...(standby ? { skip_launch: true } : {}) };
        const after = await fly.updateMachine({ app, machine }, nonce, body, signal);
        return {
          machine,
          region: after.region ?? '',
          instance_id: after.instance_id ?? '',
          image,
          previous_image: previous,
          state: after.state ?? 'unknown',
        };
      });
    },

    async reconcile(plan, { deed, signal }): Promise<Reconciliation> {
      const { app, machine } = plan.input;
      const before = resolved.parse(plan.resolved);
      const now = await fly.getMachine({ app, machine }, signal);
      const done = (instance_id: string, state: string): Reconciliation => ({
        state: 'done',
        output: {
          machine,
          region: now.region ?? before.region,
          instance_id,
          image: before.image,
          previous_image: before.previous_image,
          state,
        },
      });
      if (now.config?.metadata?.[deedMark] === deed) return done(now.instance_id ?? '', now.state ?? 'unknown');
      if (now.instance_id === before.instance_id) return { state: 'not done' };
      // Changed again since: its history tells whether our version was ever there.
      const versions = await fly.listVersions({ app, machine }, signal);
      const marked = versions.filter((version) => version.user_config?.metadata?.[deedMark] === deed);
      // Whoever changes a machine carries its metadata along: the version with our image is ours.
      const ours = marked.find((version) => version.user_config?.image === before.image) ?? marked[0];
      if (ours) return done(ours.version ?? '', 'replaced');
      if (versions.some((version) => version.version === before.instance_id)) return { state: 'not done' };
      return {
        state: 'unknown',
        evidence:
          `Machine ${machine} ran ${before.previous_image} (version ${before.instance_id}) when this was planned; ` +
          `now it runs ${now.config?.image} (version ${now.instance_id}) without the mark of this deed, and its history does not reach back.`,
      };
    },
  });
}

function changed(machine: string, expected: string, found: string): SophiaError {
  return new SophiaError('conflict', `Machine ${machine} has changed: version ${found} runs, not ${expected}.`, {
    hint: 'Somebody else has deployed in between. Look at the status, then ask again.',
  });
}
