/** Reads of pull requests: what is waiting, one in full, its diff, its reviews. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import type { Reply } from '../../core/reply.ts';
import type { GitHub, Hub } from './client.ts';
import { checksOf, judge, openPulls, pullOf, reviewsOf, stateOf } from './facts.ts';
import { clip, labelNames, limit, login, type PullAnswer, parts, pullNumber, repo } from './schema.ts';

const checkStates = z.enum(['passing', 'failing', 'pending', 'none']);
const reviewStates = z.enum(['approved', 'changes requested', 'none']);
const row = z.object({
  number: z.number(),
  title: z.string(),
  author: z.string(),
  checks: checkStates.optional(),
  reviews: reviewStates.optional(),
  mergeable: z.boolean().nullable().optional(),
  state: z.enum(['open', 'closed', 'merged']),
  draft: z.boolean(),
  head_sha: z.string(),
  branch: z.string(),
  base: z.string(),
  url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullable(),
});
type Row = z.infer<typeof row>;
const listed = z.object({ repo: z.string(), pull_requests: z.array(row), complete: z.boolean() });

/** Each open pull request costs four calls; so many are asked about at a time. */
const atATime = 6;
const mostBody = 4_000;

function rowOf(pull: PullAnswer): Row {
  return {
    number: pull.number,
    title: pull.title,
    author: login(pull.user),
    state: stateOf(pull),
    draft: pull.draft,
    head_sha: pull.head.sha,
    branch: pull.head.ref,
    base: pull.base.ref,
    url: pull.html_url,
    created_at: pull.created_at,
    updated_at: pull.updated_at,
    merged_at: pull.merged_at ?? null,
  };
}

async function withStanding(hub: Hub, fullName: string, pull: PullAnswer): Promise<Row> {
  if (pull.state !== 'open') return rowOf(pull);
  const [checks, reviews, whole] = await Promise.all([
    checksOf(hub, fullName, pull.head.sha),
    reviewsOf(hub, fullName, pull.number),
    pullOf(hub, fullName, pull.number),
  ]);
  const reviewed = judge(reviews, pull.head.sha).state;
  return { ...rowOf(pull), checks: checks.state, reviews: reviewed, mergeable: whole.mergeable };
}

function showList(output: z.infer<typeof listed>): Reply {
  const yesNo = (row: Row) => (row.draft ? 'draft' : row.mergeable === false ? 'conflicts' : row.state);
  return {
    kind: 'table',
    title: `Pull requests in ${output.repo}`,
    columns: ['#', 'Title', 'Author', 'State', 'Checks', 'Reviews'],
    rows: output.pull_requests.map((row) => [
      `#${row.number}`,
      row.title,
      row.author,
      yesNo(row),
      row.checks ?? '–',
      row.reviews ?? '–',
    ]),
    ...(output.complete ? {} : { footer: 'There may be more.' }),
  };
}

