/** Shapes of what comes in and goes out: names people type, and a machine as the house shows it. */
import { z } from 'zod';
import type { Machine } from './client.ts';
import { tidy } from './failure.ts';
import { sizeOf } from './size.ts';

export const appName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a Fly app name has lower-case letters, digits and dashes')
  .describe('Name of the Fly app, e.g. acme-web');
export const machineId = z
  .string()
  .regex(/^[a-z0-9]{6,32}$/, 'a machine id has lower-case letters and digits; `status <app>` lists them')
  .describe('Id of the machine, e.g. 3d8d413b29d089');
export const region = z
  .string()
  .regex(/^[a-z]{3}$/, 'a region has three letters, e.g. iad')
  .describe('Three-letter code of a Fly region, e.g. fra');
export const imageReference = z
  .string()
  .max(400)
  .regex(/^[A-Za-z0-9][\w./:@-]*$/, 'an image reference has no spaces')
  .describe('Image to run, e.g. registry.fly.io/acme-web:<tag>; best pinned with @sha256:…');
export const place = { app: appName, machine: machineId };

/** Marks left in a machine's metadata: which deed set it as it is, and what ran before. */
export const deedMark = 'sophia_deed';
export const previousMark = 'sophia_previous_image';
export const revisionLabel = 'org.opencontainers.image.revision';

export const checkView = z.object({ name: z.string(), status: z.string(), output: z.string() });
export const imageView = z.object({
  /** As configured: what to put back to undo. */
  reference: z.string(),
  repository: z.string().nullable(),
  tag: z.string().nullable(),
  digest: z.string().nullable(),
  revision: z.string().nullable(),
});
export const machineView = z.object({
  id: z.string(),
  name: z.string(),
  region: z.string(),
  state: z.string(),
  /** Started, and no check says otherwise. */
  healthy: z.boolean(),
  image: imageView,
  /** By Fly's name for it; null for a size that has none. */
  size: z.object({ size: z.string(), memory_mb: z.number() }).nullable(),
  instance_id: z.string(),
  checks: z.array(checkView),
  cordoned: z.boolean(),
  created_at: z.string().nullable(),
  updated_at: z.string().nullable(),
  deed: z.string().nullable(),
  previous_image: z.string().nullable(),
});
export type MachineView = z.infer<typeof machineView>;

export function viewMachine(machine: Machine): MachineView {
  const { config, image_ref: ref } = machine;
  const checks = viewChecks(machine);
  return {
    id: machine.id ?? '',
    name: machine.name ?? '',
    region: machine.region ?? '',
    state: machine.state ?? 'unknown',
    healthy: machine.state === 'started' && checks.every((check) => check.status === 'passing'),
    image: {
      reference: config?.image ?? '',
      repository: ref?.repository ? `${ref.registry ?? ''}/${ref.repository}`.replace(/^\//, '') : null,
      tag: ref?.tag || null,
      digest: ref?.digest || null,
      revision: ref?.labels?.[revisionLabel] || null,
    },
    size: sizeOf(config),
    instance_id: machine.instance_id ?? '',
    checks,
    cordoned: machine.cordoned ?? false,
    created_at: machine.created_at ?? null,
    updated_at: machine.updated_at ?? null,
    deed: config?.metadata?.[deedMark] ?? null,
    previous_image: config?.metadata?.[previousMark] ?? null,
  };
}

export function viewChecks(machine: Machine) {
  return (machine.checks ?? []).map((check) => ({
    name: tidy(check.name ?? '', 60),
    status: check.status ?? 'unknown',
    output: tidy(check.output ?? ''),
  }));
}
