/** Deployments as GitHub keeps them: what went where, how each stands, and saying how one stands. */
import { z } from 'zod';
import { defineAction, type Reconciliation } from '../../core/action.ts';
import type { GitHub, Hub } from './client.ts';
import { limit, login, number, parts, repo, sha, words } from './schema.ts';

const account = z.object({ login: z.string() }).nullable();
const deploymentAnswer = z.object({
  id: z.number(),
  sha,
  ref: z.string(),
  task: z.string(),
  environment: z.string(),
  description: z.string().nullish(),
  creator: account,
  created_at: z.string(),
});
type DeploymentAnswer = z.infer<typeof deploymentAnswer>;
const statusAnswer = z.object({
  id: z.number(),
  state: z.string(),
  description: z.string(),
  creator: account,
  created_at: z.string(),
});

const row = z.object({
  id: z.number(),
  environment: z.string(),
  ref: z.string(),
  sha: z.string(),
  state: z.string(),
  by: z.string(),
  at: z.string(),
});
const listed = z.object({ repo: z.string(), deployments: z.array(row), complete: z.boolean() });
const stated = z.object({ repo: z.string(), deployment: z.number(), state: z.string() });
const resolved = z.object({ newest_status: z.number() });

const states = { success: 'success', failure: 'failure', error: 'error', inactive: 'inactive' } as const;
const mostStatuses = 100;

/** Newest first. */
const statusesOf = (hub: Hub, fullName: string, id: number, most: number) =>
  hub.pages(
    statusAnswer,
    'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    { ...parts(fullName), deployment_id: id },
    { most },
  );

const deploymentOf = (hub: Hub, fullName: string, id: number): Promise<DeploymentAnswer> =>
  hub.ask(deploymentAnswer, 'GET /repos/{owner}/{repo}/deployments/{deployment_id}', {
    ...parts(fullName),
    deployment_id: id,
  });

export const deploymentActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_deployments',
    description: 'lists the deployments GitHub keeps of a repository, newest first, each with how it stands',
    effect: 'read',
    taints: true,
    usage: 'deployments in <repo> [to <environment>]',
    example: '/sophia deployments in acme/web to production',
    input: z.strictObject({
      repo,
      environment: words(100).optional().describe('only those to this environment'),
      limit: limit(10, 30),
    }),
    output: listed,
    async run({ input }, { signal }) {
      const hub = github(signal);
      const asked = { ...parts(input.repo), ...(input.environment ? { environment: input.environment } : {}) };
      const route = 'GET /repos/{owner}/{repo}/deployments';
      const { items, complete } = await hub.pages(deploymentAnswer, route, asked, { most: input.limit });
      const deployments = await Promise.all(
        items.map(async (one) => {
          const [latest] = (await statusesOf(hub, input.repo, one.id, 1)).items;
          return {
            id: one.id,
            environment: one.environment,
            ref: one.ref,
            sha: one.sha,
            state: latest?.state ?? 'pending',
            by: login(one.creator),
            at: one.created_at,
          };
        }),
      );
      return { repo: input.repo, deployments, complete };
    },
    show(output) {
      const { repo: fullName, deployments, complete } = listed.parse(output);
      return {
        kind: 'table',
        title: `Deployments of ${fullName}`,
        columns: ['Id', 'Environment', 'Ref', 'Commit', 'State', 'By', 'When'],
        rows: deployments.map((one) => [
          String(one.id),
          one.environment,
          one.ref,
          one.sha.slice(0, 7),
          one.state,
          one.by,
          one.at.slice(0, 16).replace('T', ' '),
        ]),
        ...(complete ? {} : { footer: 'There may be more.' }),
      };
    },
  }),

  defineAction({
    name: 'github_set_deployment_status',
    description: 'says how a deployment GitHub keeps has ended, e.g. one whose workflow died before it could',
    effect: 'write',
    usage: 'mark deployment <deployment> in <repo> as <state>',
    example: '/sophia mark deployment 4000 in acme/web as inactive',
    input: z.strictObject({
      repo,
      deployment: number.describe('id of the deployment, as `deployments in <repo>` lists it'),
      state: z.enum(['success', 'failure', 'error', 'inactive']).describe('how it has ended'),
      description: words(140).optional().describe('one short sentence why'),
    }),
    output: stated,

    async plan(input, { signal }) {
      const hub = github(signal);
      const [one, { items }] = await Promise.all([
        deploymentOf(hub, input.repo, input.deployment),
        statusesOf(hub, input.repo, input.deployment, 1),
      ]);
      const now = items[0]?.state ?? 'pending';
      return {
        target: `github:${input.repo}/deployments`,
        // GitHub's name for it may be that of an environment the policy guards.
        environment: one.environment,
        repository: input.repo,
        summary: `Mark the deployment ${input.deployment} of ${input.repo} to ${one.environment} as ${input.state}`,
        details: [
          {
            label: 'Deployment',
            value: `${one.id}: ${one.ref} (${one.sha.slice(0, 12)}) to ${one.environment} by ${login(one.creator)}`,
          },
          { label: 'State now', value: now },
          { label: 'State next', value: input.state },
          ...(input.description ? [{ label: 'Because', value: input.description }] : []),
          ...(input.state === 'success'
            ? [{ label: 'Also', value: 'GitHub marks earlier successes there as inactive, unless it is production' }]
            : []),
        ],
        undo: `Mark it as ${now in states ? now : 'something else'} again; statuses are added, none is taken away.`,
        preconditions: [
          { name: 'state', expected: now },
          { name: 'deployment', expected: [one.sha, one.environment] },
        ],
        resolved: { newest_status: items[0]?.id ?? 0 },
      };
    },

    async run({ input }, { signal }) {
      const made = await github(signal).ask(
        statusAnswer,
        'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
        {
          ...parts(input.repo),
          deployment_id: input.deployment,
          state: states[input.state as keyof typeof states],
          ...(input.description ? { description: input.description } : {}),
        },
      );
      return { repo: input.repo, deployment: input.deployment, state: made.state };
    },

    async reconcile({ input, resolved: stored }, { signal }): Promise<Reconciliation> {
      const since = resolved.parse(stored).newest_status;
      const { items } = await statusesOf(github(signal), input.repo, input.deployment, mostStatuses);
      const later = items.filter((status) => status.id > since);
      // A status is a plain word: one like it that came after planning is what was wanted, whoever said it.
      const same = later.find(
        (status) => status.state === input.state && status.description === (input.description ?? ''),
      );
      if (!same) return { state: 'not done' };
      return { state: 'done', output: { repo: input.repo, deployment: input.deployment, state: same.state } };
    },
  }),
];
