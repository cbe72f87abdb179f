/** GitHub Actions: workflows, runs that were dispatched, runs that came with a push, rerun and cancelled, step by step. */
import type { CheckRun, Conclusion, checksOver } from './checks.ts';
import { pageOfRows } from './paging.ts';
import { refuse } from './refusal.ts';
import { type JobFacts, type RunFacts, viewJob, viewRun } from './run-view.ts';
import { type SeedWorkflow, workflows } from './world.ts';

export type Inputs = Record<string, string>;
/** What a workflow does while it runs; a throw fails the run, and its message is the log. */
export type Work = (run: { id: number; sha: string; ref: string; inputs: Inputs; attempt: number }) => Promise<void>;

type Dispatched = RunFacts & { ref: string; inputs: Inputs; jobs: JobFacts[] };
type Parts = {
  checks: ReturnType<typeof checksOver>;
  publicUrl: string;
  bot: string;
  stepMs: number;
  /** The commit of a branch or tag; null when there is none. */
  resolve(repo: string, ref: string): Promise<string | null>;
  account(login: string): Promise<object>;
  repository(repo: string): Promise<object>;
  /** Commits whose checks came with a push, and their branch. */
  pushed(): { sha: string; branch: string }[];
};

const isoNow = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
const firstDispatched = 9_000;
const firstJob = 90_000;
const ci = workflows[0] as SeedWorkflow;

