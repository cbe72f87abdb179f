/** Writes words: comments and new issues, each marked so that a lost answer does not make a second one. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import type { Detail } from '../../core/plan.ts';
import type { GitHub, Hub } from './client.ts';
import { isSame, marked, mentions } from './mark.ts';
import { commentAnswer, issueAnswer, issueNumber, parts, repo, words } from './schema.ts';

const body = words(60_000).describe('Markdown text');
const written = z.object({ repo: z.string(), number: z.number(), url: z.string() });
const label = z.string().min(1).max(50);

export function issueOf(hub: Hub, fullName: string, issue: number) {
  const at = { ...parts(fullName), issue_number: issue };
  return hub.ask(issueAnswer, 'GET /repos/{owner}/{repo}/issues/{issue_number}', at);
}

function mentionDetail(text: string): Detail[] {
  const names = mentions(text);
  return names.length > 0 ? [{ label: 'Notifies', value: names.join(', ') }] : [];
}

export const commentActions = (github: GitHub) => [
  defineAction({
    name: 'github_create_comment',
    description: 'writes a comment below an issue or pull request',
    effect: 'write',
    usage: 'comment on <number> in <repo> <body...>',
    example: '/sophia comment on #15 in acme/web We are looking into it.',
    input: z.strictObject({ repo, number: issueNumber, body }),
    output: written,

    async plan(input, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      const kind = issue.pull_request ? 'pull request' : 'issue';
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Comment on #${input.number} “${issue.title}” in ${input.repo}`,
        details: [
          { label: 'On', value: `${kind} #${input.number} ${issue.title} (${issue.state})`, link: issue.html_url },
          { label: 'Text', value: input.body },
          ...mentionDetail(input.body),
        ],
        undo: 'The comment can be deleted on its page; those it notified have read it.',
        links: [{ label: `#${input.number}`, url: issue.html_url }],
        preconditions: [{ name: 'title', expected: issue.title }],
      };
    },

    async run({ input }, { signal, deed }) {
      const at = { ...parts(input.repo), issue_number: input.number };
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      const made = await github(signal).ask(commentAnswer, route, { ...at, body: marked(input.body, deed) });
      return { repo: input.repo, number: input.number, url: made.html_url };
    },

    async reconcile({ input }, { signal, deed }) {
      const at = { ...parts(input.repo), issue_number: input.number };
      const found = await github(signal).pages(
        commentAnswer,
        'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        at,
      );
      const own = found.items.find((comment) => isSame(comment.body, marked(input.body, deed)));
      if (own) return { state: 'done', output: { repo: input.repo, number: input.number, url: own.html_url } };
      if (found.complete) return { state: 'not done' };
      return {
        state: 'unknown',
        evidence: `#${input.number} has more comments than I can look through (${found.items.length} read).`,
      };
    },
  }),

  defineAction({
    name: 'github_create_issue',
    description: 'opens a new issue in a repository',
    effect: 'write',
    input: z.strictObject({
      repo,
      title: words(250).describe('title, one line'),
      body,
      labels: z.array(label).max(20).default([]).describe('names of labels'),
    }),
    output: written,

    async plan(input) {
      return {
        target: `github:${input.repo}/issues`,
        summary: `Open the issue “${input.title}” in ${input.repo}`,
        details: [
          { label: 'Repository', value: input.repo },
          { label: 'Title', value: input.title },
          { label: 'Text', value: input.body },
          ...(input.labels.length > 0 ? [{ label: 'Labels', value: input.labels.join(', ') }] : []),
          ...mentionDetail(input.body),
        ],
        undo: 'The issue can be closed; those it notified have read it.',
        preconditions: [],
      };
    },

    async run({ input }, { signal, deed }) {
      const made = await github(signal).ask(issueAnswer, 'POST /repos/{owner}/{repo}/issues', {
        ...parts(input.repo),
        title: input.title,
        body: marked(input.body, deed),
        ...(input.labels.length > 0 ? { labels: input.labels } : {}),
      });
      return { repo: input.repo, number: made.number, url: made.html_url };
    },

    async reconcile({ input }, { signal, deed }) {
      const asked = { ...parts(input.repo), state: 'all', sort: 'created', direction: 'desc' };
      const found = await github(signal).pages(issueAnswer, 'GET /repos/{owner}/{repo}/issues', asked, { most: 200 });
      const own = found.items.find(
        (issue) => issue.title === input.title && isSame(issue.body, marked(input.body, deed)),
      );
      return own
        ? { state: 'done', output: { repo: input.repo, number: own.number, url: own.html_url } }
        : { state: 'not done' };
    },
  }),
];
