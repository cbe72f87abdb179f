/** Checks, commit statuses and logs of a commit. */
import { pageOfRows } from './paging.ts';
import { refuse } from './refusal.ts';
import type { Upstream } from './upstream.ts';

export type CheckRun = {
  id: number;
  name: string;
  status: string;
  conclusion: string | null;
  started_at: string | null;
  completed_at: string | null;
  head_sha: string;
  [field: string]: unknown;
};
export type CommitStatus = { state: string; context: string; description?: string | null; target_url?: string | null };
/** What a caller sets: `pending` is a check that has not ended. */
export type Conclusion =
  | 'success'
  | 'failure'
  | 'neutral'
  | 'cancelled'
  | 'skipped'
  | 'timed_out'
  | 'action_required'
  | 'pending';
export type ChecksState = 'passing' | 'failing' | 'pending' | 'none';

const bad = new Set(['failure', 'timed_out', 'action_required', 'cancelled', 'error']);
const isoNow = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');

export function checksOver(upstream: Upstream, bot: string, publicUrl: string) {
  const statuses = new Map<string, (CommitStatus & { id: number; at: string })[]>();
  const logs = new Map<number, string>();
  /** One workflow run per commit, numbered in the order in which they were met. */
  const runs = new Map<number, { repo: string; sha: string }>();
  const runIds = new Map<string, number>();
  let nextStatus = 1;

  async function checkRuns(repo: string, sha: string): Promise<CheckRun[]> {
    const found = await upstream.as<{ check_runs: CheckRun[] }>(bot, 'GET', `/repos/${repo}/commits/${sha}/check-runs`);
    return found.check_runs;
  }

  function runOf(repo: string, sha: string): number {
    const key = `${repo}@${sha}`;
    const id = runIds.get(key) ?? 7_000 + runIds.size;
    runIds.set(key, id);
    runs.set(id, { repo, sha });
    return id;
  }

  /** GitHub keeps one check per name; a job of Actions and its check run share their number. */
  function dress(repo: string, check: CheckRun): CheckRun {
    const page = `${publicUrl}/${repo}/actions/runs/${runOf(repo, check.head_sha)}/job/${check.id}`;
    return {
      ...check,
      started_at: check.started_at ?? (check.completed_at as string | null),
      html_url: page,
      details_url: page,
    };
  }

  function latestStatuses(sha: string) {
    const byContext = new Map((statuses.get(sha) ?? []).map((status) => [status.context, status]));
    return [...byContext.values()];
  }

  function asStatus(repo: string, sha: string, status: CommitStatus & { id: number; at: string }) {
    return {
      url: `${publicUrl}/repos/${repo}/statuses/${sha}`,
      avatar_url: null,
      id: status.id,
      node_id: `SC_${status.id}`,
      state: status.state,
      description: status.description ?? null,
      target_url: status.target_url ?? null,
      context: status.context,
      created_at: status.at,
      updated_at: status.at,
    };
  }

  return {
    async state(repo: string, sha: string): Promise<ChecksState> {
      const checks = await checkRuns(repo, sha);
      const said = [
        ...checks.map((check) => (check.status === 'completed' ? (check.conclusion ?? '') : 'pending')),
        ...latestStatuses(sha).map((status) => status.state),
      ];
      if (said.length === 0) return 'none';
      if (said.some((state) => bad.has(state))) return 'failing';
      return said.includes('pending') ? 'pending' : 'passing';
    },

    async set(
      repo: string,
      sha: string,
      name: string,
      conclusion: Conclusion,
      log?: string,
      at = isoNow(),
    ): Promise<number> {
      const made = await upstream.as<CheckRun>(bot, 'POST', `/repos/${repo}/check-runs`, {
        name,
        head_sha: sha,
        started_at: at,
        ...(conclusion === 'pending'
          ? { status: 'in_progress' }
          : { status: 'completed', conclusion, completed_at: at }),
      });
      if (log !== undefined) logs.set(made.id, log);
      return made.id;
    },

    async list(repo: string, sha: string, search: URLSearchParams) {
      const found = (await checkRuns(repo, sha)).map((check) => dress(repo, check));
      const [name, status] = [search.get('check_name'), search.get('status')];
      const kept = found.filter((check) => (!name || check.name === name) && (!status || check.status === status));
      return { total_count: kept.length, check_runs: pageOfRows(kept, search) };
    },

    setStatus(repo: string, sha: string, status: CommitStatus) {
      if (!['error', 'failure', 'pending', 'success'].includes(status.state)) throw refuse(422, 'Validation Failed');
      const row = { ...status, context: status.context ?? 'default', id: nextStatus++, at: isoNow() };
      statuses.set(sha, [...(statuses.get(sha) ?? []), row]);
      return { ...asStatus(repo, sha, row), creator: null };
    },

    combined(repo: string, sha: string, repository: object, search: URLSearchParams) {
      const rows = latestStatuses(sha);
      const states = rows.map((row) => row.state);
      const failing = states.some((state) => bad.has(state));
      return {
        // GitHub says `pending` of a commit nobody has reported on.
        state: failing ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success',
        statuses: pageOfRows(rows, search).map((row) => asStatus(repo, sha, row)),
        sha,
        total_count: rows.length,
        repository,
        commit_url: `${publicUrl}/repos/${repo}/commits/${sha}`,
        url: `${publicUrl}/repos/${repo}/commits/${sha}/status`,
      };
    },

    runs: checkRuns,
    runOf,
    shaOf(repo: string, runId: number): string | undefined {
      const run = runs.get(runId);
      return run?.repo === repo ? run.sha : undefined;
    },
    isBad: (found: CheckRun[]) => found.some((check) => bad.has(check.conclusion ?? '')),
    log: (jobId: number) => logs.get(jobId),
  };
}