export const pullRequestActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_pull_requests',
    description:
      'lists pull requests of a repository, newest first; open ones with their checks, reviews and mergeability, so it tells what is waiting to be merged and why',
    effect: 'read',
    taints: true,
    usage: 'prs [in] <repo>',
    example: '/sophia prs acme/web',
    input: z.strictObject({
      repo,
      state: z.enum(['open', 'closed', 'all']).default('open').describe('which ones'),
      limit: limit(20, 50),
    }),
    output: listed,
    show: (output) => showList(listed.parse(output)),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const { items, complete } = await openPulls(hub, input.repo, input.state, input.limit);
      const rows: Row[] = [];
      for (let from = 0; from < items.length; from += atATime) {
        const some = items.slice(from, from + atATime);
        rows.push(...(await Promise.all(some.map((pull) => withStanding(hub, input.repo, pull)))));
      }
      return { repo: input.repo, pull_requests: rows, complete };
    },
  }),

  defineAction({
    name: 'github_get_pull_request',
    description:
      'one pull request: title, description, author, state, head commit, checks, reviews, whether it can be merged',
    effect: 'read',
    taints: true,
    usage: 'pr <number> in <repo>',
    example: '/sophia pr #12 in acme/web',
    input: z.strictObject({ repo, number: pullNumber }),
    output: row.omit({ checks: true, reviews: true, mergeable: true }).extend({
      checks: checkStates,
      checks_summary: z.string(),
      reviews: reviewStates,
      reviews_summary: z.string(),
      mergeable: z.boolean().nullable(),
      body: z.string(),
      labels: z.array(z.string()),
      commits: z.number(),
      additions: z.number(),
      deletions: z.number(),
      changed_files: z.number(),
      merged_as: z.string().nullable(),
      merged_at: z.string().nullable(),
    }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const pull = await pullOf(hub, input.repo, input.number);
      const [checks, reviews] = await Promise.all([
        checksOf(hub, input.repo, pull.head.sha),
        reviewsOf(hub, input.repo, input.number),
      ]);
      const judged = judge(reviews, pull.head.sha);
      return {
        ...rowOf(pull),
        checks: checks.state,
        checks_summary: checks.summary,
        reviews: judged.state,
        reviews_summary: judged.summary,
        mergeable: pull.mergeable,
        body: clip(pull.body, mostBody),
        labels: labelNames(pull.labels),
        commits: pull.commits,
        additions: pull.additions,
        deletions: pull.deletions,
        changed_files: pull.changed_files,
        merged_as: pull.merged ? (pull.merge_commit_sha ?? null) : null,
        merged_at: pull.merged_at ?? null,
      };
    },
  }),

  defineAction({
    name: 'github_get_diff',
    description: 'the changes of a pull request as a unified diff, cut to a size, with the list of all changed files',
    effect: 'read',
    taints: true,
    input: z.strictObject({
      repo,
      number: pullNumber,
      most_characters: z.int().min(100).max(100_000).default(30_000).describe('longest diff to return'),
    }),
    output: z.object({
      diff: z.string(),
      complete: z.boolean(),
      files: z.array(z.object({ path: z.string(), status: z.string(), additions: z.number(), deletions: z.number() })),
      files_complete: z.boolean(),
    }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const at = { ...parts(input.repo), pull_number: input.number };
      const file = z.object({ filename: z.string(), status: z.string(), additions: z.number(), deletions: z.number() });
      const [diff, files] = await Promise.all([
        hub.text('GET /repos/{owner}/{repo}/pulls/{pull_number}', at, 'application/vnd.github.diff'),
        hub.pages(file, 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files', at, { most: 300 }),
      ]);
      return {
        diff: clip(diff, input.most_characters),
        complete: diff.length <= input.most_characters,
        files: files.items.map(({ filename: path, ...counts }) => ({ path, ...counts })),
        files_complete: files.complete,
      };
    },
  }),

  defineAction({
    name: 'github_list_reviews',
    description: 'the reviews of a pull request, oldest first, and what they come to',
    effect: 'read',
    taints: true,
    input: z.strictObject({ repo, number: pullNumber }),
    output: z.object({
      state: reviewStates,
      summary: z.string(),
      reviews: z.array(
        z.object({
          reviewer: z.string(),
          verdict: z.string(),
          of_head: z.boolean(),
          body: z.string(),
          at: z.string().nullable(),
          url: z.string(),
        }),
      ),
    }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const [pull, reviews] = await Promise.all([
        pullOf(hub, input.repo, input.number),
        reviewsOf(hub, input.repo, input.number),
      ]);
      return {
        ...judge(reviews, pull.head.sha),
        reviews: reviews.map((review) => ({
          reviewer: login(review.user),
          verdict: review.state.toLowerCase().replaceAll('_', ' '),
          of_head: review.commit_id === pull.head.sha,
          body: clip(review.body, mostBody),
          at: review.submitted_at ?? null,
          url: review.html_url,
        })),
      };
    },
  }),
];
