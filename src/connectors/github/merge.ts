/** Merges a pull request at exactly the head that was approved, and finds out afterwards whether it happened. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { GitHub } from './client.ts';
import { checksOf, judge, pullOf, reviewsOf, stateOf } from './facts.ts';
import { login, type OnePullAnswer, parts, pullNumber, repo, sha } from './schema.ts';

const resolved = z.object({ sha, method: z.enum(['merge', 'squash', 'rebase']) });

const merged = z.object({
  merged: z.literal(true),
  sha: z.string(),
  repo: z.string(),
  number: z.number(),
  url: z.string(),
});

function refuseUnmergeable(pull: OnePullAnswer, wanted: string): void {
  const hint = `See ${pull.html_url}`;
  const state = stateOf(pull);
  if (state !== 'open') throw new SophiaError('conflict', `#${pull.number} is ${state} already.`, { hint });
  if (pull.draft)
    throw new SophiaError('conflict', `#${pull.number} is a draft.`, { hint: `Its author marks it as ready. ${hint}` });
  if (pull.head.sha !== wanted)
    throw new SophiaError(
      'conflict',
      `The head of #${pull.number} is ${pull.head.sha.slice(0, 12)}, not ${wanted.slice(0, 12)}.`,
      {
        hint: `Somebody pushed to it: look at the new commits, then ask again. ${hint}`,
      },
    );
  if (pull.mergeable === false)
    throw new SophiaError('conflict', `#${pull.number} conflicts with ${pull.base.ref}.`, {
      hint: `Its author brings it up to date with ${pull.base.ref} first. ${hint}`,
    });
}

export const mergeActions = (github: GitHub) => [
  defineAction({
    name: 'github_merge_pull_request',
    description: 'merges a pull request, at exactly the given head commit and no other',
    effect: 'write',
    input: z.strictObject({
      repo,
      number: pullNumber,
      sha: sha.describe('full id of the head commit to merge; when the head has moved, nothing is merged'),
      method: z.enum(['merge', 'squash', 'rebase']).default('squash').describe('how it is merged'),
    }),
    output: merged,

    verdict(output) {
      const { repo: fullName, sha: ref } = merged.parse(output);
      return { look: 'github_list_checks', input: { repo: fullName, ref } };
    },

    async plan(input, { signal }) {
      const hub = github(signal);
      const pull = await pullOf(hub, input.repo, input.number);
      refuseUnmergeable(pull, input.sha);
      const [checks, reviews] = await Promise.all([
        checksOf(hub, input.repo, pull.head.sha),
        reviewsOf(hub, input.repo, input.number).then((found) => judge(found, pull.head.sha)),
      ]);
      const failing = checks.state === 'failing';
      return {
        target: `github:${input.repo}#${input.number}`,
        summary: `Merge #${input.number} “${pull.title}” into ${pull.base.ref} of ${input.repo}`,
        details: [
          {
            label: 'Pull request',
            value: `#${input.number} ${pull.title} by ${login(pull.user)}`,
            link: pull.html_url,
          },
          { label: 'From', value: `${pull.head.ref} at ${pull.head.sha}` },
          { label: 'Into', value: `${pull.base.ref} of ${input.repo}` },
          {
            label: 'Size',
            value: `${pull.commits} commits, ${pull.changed_files} files, +${pull.additions} −${pull.deletions}`,
          },
          { label: 'Checks', value: failing ? `⚠ ${checks.summary}` : checks.summary },
          { label: 'Reviews', value: reviews.summary },
          { label: 'Mergeable', value: pull.mergeable === null ? 'GitHub is still working it out' : 'yes' },
          { label: 'Method', value: input.method },
        ],
        undo: `“Revert” on the page of the pull request, or \`git revert${input.method === 'merge' ? ' -m 1' : ''}\` of the merged commit.`,
        links: [{ label: `#${input.number}`, url: pull.html_url }],
        preconditions: [
          { name: 'head', expected: pull.head.sha },
          { name: 'base', expected: pull.base.ref },
          { name: 'state', expected: pull.state },
          // Pending checks that pass do not void an approval; checks that begin to fail do.
          { name: 'checks', expected: failing ? 'failing' : 'not failing' },
          { name: 'review', expected: reviews.state === 'changes requested' ? 'changes requested' : 'no objection' },
        ],
        resolved: { sha: pull.head.sha, method: input.method },
      };
    },

    async run(plan, { signal }) {
      const { repo: fullName, number } = plan.input;
      const pinned = resolved.parse(plan.resolved);
      const answer = z.object({ merged: z.literal(true), sha: z.string() });
      const done = await github(signal).ask(answer, 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
        ...parts(fullName),
        pull_number: number,
        sha: pinned.sha,
        merge_method: pinned.method,
      });
      const url = plan.links?.[0]?.url ?? '';
      return { merged: true as const, sha: done.sha, repo: fullName, number, url };
    },

    async reconcile(plan, { signal }) {
      const { repo: fullName, number } = plan.input;
      const pinned = resolved.parse(plan.resolved);
      const pull = await pullOf(github(signal), fullName, number);
      const { html_url: url } = pull;
      if (pull.merged && pull.head.sha === pinned.sha && pull.merge_commit_sha)
        return { state: 'done', output: { merged: true, sha: pull.merge_commit_sha, repo: fullName, number, url } };
      if (pull.state === 'open') return { state: 'not done' };
      const what = pull.merged
        ? `was merged by ${login(pull.merged_by)} at ${pull.merged_at ?? 'an unknown time'} with head ${pull.head.sha.slice(0, 12)}, which is not the approved ${pinned.sha.slice(0, 12)}`
        : `is closed and not merged, with head ${pull.head.sha.slice(0, 12)}`;
      return { state: 'unknown', evidence: `#${number} ${what}: ${url}` };
    },
  }),
];
