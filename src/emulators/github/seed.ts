/** Brings the world of `world.ts` into a fresh emulator through its own routes. */
import type { checksOver } from './checks.ts';
import type { Git } from './git.ts';
import type { pullsOver } from './pulls.ts';
import type { Upstream } from './upstream.ts';
import { closedIssues, type Login, mainCommits, openIssues, people, repository, pulls as seedPulls } from './world.ts';

type Parts = {
  upstream: Upstream;
  git: Git;
  checks: ReturnType<typeof checksOver>;
  pulls: ReturnType<typeof pullsOver>;
};
export type Shas = { main: string[]; pulls: Record<number, string> };

export const authorOf = (login: string) => {
  const person = people.find((candidate) => candidate.login === login);
  return { name: person?.name ?? login, email: person?.email ?? `${login}@acme.example` };
};

export async function seedWorld({ upstream, git, checks, pulls }: Parts): Promise<Shas> {
  const shas: Shas = { main: [], pulls: {} };
  const say = (by: Login, path: string, body: object) => upstream.as(by, 'POST', `/repos/${repository}${path}`, body);

  for (const seed of mainCommits) {
    const parent = shas.main[0] ?? null;
    const sha = await git.commit(repository, parent, seed.files, seed.message, authorOf(seed.by), seed.at);
    shas.main.unshift(sha);
  }
  await git.createBranch(repository, 'main', shas.main[0] ?? '');
  const checked = Promise.all(
    shas.main
      .toReversed()
      .map((sha, index) => checks.set(repository, sha, 'test', 'success', undefined, mainCommits[index]?.at)),
  );

  // One after the other: numbers are handed out in order.
  for (const title of closedIssues) await say('carol', '/issues', { title });
  const closing = Promise.all(
    closedIssues.map((_, index) =>
      upstream.as('carol', 'PATCH', `/repos/${repository}/issues/${index + 1}`, {
        state: 'closed',
        state_reason: 'completed',
      }),
    ),
  );
  for (const pull of seedPulls) {
    const { commit, number, branch } = pull;
    const sha = await git.commit(
      repository,
      shas.main[0] ?? null,
      commit.files,
      commit.message,
      authorOf(commit.by),
      commit.at,
    );
    await git.createBranch(repository, branch, sha);
    await say(pull.by, '/pulls', { title: pull.title, body: pull.body, head: branch, base: 'main', draft: pull.draft });
    pulls.setOpenedAt(repository, number, commit.at);
    shas.pulls[number] = sha;
  }
  for (const { by, ...issue } of openIssues) await say(by, '/issues', issue);
  await Promise.all([
    checked,
    closing,
    ...seedPulls.flatMap(({ number, commit, checks: wanted, reviews, comments }) => [
      ...wanted.map(({ name, conclusion, log }) =>
        checks.set(repository, shas.pulls[number] ?? '', name, conclusion, log, commit.at),
      ),
      ...reviews.map(({ by, ...review }) => say(by, `/pulls/${number}/reviews`, review)),
      ...comments.map(({ by, ...comment }) => say(by, `/issues/${number}/comments`, comment)),
    ]),
  ]);
  return shas;
}
