/** What an app ran when, put together from the versions of its machines: the Machines API itself keeps no releases. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import { shortImage } from '../../kit/image.ts';
import type { Machine } from './client.ts';
import { appName, deedMark } from './schema.ts';
import type { FlyWorld } from './world.ts';

const release = z.object({
  image: z.string(),
  /** When the first machine got it. */
  at: z.string().nullable(),
  machines: z.number(),
  running: z.number(),
  /** Whether it was put there by a deed of this house. */
  by_sophia: z.boolean(),
});
const listed = z.object({ app: z.string(), releases: z.array(release), machines: z.number() });

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const mostMachines = 30;

/** The time a version's id begins with, as every ULID does; null when it is none. */
export function timeOf(version: string): string | null {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(version)) return null;
  const milliseconds = [...version.slice(0, 10)].reduce((sum, letter) => sum * 32 + crockford.indexOf(letter), 0);
  return new Date(milliseconds).toISOString();
}

export function releaseActions({ fly }: FlyWorld) {
  const historyOf = async (app: string, machine: Machine, signal: AbortSignal) => {
    const versions = await fly.listVersions({ app, machine: machine.id ?? '' }, signal);
    return versions.map((version) => ({
      machine: machine.id ?? '',
      image: version.user_config?.image ?? '',
      at: timeOf(version.version ?? ''),
      marked: version.user_config?.metadata?.[deedMark] !== undefined,
    }));
  };

  return [
    defineAction({
      name: 'fly_list_releases',
      description: 'Lists the images a Fly app ran, newest first, from the versions its machines remember.',
      effect: 'read',
      usage: 'releases of <app>',
      example: 'releases of acme-web',
      input: z.strictObject({
        app: appName,
        limit: z.int().min(1).max(50).default(10).describe('How many at most'),
      }),
      output: listed,
      async run({ input: { app, limit } }, { signal }) {
        const machines = await fly.listMachines(app, signal);
        const looked = machines.slice(0, mostMachines);
        const past = (await Promise.all(looked.map((machine) => historyOf(app, machine, signal)))).flat();
        const releases = [...Map.groupBy(past, (one) => one.image)]
          .filter(([image]) => image !== '')
          .map(([image, same]) => ({
            image,
            at: same.map((one) => one.at).reduce((a, b) => (a !== null && (b === null || a < b) ? a : b), null),
            machines: new Set(same.map((one) => one.machine)).size,
            running: machines.filter((machine) => machine.config?.image === image).length,
            by_sophia: same.some((one) => one.marked),
          }))
          .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));
        return { app, releases: releases.slice(0, limit), machines: machines.length };
      },
      show(output) {
        const { app, releases, machines } = listed.parse(output);
        return {
          kind: 'table',
          title: `Images of ${app}, newest first`,
          columns: ['First run', 'Image', 'Machines', 'Running', 'By'],
          rows: releases.map((one) => [
            one.at?.slice(0, 16).replace('T', ' ') ?? '—',
            shortImage(one.image),
            String(one.machines),
            String(one.running),
            one.by_sophia ? 'Sophia' : '—',
          ]),
          footer: `From what its ${machines} machines remember; a machine that is gone has taken its history with it.`,
        };
      },
    }),
  ];
}
