/** What guards a branch: the old protection and the rules of rulesets, told together. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import type { GitHub } from './client.ts';
import { parts, repo, words } from './schema.ts';

const branchAnswer = z.object({
  name: z.string(),
  protected: z.boolean(),
  commit: z.object({ sha: z.string() }),
  protection: z
    .object({ required_status_checks: z.object({ contexts: z.array(z.string()).default([]) }).nullish() })
    .nullish(),
});
const ruleAnswer = z.object({
  type: z.string(),
  ruleset_source: z.string().nullish(),
  parameters: z
    .object({
      required_approving_review_count: z.number().optional(),
      required_status_checks: z.array(z.object({ context: z.string() })).optional(),
      allowed_merge_methods: z.array(z.string()).optional(),
    })
    .nullish(),
});
const guarded = z.object({
  repo: z.string(),
  branch: z.string(),
  sha: z.string(),
  protected: z.boolean(),
  required_checks: z.array(z.string()),
  required_approvals: z.number(),
  rules: z.array(z.string()),
});

export const branchActions = (github: GitHub) => [
  defineAction({
    name: 'github_get_branch',
    description: 'a branch and what guards it: its head, the checks and approvals a merge needs, the rules that apply',
    effect: 'read',
    taints: true,
    usage: 'branch <branch> in <repo>',
    example: '/sophia branch main in acme/web',
    input: z.strictObject({ repo, branch: words(200).describe('name of the branch') }),
    output: guarded,
    async run({ input }, { signal }) {
      const hub = github(signal);
      const at = { ...parts(input.repo), branch: input.branch };
      const [branch, { items: rules }] = await Promise.all([
        hub.ask(branchAnswer, 'GET /repos/{owner}/{repo}/branches/{branch}', at),
        hub.pages(ruleAnswer, 'GET /repos/{owner}/{repo}/rules/branches/{branch}', at),
      ]);
      const checks = [
        ...(branch.protection?.required_status_checks?.contexts ?? []),
        ...rules.flatMap((rule) => rule.parameters?.required_status_checks?.map((check) => check.context) ?? []),
      ];
      return {
        repo: input.repo,
        branch: branch.name,
        sha: branch.commit.sha,
        protected: branch.protected || rules.length > 0,
        required_checks: [...new Set(checks)],
        required_approvals: Math.max(0, ...rules.map((rule) => rule.parameters?.required_approving_review_count ?? 0)),
        rules: [...new Set(rules.map((rule) => rule.type.replaceAll('_', ' ')))],
      };
    },
  }),
];
