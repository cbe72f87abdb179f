/** The words of the connector: inputs as people and models write them, and the parts of GitHub's answers we rest on. */
import { z } from 'zod';

export const repo = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\/(?!\.{1,2}$)[\w.-]{1,100}$/, 'must be owner/name')
  .describe('repository, owner/name');
export const number = z.int().min(1).max(2_147_483_647);
export const pullNumber = number.describe('number of the pull request');
export const issueNumber = number.describe('number of the issue or pull request');
export const ref = z
  .string()
  .max(200)
  .regex(/^(?!-)(?!.*\.\.)[^\s~^:?*[\]\\]+$/, 'must be a branch, a tag, a commit or #number')
  .describe('branch, tag, commit, or #12 for the head of pull request 12');
export const sha = z.string().regex(/^[0-9a-f]{40}$/, 'must be a full commit id of 40 characters');
export const words = (most: number) => z.string().trim().min(1).max(most);
export const limit = (usual: number, most: number) =>
  z.int().min(1).max(most).default(usual).describe('how many at most');

/** owner/name in the two parts GitHub's routes take. */
export function parts(fullName: string): { owner: string; repo: string } {
  const [owner = '', name = ''] = fullName.split('/');
  return { owner, repo: name };
}

const account = z.object({ login: z.string() }).nullable();
const label = z.union([z.string(), z.object({ name: z.string().nullish() })]);

export const repositoryAnswer = z.object({
  full_name: z.string(),
  private: z.boolean(),
  archived: z.boolean().default(false),
  default_branch: z.string(),
  pushed_at: z.string().nullish(),
  html_url: z.string(),
});

export const pullAnswer = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().default(false),
  user: account,
  html_url: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ ref: z.string(), sha }),
  base: z.object({ ref: z.string(), sha }),
  labels: z.array(label).default([]),
  requested_reviewers: z.array(z.object({ login: z.string() })).nullish(),
});
export type PullAnswer = z.infer<typeof pullAnswer>;

/** What only the answer for one pull request says. */
export const onePullAnswer = pullAnswer.extend({
  merged: z.boolean(),
  mergeable: z.boolean().nullable(),
  merged_by: account.optional(),
  commits: z.number(),
  additions: z.number(),
  deletions: z.number(),
  changed_files: z.number(),
});
export type OnePullAnswer = z.infer<typeof onePullAnswer>;

export const reviewAnswer = z.object({
  id: z.number(),
  user: account,
  state: z.string(),
  body: z.string().nullish(),
  commit_id: z.string().nullish(),
  submitted_at: z.string().nullish(),
  html_url: z.string(),
});
export type ReviewAnswer = z.infer<typeof reviewAnswer>;

export const checkRunAnswer = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullish(),
});
export const statusesAnswer = z.object({
  statuses: z.array(
    z.object({
      context: z.string(),
      state: z.string(),
      description: z.string().nullish(),
      target_url: z.string().nullish(),
    }),
  ),
});

export const commitAnswer = z.object({
  sha,
  html_url: z.string(),
  commit: z.object({
    message: z.string(),
    author: z.object({ name: z.string().optional(), date: z.string().optional() }).nullable(),
  }),
  author: z.object({ login: z.string().optional() }).nullish(),
});
export type CommitAnswer = z.infer<typeof commitAnswer>;

export const issueAnswer = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  state_reason: z.string().nullish(),
  user: account,
  labels: z.array(label),
  comments: z.number().default(0),
  html_url: z.string(),
  created_at: z.string(),
  pull_request: z.object({}).optional(),
});
export type IssueAnswer = z.infer<typeof issueAnswer>;

export const commentAnswer = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user: account,
  html_url: z.string(),
  created_at: z.string(),
});

export const labelNames = (labels: z.infer<typeof label>[]): string[] =>
  labels.flatMap((one) => (typeof one === 'string' ? [one] : one.name ? [one.name] : []));

/** Somebody whose account is gone is GitHub's “ghost”. */
export const login = (user: { login: string } | null | undefined): string => user?.login ?? 'ghost';

export const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** Shortened at the end, and says so. */
export function clip(text: string | null | undefined, most: number): string {
  const whole = text ?? '';
  return whole.length <= most ? whole : `${whole.slice(0, most)}\n[… ${whole.length - most} more characters]`;
}