export function workflowsOver(parts: Parts) {
  const { checks, publicUrl, stepMs } = parts;
  const dispatched = new Map<number, Dispatched>();
  const attempts = new Map<number, number>();
  const logs = new Map<number, string>();
  const works = new Map<string, Work>();
  const timers = new Set<NodeJS.Timeout>();
  let nextJob = firstJob;
  let closed = false;

  const wait = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, stepMs);
      timers.add(timer);
    });

  function find(name: string): SeedWorkflow {
    const found = workflows.find((one) => one.file === name || String(one.id) === name);
    if (!found) throw refuse(404, 'Not Found');
    return found;
  }

  function viewWorkflow(repo: string, { id, name, file }: SeedWorkflow) {
    const page = `${publicUrl}/${repo}`;
    return {
      id,
      node_id: `W_${id}`,
      name,
      path: `.github/workflows/${file}`,
      state: 'active',
      created_at: '2026-11-09T09:12:00Z',
      updated_at: '2026-11-09T09:12:00Z',
      url: `${publicUrl}/repos/${repo}/actions/workflows/${id}`,
      html_url: `${page}/blob/main/.github/workflows/${file}`,
      badge_url: `${page}/workflows/${name}/badge.svg`,
    };
  }

  async function work(run: Dispatched): Promise<void> {
    const { attempt } = run;
    const job: JobFacts = {
      id: nextJob++,
      name: run.workflow.name.toLowerCase(),
      status: 'queued',
      conclusion: null,
      at: isoNow(),
      ended: null,
    };
    run.jobs = [job];
    const present = () => !closed && run.attempt === attempt && run.status !== 'completed';
    await wait();
    if (!present()) return;
    job.status = run.status = 'in_progress';
    run.changed = isoNow();
    const deed = works.get(run.workflow.file) ?? (async () => undefined);
    const { id, sha, ref, inputs } = run;
    const trouble = await wait()
      .then(() => deed({ id, sha, ref, inputs, attempt }))
      .then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
    if (!present()) return;
    if (trouble !== null) logs.set(job.id, trouble);
    finish(run, trouble === null ? 'success' : 'failure');
  }

  function finish(run: Dispatched, conclusion: string): void {
    run.changed = isoNow();
    Object.assign(run, { status: 'completed', conclusion });
    for (const job of run.jobs) Object.assign(job, { status: 'completed', conclusion, ended: run.changed });
  }

  /** The run of the checks that came with a push. */
  async function pushRun(repo: string, sha: string, branch: string | null): Promise<[RunFacts, CheckRun[]] | null> {
    // Before the wait: numbers are given in the order of the question.
    const id = checks.runOf(repo, sha);
    const found = await checks.runs(repo, sha);
    if (found.length === 0) return null;
    const at = found[0]?.started_at ?? isoNow();
    const open = found.some((check) => check.status !== 'completed');
    const run: RunFacts = {
      id,
      workflow: ci,
      sha,
      branch,
      title: ci.name,
      number: id - 6_999,
      attempt: attempts.get(id) ?? 1,
      event: 'push',
      status: open ? 'in_progress' : 'completed',
      conclusion: open ? null : checks.isBad(found) ? 'failure' : 'success',
      at,
      changed: at,
      actor: await parts.account(parts.bot),
    };
    return [run, found];
  }

  async function oneOf(repo: string, id: number): Promise<{ run: RunFacts; jobs: JobFacts[]; own?: Dispatched }> {
    const own = dispatched.get(id);
    if (own) return { run: own, jobs: own.jobs, own };
    const sha = checks.shaOf(repo, id);
    const branch = parts.pushed().find((one) => one.sha === sha)?.branch ?? null;
    const found = sha === undefined ? null : await pushRun(repo, sha, branch);
    if (!found) throw refuse(404, 'Not Found');
    const jobs = found[1].map((check) => ({
      id: check.id,
      name: check.name,
      status: check.status,
      conclusion: check.conclusion,
      at: check.started_at ?? isoNow(),
      ended: check.completed_at,
    }));
    return { run: found[0], jobs };
  }

  async function rerunPushed(repo: string, run: RunFacts, jobs: JobFacts[]): Promise<void> {
    attempts.set(run.id, run.attempt + 1);
    const again = await Promise.all(
      jobs.map(async (job) => {
        await checks.set(repo, run.sha, job.name, 'pending');
        return job;
      }),
    );
    const deed = works.get(ci.file);
    const end = async () => {
      await wait();
      // What failed fails again with the same words, unless somebody said what it does.
      const trouble = await deed?.({
        id: run.id,
        sha: run.sha,
        ref: run.branch ?? '',
        inputs: {},
        attempt: run.attempt + 1,
      }).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      for (const job of again) {
        if (closed) return;
        const same = (job.conclusion ?? 'success') as Conclusion;
        const conclusion = trouble === undefined ? same : trouble === null ? 'success' : 'failure';
        await checks.set(repo, run.sha, job.name, conclusion, trouble ?? checks.log(job.id));
      }
    };
    // The world may be closed under it.
    end().catch(() => undefined);
  }

  return {
    list: (repo: string, search: URLSearchParams) => ({
      total_count: workflows.length,
      workflows: pageOfRows(workflows, search).map((one) => viewWorkflow(repo, one)),
    }),
    one: (repo: string, name: string) => viewWorkflow(repo, find(name)),

    async dispatch(repo: string, name: string, body: Record<string, unknown>, login: string) {
      const seed = find(name);
      const inputs = (body.inputs ?? {}) as Inputs;
      const ref = String(body.ref ?? '').replace(/^refs\/(heads|tags)\//, '');
      if (!seed.inputs) throw refuse(422, "Workflow does not have 'workflow_dispatch' trigger");
      const sha = await parts.resolve(repo, ref);
      if (sha === null) throw refuse(422, `No ref found for: ${ref}`);
      const extra = Object.keys(inputs).filter((one) => !seed.inputs?.includes(one));
      if (extra.length > 0) throw refuse(422, `Unexpected inputs provided: ${JSON.stringify(extra)}`);
      const id = firstDispatched + dispatched.size;
      const at = isoNow();
      const run: Dispatched = {
        id,
        workflow: seed,
        sha,
        branch: ref,
        ref,
        inputs,
        title: seed.title?.(inputs) ?? seed.name,
        number: dispatched.size + 1,
        attempt: 1,
        event: 'workflow_dispatch',
        status: 'queued',
        conclusion: null,
        at,
        changed: at,
        actor: await parts.account(login),
        jobs: [],
      };
      dispatched.set(id, run);
      work(run).catch(() => undefined);
      const { url, html_url } = viewRun(publicUrl, repo, {}, run);
      return body.return_run_details === true ? { workflow_run_id: id, run_url: url, html_url } : null;
    },

    async runs(repo: string, search: URLSearchParams, workflow?: string) {
      const seed = workflow === undefined ? undefined : find(workflow);
      const wanted = search.get('head_sha');
      const places = wanted
        ? [parts.pushed().find((one) => one.sha === wanted) ?? { sha: wanted, branch: null }]
        : parts.pushed();
      const pushed = await Promise.all(places.map(({ sha, branch }) => pushRun(repo, sha, branch)));
      const all = [...[...dispatched.values()].reverse(), ...pushed.flatMap((found) => (found ? [found[0]] : []))];
      const fits = (name: string, value: string | null) => !search.has(name) || search.get(name) === value;
      const status = search.get('status');
      const kept = all.filter(
        (run) =>
          (!seed || run.workflow.id === seed.id) &&
          fits('head_sha', run.sha) &&
          fits('branch', run.branch) &&
          fits('event', run.event) &&
          (!status || run.status === status || run.conclusion === status),
      );
      const repository = await parts.repository(repo);
      const rows = pageOfRows(kept, search).map((run) => viewRun(publicUrl, repo, repository, run));
      return { total_count: kept.length, workflow_runs: rows };
    },

    async run(repo: string, id: number) {
      return viewRun(publicUrl, repo, await parts.repository(repo), (await oneOf(repo, id)).run);
    },
    async jobs(repo: string, id: number) {
      const { run, jobs } = await oneOf(repo, id);
      return { total_count: jobs.length, jobs: jobs.map((job) => viewJob(publicUrl, repo, run, job)) };
    },

    async rerun(repo: string, id: number, failedOnly: boolean): Promise<void> {
      const { run, jobs, own } = await oneOf(repo, id);
      if (run.status !== 'completed') throw refuse(403, 'This workflow run is already running');
      const bad = jobs.filter((job) => job.conclusion !== 'success');
      if (failedOnly && bad.length === 0) throw refuse(403, 'This workflow run has no failed jobs to re-run');
      if (!own) return rerunPushed(repo, run, failedOnly ? bad : jobs);
      Object.assign(own, { attempt: own.attempt + 1, status: 'queued', conclusion: null, changed: isoNow() });
      work(own).catch(() => undefined);
    },
    async cancel(repo: string, id: number): Promise<void> {
      const { run, own } = await oneOf(repo, id);
      if (run.status === 'completed') throw refuse(409, 'Cannot cancel a workflow run that is completed.');
      if (own) finish(own, 'cancelled');
      else for (const job of (await oneOf(repo, id)).jobs) await checks.set(repo, run.sha, job.name, 'cancelled');
    },
    log: (job: number) => logs.get(job) ?? checks.log(job),
    does: (file: string, deed: Work) => void works.set(file, deed),
    close(): void {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
