/** Writes that sort issues: labels, closing, reopening. All can be asked for twice without harm. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub } from './client.ts';
import { issueOf } from './comments.ts';
import { type IssueAnswer, issueAnswer, issueNumber, labelNames, login, parts, repo } from './schema.ts';

const reasons = { completed: 'completed', 'not planned': 'not_planned' } as const;

const missingLabels = (issue: IssueAnswer, wanted: string[]): string[] => {
  const there = new Set(labelNames(issue.labels).map((name) => name.toLowerCase()));
  return wanted.filter((name) => !there.has(name.toLowerCase()));
};

export const triageActions = (github: GitHub) => [
  defineAction({
    name: 'github_add_labels',
    description: 'puts labels on an issue or pull request',
    effect: 'write',
    input: z.strictObject({
      repo,
      number: issueNumber,
      labels: z.array(z.string().trim().min(1).max(50)).min(1).max(20).describe('names of labels'),
    }),
    output: z.object({ repo: z.string(), number: z.number(), labels: z.array(z.string()), url: z.string() }),

    async plan(input, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      const missing = missingLabels(issue, input.labels);
      if (missing.length === 0)
        throw new SophiaError('conflict', `#${input.number} carries ${input.labels.join(', ')} already.`);
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Label #${input.number} “${issue.title}” in ${input.repo}: ${missing.join(', ')}`,
        details: [
          { label: 'On', value: `#${input.number} ${issue.title} by ${login(issue.user)}`, link: issue.html_url },
          { label: 'Adds', value: missing.join(', ') },
          { label: 'Labels now', value: labelNames(issue.labels).join(', ') || 'none' },
        ],
        undo: `\`take <label> off ${input.number} in ${input.repo}\``,
        links: [{ label: `#${input.number}`, url: issue.html_url }],
        preconditions: [{ name: 'labels to add', expected: missing }],
        resolved: { url: issue.html_url },
      };
    },

    async run({ input, resolved }, { signal }) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels';
      const at = { ...parts(input.repo), issue_number: input.number };
      const now = await github(signal).ask(issueAnswer.shape.labels, route, { ...at, labels: input.labels });
      return { repo: input.repo, number: input.number, labels: labelNames(now), url: String(resolved?.url ?? '') };
    },

    async reconcile({ input }, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (missingLabels(issue, input.labels).length > 0) return { state: 'not done' };
      const labels = labelNames(issue.labels);
      return { state: 'done', output: { repo: input.repo, number: input.number, labels, url: issue.html_url } };
    },
  }),

  defineAction({
    name: 'github_close_issue',
    description: 'closes an issue (not a pull request)',
    effect: 'write',
    usage: 'close issue <number> in <repo>',
    example: '/sophia close issue #15 in acme/web',
    input: z.strictObject({
      repo,
      number: issueNumber,
      reason: z.enum(['completed', 'not planned']).default('completed').describe('why it is closed'),
    }),
    output: z.object({ repo: z.string(), number: z.number(), state: z.literal('closed'), url: z.string() }),

    async plan(input, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (issue.pull_request)
        throw new SophiaError('bad_input', `#${input.number} is a pull request.`, {
          hint: 'It is closed on its own page.',
        });
      if (issue.state === 'closed') throw new SophiaError('conflict', `#${input.number} is closed already.`);
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Close #${input.number} “${issue.title}” in ${input.repo} as ${input.reason}`,
        details: [
          { label: 'Issue', value: `#${input.number} ${issue.title} by ${login(issue.user)}`, link: issue.html_url },
          { label: 'Reason', value: input.reason },
        ],
        undo: `\`reopen issue ${input.number} in ${input.repo}\``,
        links: [{ label: `#${input.number}`, url: issue.html_url }],
        preconditions: [{ name: 'state', expected: issue.state }],
      };
    },

    async run({ input }, { signal }) {
      const issue = await github(signal).ask(
        issueAnswer.extend({ state: z.literal('closed') }),
        'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
        { ...parts(input.repo), issue_number: input.number, state: 'closed', state_reason: reasons[input.reason] },
      );
      return { repo: input.repo, number: input.number, state: issue.state, url: issue.html_url };
    },

    async reconcile({ input }, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (issue.state !== 'closed') return { state: 'not done' };
      return {
        state: 'done',
        output: { repo: input.repo, number: input.number, state: 'closed', url: issue.html_url },
      };
    },
  }),

  defineAction({
    name: 'github_reopen_issue',
    description: 'opens a closed issue again (not a pull request)',
    effect: 'write',
    usage: 'reopen issue <number> in <repo>',
    example: '/sophia reopen issue #15 in acme/web',
    input: z.strictObject({ repo, number: issueNumber }),
    output: z.object({ repo: z.string(), number: z.number(), state: z.literal('open'), url: z.string() }),

    async plan(input, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (issue.pull_request)
        throw new SophiaError('bad_input', `#${input.number} is a pull request.`, {
          hint: 'It is reopened on its own page.',
        });
      if (issue.state === 'open') throw new SophiaError('conflict', `#${input.number} is open.`);
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Reopen #${input.number} “${issue.title}” in ${input.repo}`,
        details: [
          { label: 'Issue', value: `#${input.number} ${issue.title} by ${login(issue.user)}`, link: issue.html_url },
          { label: 'Was closed as', value: (issue.state_reason ?? 'completed').replaceAll('_', ' ') },
        ],
        undo: `\`close issue ${input.number} in ${input.repo}\``,
        links: [{ label: `#${input.number}`, url: issue.html_url }],
        preconditions: [{ name: 'state', expected: issue.state }],
      };
    },

    async run({ input }, { signal }) {
      const issue = await github(signal).ask(
        issueAnswer.extend({ state: z.literal('open') }),
        'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
        { ...parts(input.repo), issue_number: input.number, state: 'open' },
      );
      return { repo: input.repo, number: input.number, state: issue.state, url: issue.html_url };
    },

    async reconcile({ input }, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (issue.state !== 'open') return { state: 'not done' };
      return {
        state: 'done',
        output: { repo: input.repo, number: input.number, state: 'open', url: issue.html_url },
      };
    },
  }),

  defineAction({
    name: 'github_remove_label',
    description: 'takes one label off an issue or pull request',
    effect: 'write',
    usage: 'take <label> off <number> in <repo>',
    example: '/sophia take performance off #15 in acme/web',
    input: z.strictObject({
      repo,
      number: issueNumber,
      label: z.string().trim().min(1).max(50).describe('name of the label'),
    }),
    output: z.object({ repo: z.string(), number: z.number(), labels: z.array(z.string()), url: z.string() }),

    async plan(input, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (missingLabels(issue, [input.label]).length > 0)
        throw new SophiaError('conflict', `#${input.number} does not carry ${input.label}.`, {
          hint: `It carries ${labelNames(issue.labels).join(', ') || 'no label'}.`,
        });
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Take the label ${input.label} off #${input.number} “${issue.title}” in ${input.repo}`,
        details: [
          { label: 'On', value: `#${input.number} ${issue.title} by ${login(issue.user)}`, link: issue.html_url },
          { label: 'Takes off', value: input.label },
          { label: 'Labels now', value: labelNames(issue.labels).join(', ') },
        ],
        undo: 'The label can be put on again.',
        links: [{ label: `#${input.number}`, url: issue.html_url }],
        preconditions: [{ name: 'label', expected: 'there' }],
        resolved: { url: issue.html_url },
      };
    },

    async run({ input, resolved }, { signal }) {
      const route = 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}';
      const at = { ...parts(input.repo), issue_number: input.number, name: input.label };
      const now = await github(signal).ask(issueAnswer.shape.labels, route, at);
      return { repo: input.repo, number: input.number, labels: labelNames(now), url: String(resolved?.url ?? '') };
    },

    async reconcile({ input }, { signal }) {
      const issue = await issueOf(github(signal), input.repo, input.number);
      if (missingLabels(issue, [input.label]).length === 0) return { state: 'not done' };
      const labels = labelNames(issue.labels);
      return { state: 'done', output: { repo: input.repo, number: input.number, labels, url: issue.html_url } };
    },
  }),
];
