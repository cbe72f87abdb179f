/** What is known of a commit and of a pull request together: checks, reviews, mergeability, each in one word and one line. */
import { z } from 'zod';
import { SophiaError } from '../../core/error.ts';
import type { Hub } from './client.ts';
import {
  checkRunAnswer,
  commitAnswer,
  login,
  type OnePullAnswer,
  onePullAnswer,
  type PullAnswer,
  parts,
  pullAnswer,
  type ReviewAnswer,
  repositoryAnswer,
  reviewAnswer,
  sha,
  statusesAnswer,
} from './schema.ts';

export type CheckState = 'passing' | 'failing' | 'pending';
export type Check = { name: string; state: CheckState; conclusion: string; url: string | null };
export type Checks = { state: CheckState | 'none'; summary: string; checks: Check[] };
export type Reviews = { state: 'approved' | 'changes requested' | 'none'; summary: string };

const good = new Set(['success', 'neutral', 'skipped']);

/** Check runs and commit statuses: GitHub keeps them apart, people do not. */
export async function checksOf(hub: Hub, fullName: string, commit: string): Promise<Checks> {
  const at = { ...parts(fullName), ref: commit };
  const [runs, combined] = await Promise.all([
    hub.pages(checkRunAnswer, 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs', at, { within: 'check_runs' }),
    hub.pages(statusesAnswer.shape.statuses.element, 'GET /repos/{owner}/{repo}/commits/{ref}/status', at, {
      within: 'statuses',
    }),
  ]);
  const checks: Check[] = [
    ...runs.items.map(({ name, status, conclusion, html_url }) => ({
      name,
      state: (status !== 'completed' ? 'pending' : good.has(conclusion ?? '') ? 'passing' : 'failing') as CheckState,
      conclusion: conclusion ?? status,
      url: html_url ?? null,
    })),
    ...combined.items.map(({ context, state, target_url }) => ({
      name: context,
      state: (state === 'pending' ? 'pending' : state === 'success' ? 'passing' : 'failing') as CheckState,
      conclusion: state,
      url: target_url ?? null,
    })),
  ];
  const those = (state: CheckState) => checks.filter((check) => check.state === state);
  const [failing, pending, passing] = [those('failing'), those('pending'), those('passing')];
  // Checks beyond what was read could be failing: that is not a pass.
  const unread = !runs.complete || !combined.complete;
  const state =
    failing.length > 0 ? 'failing' : pending.length > 0 || unread ? 'pending' : passing.length > 0 ? 'passing' : 'none';
  const named = (list: Check[]) =>
    list
      .slice(0, 5)
      .map((check) => check.name)
      .join(', ');
  const said = [
    failing.length > 0 ? `${failing.length} failing (${named(failing)})` : '',
    pending.length > 0 ? `${pending.length} pending (${named(pending)})` : '',
    passing.length > 0 ? `${passing.length} passing` : '',
    unread ? 'more than could be read' : '',
  ].filter(Boolean);
  return { state, summary: said.join(', ') || 'no checks', checks };
}

export async function reviewsOf(hub: Hub, fullName: string, pull: number): Promise<ReviewAnswer[]> {
  const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
  return (await hub.pages(reviewAnswer, route, { ...parts(fullName), pull_number: pull })).items;
}

/** Each reviewer's latest verdict; comments do not undo one. `head` tells which approvals saw the present commit. */
export function judge(reviews: ReviewAnswer[], head: string): Reviews {
  const latest = new Map<string, ReviewAnswer>();
  for (const review of reviews)
    if (['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'].includes(review.state)) latest.set(login(review.user), review);
  const by = (state: string) => [...latest].filter(([, review]) => review.state === state);
  const name = ([person, review]: [string, ReviewAnswer]) =>
    review.commit_id === head ? person : `${person} (of an earlier commit)`;
  const [approved, against] = [by('APPROVED'), by('CHANGES_REQUESTED')];
  const said = [
    against.length > 0 ? `changes requested by ${against.map(name).join(', ')}` : '',
    approved.length > 0 ? `approved by ${approved.map(name).join(', ')}` : '',
  ].filter(Boolean);
  const state = against.length > 0 ? 'changes requested' : approved.length > 0 ? 'approved' : 'none';
  return { state, summary: said.join('; ') || 'no review' };
}

export function pullOf(hub: Hub, fullName: string, pull: number): Promise<OnePullAnswer> {
  return hub.ask(onePullAnswer, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    ...parts(fullName),
    pull_number: pull,
  });
}

export const stateOf = (pull: PullAnswer): 'open' | 'closed' | 'merged' => (pull.merged_at ? 'merged' : pull.state);

/** The commit a branch, tag, short id or `#12` stands for. */
export async function resolveRef(hub: Hub, fullName: string, wanted: string) {
  const pull = /^#(\d+)$/.exec(wanted)?.[1];
  const at = pull ? (await pullOf(hub, fullName, Number(pull))).head.sha : wanted;
  const commit = await hub.ask(commitAnswer, 'GET /repos/{owner}/{repo}/commits/{ref}', {
    ...parts(fullName),
    ref: at,
  });
  if (/^[0-9a-f]{40}$/.test(at) && commit.sha !== at)
    throw new SophiaError('internal', `GitHub answered for ${commit.sha}, not for ${at}.`);
  return commit;
}

export async function openPulls(hub: Hub, fullName: string, state: 'open' | 'closed' | 'all', most: number) {
  const route = 'GET /repos/{owner}/{repo}/pulls';
  return hub.pages(pullAnswer, route, { ...parts(fullName), state, sort: 'created', direction: 'desc' }, { most });
}

const named = z.object({ object: z.object({ type: z.string(), sha }) });

/** The commit of exactly this branch, or of this tag; null when there is neither. */
export async function commitOfName(
  hub: Hub,
  fullName: string,
  name: string,
  kinds = ['heads', 'tags'],
): Promise<string | null> {
  for (const kind of kinds) {
    const at = { ...parts(fullName), ref: `${kind}/${name}` };
    const found = await hub.ask(named, 'GET /repos/{owner}/{repo}/git/ref/{ref}', at).catch(ignoreMissing);
    if (found?.object.type === 'commit') return found.object.sha;
    // An annotated tag is an object of its own.
    if (found) return (await resolveRef(hub, fullName, `tags/${name}`)).sha;
  }
  return null;
}

export async function defaultBranch(hub: Hub, fullName: string): Promise<string> {
  return (await hub.ask(repositoryAnswer, 'GET /repos/{owner}/{repo}', parts(fullName))).default_branch;
}

/** What is not there is an answer too. */
export function ignoreMissing(error: unknown): null {
  if (error instanceof SophiaError && error.code === 'not_found') return null;
  throw error;
}
