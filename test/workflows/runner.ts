/** GitHub Actions in memory, as far as a dispatched deploy looks: commits by name, runs of one workflow, and how they end. */
import { z } from 'zod';
import { type Action, defineAction } from '../../src/core/action.ts';
import { SophiaError } from '../../src/core/error.ts';
import { parseServices, workflows } from '../../src/workflows/index.ts';

const anything = z.record(z.string(), z.unknown());
export const sha = (letter: string) => letter.repeat(40);
type Run = { id: number; title: string; state: string; ended: boolean; branch: string; sha: string; url: string };

export function runner(services: string) {
  const world = {
    /** What branches and tags point at; a commit names itself. */
    refs: new Map([['main', sha('b')]]),
    checks: 'passing',
    /** Newest first. */
    runs: [] as Run[],
    /** How the next run ends. */
    end: 'success',
    /** Commit the next run begins at, when the branch moves under it. */
    slipped: null as string | null,
    /** Called at every look at a run. */
    looked: async () => {},
    healthy: true,
    /** What the machine says it runs. */
    live: null as string | null,
    started: [] as { ref: string; inputs: Record<string, string> }[],
    cancelled: [] as number[],
    ran(title: string, commit: string, state = 'success', branch = 'main') {
      const id = 100 + world.runs.length;
      world.runs.unshift({
        id,
        title,
        state,
        ended: state !== 'in_progress',
        branch,
        sha: commit,
        url: `https://gh.test/${id}`,
      });
      return id;
    },
  };
  const look = (name: string, run: (input: Record<string, unknown>) => unknown) =>
    defineAction({
      name,
      description: name,
      effect: 'read',
      input: anything,
      output: anything,
      run: async (plan) => (await run(plan.input)) as Record<string, unknown>,
    });
  const commit = (ref: string) => world.refs.get(ref) ?? (/^[0-9a-f]{7,40}$/.test(ref) ? ref.padEnd(40, ref[0]) : null);

  const dispatch = defineAction({
    name: 'github_dispatch_workflow',
    description: 'starts',
    effect: 'write',
    input: z.strictObject({
      repo: z.string(),
      workflow: z.string(),
      ref: z.string(),
      sha: z.string(),
      inputs: z.record(z.string(), z.string()),
    }),
    output: anything,
    plan: async ({ repo, workflow }) => ({
      target: `github:${repo}/actions/${workflow}`,
      summary: `Start ${workflow}`,
      details: [],
      preconditions: [],
    }),
    async run({ input: { ref, inputs } }) {
      world.started.push({ ref, inputs });
      const at = world.slipped ?? commit(ref) ?? '';
      const run = world.ran(Object.values(inputs).join(' '), at, world.end, ref);
      return { run, sha: at, url: `https://gh.test/${run}` };
    },
  });
  const cancel = defineAction({
    name: 'github_cancel_workflow',
    description: 'cancels',
    effect: 'write',
    input: z.strictObject({ repo: z.string(), run: z.number() }),
    output: anything,
    plan: async ({ repo }) => ({
      target: `github:${repo}/actions/x`,
      summary: 'Cancel',
      details: [],
      preconditions: [],
    }),
    async run({ input }) {
      world.cancelled.push(input.run);
      return {};
    },
  });

  const actions: Action[] = [
    look('github_get_commit', ({ ref }) => {
      const found = commit(String(ref));
      if (!found) throw new SophiaError('not_found', `nothing called ${ref}`);
      return { sha: found, message: `Commit ${found[0]}`, author: 'bob', url: 'https://gh.test/c' };
    }),
    look('github_list_checks', () => ({ state: world.checks, summary: `2 ${world.checks}` })),
    look('github_compare', () => ({ ahead_by: 1, behind_by: 0, commits: [{ sha: sha('b'), message: 'Faster' }] })),
    look('github_list_runs', () => ({ runs: world.runs })),
    look('github_wait_run', async ({ run }) => {
      await world.looked();
      const found = world.runs.find((one) => one.id === run);
      const jobs = [
        { name: 'build', state: 'success', ended: true },
        { name: 'push', state: found?.state, ended: found?.ended },
      ];
      return { ...found, jobs, standing: String(found?.state), looked_at: new Date().toISOString() };
    }),
    look('fly_get_status', () => ({
      machines: [{ id: 'm1', region: 'iad', state: 'started', image: { revision: world.live } }],
    })),
    look('fly_wait_healthy', () => ({
      healthy: world.healthy,
      reason: world.healthy ? 'Its check passes.' : 'GET /: 500',
    })),
    dispatch,
    cancel,
    ...workflows(parseServices(services)),
  ];
  return { world, actions };
}
