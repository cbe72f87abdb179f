/** Writes about a pull request: asks people to review it, or reviews it. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub } from './client.ts';
import { pullOf, reviewsOf, stateOf } from './facts.ts';
import { isSame, marked } from './mark.ts';
import { login, type OnePullAnswer, parts, pullAnswer, pullNumber, repo, reviewAnswer, sha, words } from './schema.ts';

const account = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, 'must be a GitHub account name');
const events = { approve: 'APPROVE', 'request changes': 'REQUEST_CHANGES', comment: 'COMMENT' } as const;
const requested = z.object({ repo: z.string(), number: z.number(), reviewers: z.array(z.string()), url: z.string() });

function refuseClosed(pull: OnePullAnswer): void {
  const state = stateOf(pull);
  if (state !== 'open')
    throw new SophiaError('conflict', `#${pull.number} is ${state} already.`, { hint: `See ${pull.html_url}` });
}

export const reviewActions = (github: GitHub) => [
  defineAction({
    name: 'github_request_review',
    description: 'asks people to review a pull request',
    effect: 'write',
    input: z.strictObject({
      repo,
      number: pullNumber,
      reviewers: z.array(account).min(1).max(10).describe('GitHub account names'),
    }),
    output: requested,

    async plan(input, { signal }) {
      const pull = await pullOf(github(signal), input.repo, input.number);
      refuseClosed(pull);
      const author = login(pull.user).toLowerCase();
      if (input.reviewers.some((name) => name.toLowerCase() === author))
        throw new SophiaError('bad_input', `${login(pull.user)} wrote #${input.number} and cannot be its reviewer.`);
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Ask ${input.reviewers.join(', ')} to review #${input.number} “${pull.title}” in ${input.repo}`,
        details: [
          {
            label: 'Pull request',
            value: `#${input.number} ${pull.title} by ${login(pull.user)}`,
            link: pull.html_url,
          },
          { label: 'Notifies', value: input.reviewers.map((name) => `@${name}`).join(', ') },
        ],
        undo: 'The request can be withdrawn; those asked have been notified.',
        links: [{ label: `#${input.number}`, url: pull.html_url }],
        preconditions: [{ name: 'state', expected: pull.state }],
      };
    },

    async run({ input }, { signal }) {
      const route = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers';
      const at = { ...parts(input.repo), pull_number: input.number };
      const pull = await github(signal).ask(pullAnswer, route, { ...at, reviewers: input.reviewers });
      const reviewers = (pull.requested_reviewers ?? []).map((one) => one.login);
      return { repo: input.repo, number: input.number, reviewers, url: pull.html_url };
    },

    async reconcile({ input }, { signal }) {
      const hub = github(signal);
      const pull = await pullOf(hub, input.repo, input.number);
      const asked = (pull.requested_reviewers ?? []).map((one) => one.login);
      // A reviewer who has answered meanwhile is no longer listed as asked.
      const answered = (await reviewsOf(hub, input.repo, input.number)).map((review) => login(review.user));
      const known = new Set([...asked, ...answered].map((name) => name.toLowerCase()));
      if (!input.reviewers.every((name) => known.has(name.toLowerCase()))) return { state: 'not done' };
      return {
        state: 'done',
        output: { repo: input.repo, number: input.number, reviewers: asked, url: pull.html_url },
      };
    },
  }),

  defineAction({
    name: 'github_create_review',
    description: 'reviews a pull request at exactly the given head commit: approves it, requests changes, or comments',
    effect: 'write',
    input: z.strictObject({
      repo,
      number: pullNumber,
      sha: sha.describe('full id of the head commit the review is of'),
      verdict: z.enum(['approve', 'request changes', 'comment']).describe('what the review comes to'),
      body: words(60_000).describe('Markdown text of the review'),
    }),
    output: z.object({ repo: z.string(), number: z.number(), verdict: z.string(), url: z.string() }),

    async plan(input, { signal }) {
      const pull = await pullOf(github(signal), input.repo, input.number);
      refuseClosed(pull);
      if (pull.head.sha !== input.sha)
        throw new SophiaError(
          'conflict',
          `The head of #${input.number} is ${pull.head.sha.slice(0, 12)}, not ${input.sha.slice(0, 12)}.`,
          {
            hint: 'Look at the new commits, then review them.',
          },
        );
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Review #${input.number} “${pull.title}” in ${input.repo}: ${input.verdict}`,
        details: [
          {
            label: 'Pull request',
            value: `#${input.number} ${pull.title} by ${login(pull.user)}`,
            link: pull.html_url,
          },
          { label: 'Of', value: pull.head.sha },
          { label: 'Verdict', value: input.verdict },
          { label: 'Text', value: input.body },
        ],
        undo: 'The review can be dismissed on the page of the pull request.',
        links: [{ label: `#${input.number}`, url: pull.html_url }],
        preconditions: [
          { name: 'head', expected: pull.head.sha },
          { name: 'state', expected: pull.state },
        ],
      };
    },

    async run({ input }, { signal, deed }) {
      const made = await github(signal).ask(reviewAnswer, 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
        ...parts(input.repo),
        pull_number: input.number,
        commit_id: input.sha,
        event: events[input.verdict],
        body: marked(input.body, deed),
      });
      return { repo: input.repo, number: input.number, verdict: input.verdict, url: made.html_url };
    },

    async reconcile({ input }, { signal, deed }) {
      const reviews = await reviewsOf(github(signal), input.repo, input.number);
      const own = reviews.find((review) => isSame(review.body, marked(input.body, deed)));
      if (!own) return { state: 'not done' };
      return {
        state: 'done',
        output: { repo: input.repo, number: input.number, verdict: input.verdict, url: own.html_url },
      };
    },
  }),
];
