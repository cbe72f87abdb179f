/** Reads of issues and the conversation below them. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import type { GitHub } from './client.ts';
import {
  clip,
  commentAnswer,
  type IssueAnswer,
  issueAnswer,
  issueNumber,
  labelNames,
  limit,
  login,
  parts,
  repo,
} from './schema.ts';

const row = z.object({
  number: z.number(),
  title: z.string(),
  author: z.string(),
  state: z.string(),
  labels: z.array(z.string()),
  comments: z.number(),
  url: z.string(),
  created_at: z.string(),
});
const mostBody = 4_000;
/** GitHub lists pull requests among issues: so many are read to find the issues. */
const mostRead = 300;

function rowOf(issue: IssueAnswer): z.infer<typeof row> {
  return {
    number: issue.number,
    title: issue.title,
    author: login(issue.user),
    state: issue.state,
    labels: labelNames(issue.labels),
    comments: issue.comments,
    url: issue.html_url,
    created_at: issue.created_at,
  };
}

export const issueActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_issues',
    description: 'lists issues of a repository, newest first, without pull requests',
    effect: 'read',
    taints: true,
    usage: 'issues [in] <repo>',
    example: '/sophia issues acme/web',
    input: z.strictObject({
      repo,
      state: z.enum(['open', 'closed', 'all']).default('open').describe('which ones'),
      labels: z
        .array(
          z
            .string()
            .min(1)
            .max(50)
            .regex(/^[^,]+$/, 'no commas'),
        )
        .max(10)
        .default([])
        .describe('only those carrying all of these labels'),
      limit: limit(20, 100),
    }),
    output: z.object({ issues: z.array(row), complete: z.boolean() }),
    async run({ input }, { signal }) {
      const labels = input.labels.length > 0 ? { labels: input.labels.join(',') } : {};
      const asked = { ...parts(input.repo), state: input.state, ...labels };
      const found = await github(signal).pages(issueAnswer, 'GET /repos/{owner}/{repo}/issues', asked, {
        most: mostRead,
      });
      const issues = found.items.filter((issue) => !issue.pull_request);
      return {
        issues: issues.slice(0, input.limit).map(rowOf),
        complete: found.complete && issues.length <= input.limit,
      };
    },
  }),

  defineAction({
    name: 'github_get_issue',
    description: 'one issue: title, text, author, state, labels',
    effect: 'read',
    taints: true,
    input: z.strictObject({ repo, number: issueNumber }),
    output: row.extend({ body: z.string(), is_pull_request: z.boolean(), state_reason: z.string().nullable() }),
    async run({ input }, { signal }) {
      const at = { ...parts(input.repo), issue_number: input.number };
      const issue = await github(signal).ask(issueAnswer, 'GET /repos/{owner}/{repo}/issues/{issue_number}', at);
      return {
        ...rowOf(issue),
        body: clip(issue.body, mostBody),
        is_pull_request: issue.pull_request !== undefined,
        state_reason: issue.state_reason ?? null,
      };
    },
  }),

  defineAction({
    name: 'github_list_comments',
    description: 'the conversation below an issue or pull request, oldest first; when it is long, its end',
    effect: 'read',
    taints: true,
    input: z.strictObject({ repo, number: issueNumber, limit: limit(30, 100) }),
    output: z.object({
      comments: z.array(z.object({ author: z.string(), body: z.string(), at: z.string(), url: z.string() })),
      complete: z.boolean(),
    }),
    async run({ input }, { signal }) {
      const at = { ...parts(input.repo), issue_number: input.number };
      const found = await github(signal).pages(
        commentAnswer,
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        at,
      );
      const comments = found.items.slice(-input.limit).map((comment) => ({
        author: login(comment.user),
        body: clip(comment.body, mostBody),
        at: comment.created_at,
        url: comment.html_url,
      }));
      return { comments, complete: found.complete && found.items.length <= input.limit };
    },
  }),
];
