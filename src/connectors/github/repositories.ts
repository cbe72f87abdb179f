/** Reads of repositories and commits: which there are, what a ref is, what lies between two. */
import { z } from 'zod';
import { defineAction } from '../../core/action.ts';
import type { GitHub } from './client.ts';
import { resolveRef } from './facts.ts';
import { type CommitAnswer, commitAnswer, firstLine, limit, parts, ref, repo, repositoryAnswer } from './schema.ts';

const commit = z.object({
  sha: z.string(),
  message: z.string(),
  author: z.string(),
  url: z.string(),
  date: z.string().nullable(),
});
const mostCompared = 300;
const perPage = 100;

function commitOf(answer: CommitAnswer): z.infer<typeof commit> {
  return {
    sha: answer.sha,
    message: firstLine(answer.commit.message),
    author: answer.author?.login ?? answer.commit.author?.name ?? 'unknown',
    url: answer.html_url,
    date: answer.commit.author?.date ?? null,
  };
}

export const repositoryActions = (github: GitHub) => [
  defineAction({
    name: 'github_list_repositories',
    description: 'lists the repositories Sophia can see, most recently pushed first',
    effect: 'read',
    usage: 'repos',
    example: '/sophia repos',
    input: z.strictObject({ limit: limit(30, 100) }),
    output: z.object({
      repositories: z.array(
        z.object({
          repo: z.string(),
          default_branch: z.string(),
          private: z.boolean(),
          archived: z.boolean(),
          pushed_at: z.string().nullable(),
          url: z.string(),
        }),
      ),
      complete: z.boolean(),
    }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const { items, complete } =
        github.kind === 'app'
          ? await hub.pages(
              repositoryAnswer,
              'GET /installation/repositories',
              {},
              { most: input.limit, within: 'repositories' },
            )
          : await hub.pages(repositoryAnswer, 'GET /user/repos', { sort: 'pushed' }, { most: input.limit });
      const repositories = items.map((one) => ({
        repo: one.full_name,
        default_branch: one.default_branch,
        private: one.private,
        archived: one.archived,
        pushed_at: one.pushed_at ?? null,
        url: one.html_url,
      }));
      return { repositories, complete };
    },
  }),

  defineAction({
    name: 'github_get_commit',
    description: 'resolves a branch, tag, commit or pull request head to a commit: its full id, message and author',
    effect: 'read',
    taints: true,
    input: z.strictObject({ repo, ref }),
    output: commit,
    async run({ input }, { signal }) {
      return commitOf(await resolveRef(github(signal), input.repo, input.ref));
    },
  }),

  defineAction({
    name: 'github_compare',
    description: 'the commits that are in head and not in base, newest first, e.g. what a deploy would bring',
    effect: 'read',
    taints: true,
    input: z.strictObject({
      repo,
      base: ref.describe('branch, tag or commit'),
      head: ref.describe('branch, tag or commit'),
    }),
    output: z.object({
      status: z.string(),
      ahead_by: z.number(),
      behind_by: z.number(),
      commits: z.array(commit),
      complete: z.boolean(),
      url: z.string(),
    }),
    async run({ input }, { signal }) {
      const hub = github(signal);
      const comparison = z.object({
        status: z.string(),
        ahead_by: z.number(),
        behind_by: z.number(),
        html_url: z.string(),
        commits: z.array(commitAnswer),
      });
      const basehead = `${input.base}...${input.head}`;
      const ask = (page: number) =>
        hub.ask(comparison, 'GET /repos/{owner}/{repo}/compare/{basehead}', {
          ...parts(input.repo),
          basehead,
          per_page: perPage,
          page,
        });
      const first = await ask(1);
      const commits = [...first.commits];
      for (let page = 2; commits.length < Math.min(first.ahead_by, mostCompared); page++) {
        const more = (await ask(page)).commits;
        if (more.length === 0) break;
        commits.push(...more);
      }
      const { status, ahead_by, behind_by, html_url: url } = first;
      return {
        status,
        ahead_by,
        behind_by,
        commits: commits.map(commitOf).reverse(),
        complete: commits.length >= ahead_by,
        url,
      };
    },
  }),
];
