/** Starts a workflow at exactly the commit that was approved, and finds its run again after a lost answer. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub, Hub } from './client.ts';
import { commitOfName, defaultBranch } from './facts.ts';
import { markOf } from './mark.ts';
import { type RunAnswer, runOf, runsOf, workflowAnswer, workflowFile } from './runs-schema.ts';
import { login, parts, ref, repo, sha } from './schema.ts';

const inputName = z.string().regex(/^[A-Za-z_][\w-]{0,99}$/, 'must be the name of an input');
const inputValues = z
  .record(inputName, z.string().max(1_000))
  .refine((all) => Object.keys(all).length <= 25, 'GitHub takes at most 25 inputs');
/** Typed: `version=1.2 environment=staging`. */
const typedInputs = z
  .string()
  .max(2_000)
  .regex(/^\s*[A-Za-z_][\w-]*=\S*(\s+[A-Za-z_][\w-]*=\S*)*\s*$/, 'must be name=value, with spaces between several')
  .transform((text) =>
    Object.fromEntries(
      text
        .trim()
        .split(/\s+/)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  );
/** Stands in the value of an input for a mark of the deed. */
const deedWord = '{deed}';

const resolved = z.object({ ref: z.string(), sha, newest_run: z.number() });
const output = z.object({
  repo: z.string(),
  workflow: z.string(),
  /** Null when GitHub took it without saying which run it became. */
  run: z.number().nullable(),
  /** The commit it runs at, when that could be read. */
  sha: z.string().nullable(),
  url: z.string(),
});
type Output = z.infer<typeof output>;
const started = z.object({ workflow_run_id: z.number(), html_url: z.string() });

const mostLookedThrough = 50;
const markLength = 16;
const shortMark = (deed: string) => markOf(deed).slice(0, markLength);

const filled = (inputs: Record<string, string>, deed: string) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, value.replaceAll(deedWord, shortMark(deed))]),
  );

const dispatchedRuns = (hub: Hub, fullName: string, workflow: string, most: number) =>
  runsOf(hub, fullName, { workflow, event: 'workflow_dispatch' }, most);

const outputOf = (fullName: string, workflow: string, run: RunAnswer): Output => ({
  repo: fullName,
  workflow,
  run: run.id,
  sha: run.head_sha,
  url: run.html_url,
});

