/** `merge #12 in acme/web`: merges a pull request that is ready, at exactly the head that was approved. */
import { z } from 'zod';
import { defineWorkflow } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import { pullSeen } from './seen.ts';

const input = z.strictObject({
  number: z.int().min(1).describe('number of the pull request'),
  repo: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
    .describe('repository, owner/name'),
  method: z.enum(['squash', 'merge', 'rebase']).default('squash').describe('how it is merged'),
});
const output = z.object({ repo: z.string(), number: z.number(), sha: z.string() });

export function merge() {
  return defineWorkflow({
    name: 'merge',
    description: 'merges a pull request whose checks pass, at the head that was approved',
    effect: 'write',
    varies: ['number'],
    usage: 'merge <number> in <repo> [by <method>]',
    example: '/sophia merge #12 in acme/web',
    input,
    output,
    verdict(raw) {
      const { repo, sha } = output.parse(raw);
      return { look: 'github_list_checks', input: { repo, ref: sha } };
    },

    async plan({ number, repo, method }, context) {
      const pull = pullSeen.parse(await context.look('github_get_pull_request', { repo, number }));
      const why = whyNotReady(pull);
      if (why)
        throw new SophiaError('conflict', `#${number} in ${repo} is not ready: ${why}.`, { hint: `See ${pull.url}` });
      return {
        target: `github:${repo}#${number}`,
        summary: `Merge #${number} “${pull.title}” into ${pull.base}`,
        details: [
          { label: 'Pull request', value: `#${number} ${pull.title} by ${pull.author}`, link: pull.url },
          { label: 'Into', value: `${repo} ${pull.base}` },
          { label: 'Head', value: pull.head_sha.slice(0, 12) },
          { label: 'Checks', value: pull.checks },
          { label: 'Reviews', value: pull.reviews },
          { label: 'Method', value: method },
        ],
        steps: [
          {
            action: 'github_merge_pull_request',
            input: { repo, number, sha: pull.head_sha, method },
            summary: `${method} #${number} at ${pull.head_sha.slice(0, 12)}`,
          },
        ],
        undo: `Revert it with a new pull request: open ${pull.url} and press “Revert”.`,
        links: [{ label: `#${number}`, url: pull.url }],
        preconditions: [
          { name: 'head', expected: pull.head_sha },
          { name: 'base', expected: pull.base },
          { name: 'checks', expected: pull.checks },
        ],
        resolved: { sha: pull.head_sha },
      };
    },

    async run(plan, context) {
      const { repo, number, method } = plan.input;
      const sha = String(plan.resolved?.sha);
      const merged = await context.act('github_merge_pull_request', { repo, number, sha, method });
      if (merged.state !== 'done')
        return {
          state: 'failed',
          reason: merged.reason,
          ...('hint' in merged && merged.hint ? { hint: merged.hint } : {}),
        };
      const at = z.object({ sha: z.string() }).parse(merged.output).sha;
      return {
        state: 'done',
        output: { repo, number, sha: at },
        summary: `#${number} is merged into ${repo} as ${at.slice(0, 7)}.`,
      };
    },
  });
}

function whyNotReady(pull: z.infer<typeof pullSeen>): string | null {
  if (pull.state !== 'open') return `it is ${pull.state}`;
  if (pull.draft) return 'it is a draft';
  if (pull.mergeable === false) return 'it conflicts with its base branch';
  if (pull.checks === 'failing') return 'its checks fail';
  if (pull.checks === 'pending') return 'its checks are still running';
  if (pull.reviews === 'changes requested') return 'a reviewer asked for changes';
  return null;
}
