/** Fly and GitHub in memory, as far as the workflows look: three machines, commits, one pull request. */
import { z } from 'zod';
import { type Action, defineAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { workflows } from '../../src/workflows/index.ts';

const anything = z.record(z.string(), z.unknown());
const sha = (letter: string) => letter.repeat(40);

export function fleet() {
  const world = {
    machines: ['iad', 'fra', 'syd'].map((region) => ({
      id: `m${region}`,
      region,
      instance_id: `${region}-1`,
      image: sha('a'),
      state: 'started',
      size: { size: 'shared-cpu-1x', memory_mb: 512 },
    })),
    head: sha('b'),
    checks: 'passing',
    behind: 0,
    /** Images that do not become healthy. */
    ill: new Set<string>(),
    /** Machines whose update is refused by Fly. */
    refuse: new Set<string>(),
    updates: [] as string[],
    merged: [] as string[],
    pull: {
      title: 'Cache',
      author: 'alice',
      state: 'open',
      draft: false,
      mergeable: true as boolean | null,
      base: 'main',
      head_sha: sha('c'),
      checks: 'passing',
      reviews: 'approved',
      url: 'https://github.test/acme/web/pull/12',
    },
  };
  const look = (name: string, run: (input: Record<string, unknown>) => unknown) =>
    defineAction({
      name,
      description: name,
      effect: 'read',
      input: anything,
      output: anything,
      run: async (plan) => run(plan.input) as Record<string, unknown>,
    });
  const find = (id: unknown) => {
    const machine = world.machines.find((one) => one.id === id);
    if (!machine) throw new SophiaError('not_found', `no machine ${id}`);
    return machine;
  };
  const commitOf = (image: string) => image.split(':').at(-1) ?? '';

  const update = defineAction({
    name: 'fly_update_machine',
    description: 'updates',
    effect: 'write',
    input: z.strictObject({
      app: z.string(),
      machine: z.string(),
      image: z.string(),
      expected_instance: z.string().nullable(),
    }),
    output: anything,
    plan: async (input) => ({
      target: `fly:${input.app}`,
      summary: `Update ${input.machine}`,
      details: [],
      preconditions: [],
    }),
    async run({ input }) {
      if (world.refuse.has(input.machine)) throw new SophiaError('capacity', 'No room in the region.');
      const machine = find(input.machine);
      if (input.expected_instance !== null && machine.instance_id !== input.expected_instance)
        throw new SophiaError('conflict', 'It has changed.');
      machine.image = commitOf(input.image);
      machine.instance_id = `${machine.instance_id}+`;
      world.updates.push(`${input.machine} ${machine.image[0]}`);
      return { instance_id: machine.instance_id };
    },
  });
  const resize = defineAction({
    name: 'fly_resize_machine',
    description: 'resizes',
    effect: 'write',
    input: z.strictObject({
      app: z.string(),
      machine: z.string(),
      size: z.string(),
      memory_mb: z.number(),
      expected_instance: z.string().nullable(),
    }),
    output: anything,
    plan: async ({ app, machine }) => ({
      target: `fly:${app}`,
      summary: `Resize ${machine}`,
      details: [],
      preconditions: [],
    }),
    async run({ input }) {
      const machine = find(input.machine);
      if (input.expected_instance !== null && machine.instance_id !== input.expected_instance)
        throw new SophiaError('conflict', 'It has changed.');
      machine.size = { size: input.size, memory_mb: input.memory_mb };
      machine.instance_id = `${machine.instance_id}+`;
      world.updates.push(`${input.machine} ${input.size} ${input.memory_mb}`);
      return { instance_id: machine.instance_id };
    },
  });
  const mergePull = defineAction({
    name: 'github_merge_pull_request',
    description: 'merges',
    effect: 'write',
    input: z.strictObject({ repo: z.string(), number: z.number(), sha: z.string(), method: z.string() }),
    output: anything,
    plan: async (input) => ({
      target: `github:${input.repo}#${input.number}`,
      summary: 'Merge',
      details: [],
      preconditions: [],
    }),
    async run({ input }) {
      if (input.sha !== world.pull.head_sha) throw new SophiaError('conflict', 'The head has moved.');
      world.merged.push(input.sha);
      return { sha: sha('d') };
    },
  });

  const actions: Action[] = [
    look('github_get_commit', () => ({
      sha: world.head,
      message: 'Faster',
      author: 'bob',
      url: 'https://github.test/c',
    })),
    look('github_list_checks', () => ({ state: world.checks, summary: `2 ${world.checks}` })),
    look('github_compare', () => ({
      ahead_by: 1,
      behind_by: world.behind,
      commits: [{ sha: world.head, message: 'Faster' }],
      url: 'https://github.test/compare',
    })),
    look('github_get_pull_request', () => ({ ...world.pull })),
    look('fly_get_status', () => ({
      machines: world.machines.map((one) => ({
        ...one,
        image: { reference: `registry.test/web:${one.image}`, digest: `sha256:${one.image}`, revision: one.image },
      })),
    })),
    look('fly_resolve_image', ({ image }) => {
      const commit = commitOf(String(image));
      return { digest: `sha256:${commit}`, pinned: `registry.test/web@sha256:${commit}`, revision: commit };
    }),
    look('fly_list_versions', ({ machine }) => ({
      versions: [{ image: `registry.test/web:${find(machine).image}` }, { image: `registry.test/web:${sha('z')}` }],
    })),
    look('fly_wait_healthy', ({ machine }) => {
      const ill = world.ill.has(find(machine).image) || world.ill.has(find(machine).size.size);
      return { healthy: !ill, reason: ill ? 'GET /healthz: 500' : 'Its check passes.' };
    }),
    update,
    resize,
    mergePull,
    ...workflows({
      web: {
        repository: 'acme/web',
        branch: 'main',
        environments: { production: { fly_app: 'acme-web', image: 'registry.test/web:{sha}' } },
      },
    }),
  ];
  return { world, actions };
}