export const dispatchActions = (github: GitHub) => [
  defineAction({
    name: 'github_dispatch_workflow',
    description:
      'starts a GitHub Actions workflow on a branch or tag, at the commit it points at when this is approved',
    effect: 'write',
    usage: 'dispatch <workflow> in <repo> [on <ref>] [with <inputs...>]',
    example: '/sophia dispatch deploy.yml in acme/web on main with environment=staging',
    input: z.strictObject({
      repo,
      workflow: workflowFile,
      ref: ref.optional().describe('branch or tag to run it on; default: the default branch'),
      sha: sha.optional().describe('full id of the commit the branch or tag must point at'),
      inputs: z
        .union([inputValues, typedInputs])
        .default({})
        .describe(
          'inputs of the workflow by name, {"version": "1.2"} in a window; {deed} in a value becomes a mark by which the run is known again',
        ),
    }),
    output,
    verdict(raw) {
      const { repo: fullName, run } = output.parse(raw);
      return run === null ? null : { look: 'github_get_run', input: { repo: fullName, run } };
    },
    deadlineMs: 20_000,

    async plan(input, { signal }) {
      const hub = github(signal);
      const at = { ...parts(input.repo), workflow_id: input.workflow };
      const [workflow, branch] = await Promise.all([
        hub.ask(workflowAnswer, 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', at),
        input.ref ?? defaultBranch(hub, input.repo),
      ]);
      if (workflow.state !== 'active')
        throw new SophiaError(
          'conflict',
          `${input.workflow} in ${input.repo} is ${workflow.state.replaceAll('_', ' ')}.`,
          {
            hint: `It is enabled on its page: ${workflow.html_url}`,
          },
        );
      const commit = await pointedAt(hub, input.repo, branch, input.sha);
      const before = await dispatchedRuns(hub, input.repo, input.workflow, 1);
      const inputs = input.inputs as Record<string, string>;
      return {
        target: `github:${input.repo}/actions/${input.workflow}`,
        repository: input.repo,
        summary: `Start ${workflow.name} (${input.workflow}) of ${input.repo} on ${branch}`,
        details: [
          { label: 'Workflow', value: `${workflow.name} (${input.workflow})`, link: workflow.html_url },
          { label: 'On', value: `${branch} at ${commit}` },
          ...Object.entries(inputs).map(([name, value]) => ({ label: `Input ${name}`, value })),
        ],
        undo: 'A run can be cancelled while it lasts (`cancel workflow <run> in <repo>`); what it did by then stays.',
        preconditions: [
          { name: 'commit', expected: commit },
          { name: 'workflow', expected: workflow.path },
        ],
        resolved: { ref: branch, sha: commit, newest_run: before.items[0]?.id ?? 0 },
      };
    },

    async run(plan, { signal, deed }) {
      const { repo: fullName, workflow, inputs } = plan.input;
      const pinned = resolved.parse(plan.resolved);
      const hub = github(signal);
      // GitHub has no compare-and-set here: this look is the nearest to one, and the run says what it became.
      await pointedAt(hub, fullName, pinned.ref, pinned.sha);
      const route = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
      const values = filled(inputs as Record<string, string>, deed);
      const answer = await hub.ask(started.nullish(), route, {
        ...parts(fullName),
        workflow_id: workflow,
        ref: pinned.ref,
        ...(Object.keys(values).length > 0 ? { inputs: values } : {}),
        return_run_details: true,
      });
      if (!answer) return { repo: fullName, workflow, run: null, sha: null, url: '' };
      // Started, whatever a look at it afterwards brings.
      const run = await runOf(hub, fullName, answer.workflow_run_id).catch(() => null);
      return {
        repo: fullName,
        workflow,
        run: answer.workflow_run_id,
        sha: run?.head_sha ?? null,
        url: answer.html_url,
      };
    },

    async reconcile(plan, { signal, deed }): Promise<Reconciliation> {
      const { repo: fullName, workflow } = plan.input;
      const inputs = plan.input.inputs as Record<string, string>;
      const pinned = resolved.parse(plan.resolved);
      const hub = github(signal);
      const found = await dispatchedRuns(hub, fullName, workflow, mostLookedThrough);
      const later = found.items.filter((run) => run.id > pinned.newest_run && run.head_branch === pinned.ref);
      const done = (run: RunAnswer): Reconciliation => ({ state: 'done', output: outputOf(fullName, workflow, run) });
      const marked = later.find((run) => run.display_title.includes(shortMark(deed)));
      if (marked) return done(marked);
      if (later.length === 0) return { state: 'not done' };
      const own = await hub.login();
      const [only, ...others] = later.filter((run) => login(run.triggering_actor ?? run.actor) === own);
      // A run of somebody else is not ours; one of our own account can only be this one, unless it should carry a mark.
      const carries = Object.values(inputs).some((value) => value.includes(deedWord));
      if (!only) return { state: 'not done' };
      if (others.length === 0 && !carries) return done(only);
      const said = later.map(
        (run) => `${run.id} “${run.display_title}” by ${login(run.triggering_actor ?? run.actor)}`,
      );
      return {
        state: 'unknown',
        evidence: `Since the plan ${workflow} of ${fullName} was started on ${pinned.ref} as ${said.join('; ')}; none of them says that it is this one.`,
      };
    },
  }),
];

/** The commit of the branch or tag, which must be the one expected. */
async function pointedAt(hub: Hub, fullName: string, name: string, expected: string | undefined): Promise<string> {
  const commit = await commitOfName(hub, fullName, name);
  if (commit === null)
    throw new SophiaError('bad_input', `${fullName} has no branch or tag “${name}”.`, {
      hint: 'GitHub runs a workflow on a branch or a tag, not on a commit.',
    });
  if (expected !== undefined && commit !== expected)
    throw new SophiaError(
      'conflict',
      `${name} of ${fullName} is at ${commit.slice(0, 12)}, not ${expected.slice(0, 12)}.`,
      {
        hint: 'Somebody pushed to it: look at the new commits, then ask again.',
      },
    );
  return commit;
}
