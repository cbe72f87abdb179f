/** What can be asked of Fly: apps, machines and their health, history, and which image a tag names. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Reply } from '../../core/reply.ts';
import { shortImage } from '../../kit/image.ts';
import { verdict, waitHealthy } from './health.ts';
import { appName, deedMark, imageReference, machineId, machineView, place, viewMachine } from './schema.ts';
import type { FlyWorld } from './world.ts';

const none = z.strictObject({});
const appList = z.object({
  organization: z.string(),
  apps: z.array(z.object({ name: z.string(), status: z.string().nullable(), machines: z.number() })),
});
export const appStatus = z.object({
  app: z.string(),
  organization: z.string().nullable(),
  status: z.string().nullable(),
  machines: z.array(machineView),
  summary: z.object({
    total: z.number(),
    started: z.number(),
    healthy: z.number(),
    /** What runs, by image: one entry when all machines agree. */
    images: z.array(z.object({ reference: z.string(), revision: z.string().nullable(), machines: z.number() })),
  }),
});
export type AppStatus = z.infer<typeof appStatus>;
const eventList = z.object({
  events: z.array(z.object({ at: z.string(), type: z.string(), status: z.string(), source: z.string() })),
});
const versionList = z.object({
  versions: z.array(z.object({ instance_id: z.string(), image: z.string(), deed: z.string().nullable() })),
});
const resolvedImage = z.object({
  image: z.string(),
  repository: z.string(),
  tag: z.string().nullable(),
  digest: z.string(),
  pinned: z.string(),
  revision: z.string().nullable(),
});

export function readActions(world: FlyWorld) {
  const { fly, registry, organization } = world;
  return [
    defineAction({
      name: 'fly_list_apps',
      description: 'Lists the Fly apps of the organization, with how many machines each has.',
      effect: 'read',
      usage: 'list fly apps',
      example: 'list fly apps',
      input: none,
      output: appList,
      async run(_, { signal }) {
        const org = organization ?? (await fly.currentTokens(signal)).find((token) => token.org_slug)?.org_slug;
        if (!org)
          throw new SophiaError('not_configured', 'I do not know which Fly organization to list.', {
            hint: 'Set FLY_ORG to its slug (`fly orgs list`).',
          });
        const apps = await fly.listApps(org, signal);
        return {
          organization: org,
          apps: apps.map((app) => ({
            name: app.name ?? '',
            status: app.status ?? null,
            machines: app.machine_count ?? 0,
          })),
        };
      },
      show: (output) => {
        const { organization: org, apps } = appList.parse(output);
        return table(
          `Fly apps of ${org}`,
          ['App', 'Machines', 'Status'],
          apps.map((app) => [app.name, String(app.machines), app.status ?? '']),
        );
      },
    }),
    defineAction({
      name: 'fly_get_status',
      description: 'Shows a Fly app: every machine with its region, state, image, commit and health checks.',
      effect: 'read',
      usage: 'status <app>',
      example: 'status acme-web',
      input: z.strictObject({ app: appName }),
      output: appStatus,
      async run({ input: { app } }, { signal }) {
        const [about, machines] = await Promise.all([fly.getApp(app, signal), fly.listMachines(app, signal)]);
        const views = machines.map(viewMachine).sort((a, b) => (a.region + a.id < b.region + b.id ? -1 : 1));
        return {
          app,
          organization: about.organization?.slug ?? null,
          status: about.status ?? null,
          machines: views,
          summary: {
            total: views.length,
            started: views.filter((view) => view.state === 'started').length,
            healthy: views.filter((view) => view.healthy).length,
            images: [...Map.groupBy(views, (view) => view.image.reference)].map(([reference, same]) => ({
              reference,
              revision: same[0]?.image.revision ?? null,
              machines: same.length,
            })),
          },
        };
      },
      show: (output) => showStatus(appStatus.parse(output)),
    }),
    defineAction({
      name: 'fly_get_machine',
      description: 'Shows one Fly machine: state, image, version, health checks.',
      effect: 'read',
      input: z.strictObject(place),
      output: machineView,
      run: async ({ input }, { signal }) => viewMachine(await fly.getMachine(input, signal)),
    }),
    defineAction({
      name: 'fly_list_events',
      description: 'Lists what happened to a Fly machine lately, newest first: launches, updates, exits, restarts.',
      effect: 'read',
      input: z.strictObject({
        ...place,
        limit: z.int().min(1).max(50).default(20).describe('How many events at most'),
      }),
      output: eventList,
      async run({ input }, { signal }) {
        const events = await fly.listEvents(input, input.limit, signal);
        return {
          events: events.slice(0, input.limit).map((event) => ({
            at: new Date(event.timestamp ?? 0).toISOString(),
            type: event.type ?? '',
            status: event.status ?? '',
            source: event.source ?? '',
          })),
        };
      },
    }),
    defineAction({
      name: 'fly_list_versions',
      description: 'Lists the earlier configurations of a Fly machine: which images it ran before, newest first.',
      effect: 'read',
      input: z.strictObject(place),
      output: versionList,
      async run({ input }, { signal }) {
        const versions = await fly.listVersions(input, signal);
        // A version's id begins with its time: newest first, whatever the order of the answer.
        versions.sort((a, b) => ((a.version ?? '') < (b.version ?? '') ? 1 : -1));
        return {
          versions: versions.map((version) => ({
            instance_id: version.version ?? '',
            image: version.user_config?.image ?? '',
            deed: version.user_config?.metadata?.[deedMark] ?? null,
          })),
        };
      },
    }),
    defineAction({
      name: 'fly_resolve_image',
      description: "Looks an image up in Fly's registry: its digest, and the commit it was built from.",
      effect: 'read',
      input: z.strictObject({ image: imageReference }),
      output: resolvedImage,
      run: ({ input }, { signal }) => registry.resolve(input.image, signal),
    }),
    defineAction({
      name: 'fly_wait_healthy',
      description: 'Waits until a Fly machine has started and all its checks pass, and says whether it is healthy.',
      effect: 'read',
      input: z.strictObject({
        app: appName,
        machine: machineId,
        instance_id: z.string().max(40).optional().describe('Version that must be the one running'),
        timeout_seconds: z.int().min(1).max(300).default(120).describe('Longest wait in seconds'),
      }),
      output: verdict,
      run: ({ input }, { signal }) => waitHealthy(world, input, signal),
      deadlineMs: 310_000,
    }),
  ];
}

function showStatus({ app, machines, summary }: AppStatus): Reply {
  const rows = machines.map((machine) => [
    machine.region,
    machine.id,
    machine.cordoned ? `${machine.state}, cordoned` : machine.state,
    shortImage(machine.image.reference),
    machine.image.revision?.slice(0, 7) ?? '—',
    machine.checks.map((check) => `${check.name} ${check.status}`).join(', ') || 'no checks',
  ]);
  const columns = ['Region', 'Machine', 'State', 'Image', 'Commit', 'Checks'];
  const footer = `${summary.healthy} of ${summary.total} healthy${summary.images.length > 1 ? `; ${summary.images.length} different images` : ''}`;
  return { ...table(app, columns, rows), footer };
}

function table(title: string, columns: string[], rows: string[][]) {
  return { kind: 'table' as const, title, columns, rows };
}
