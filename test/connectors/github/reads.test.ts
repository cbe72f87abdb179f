/** What the reads say of Acme's repository. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readableLog } from '../../../src/connectors/github/checks.ts';
import { judge } from '../../../src/connectors/github/facts.ts';
import { createGitHubEmulator, type GitHubEmulator } from '../../../src/emulators/github/index.ts';
import { acme, connect, refusal, repo } from './acme.ts';

let world: GitHubEmulator;
let github: ReturnType<typeof connect>;
beforeAll(async () => {
  world = await createGitHubEmulator();
  github = connect(world);
});
afterAll(() => world.close());

describe('pull requests', () => {
  test('the list tells what is waiting to be merged, and why the rest is not', async () => {
    const { pull_requests, complete } = await github.act<{ pull_requests: object[]; complete: boolean }>(
      'github_list_pull_requests',
      { repo },
    );
    expect(complete).toBe(true);
    expect(pull_requests).toMatchObject([
      { number: 14, title: 'Dark mode', author: 'carol', draft: true, checks: 'pending', reviews: 'none' },
      { number: 13, author: 'bob', draft: false, checks: 'failing', reviews: 'none', mergeable: true },
      {
        number: 12,
        author: 'alice',
        checks: 'passing',
        reviews: 'approved',
        mergeable: true,
        head_sha: world.shas.pulls[12],
      },
    ]);
  });

  test('people see it as a table', async () => {
    const output = await github.act('github_list_pull_requests', { repo });
    const action = github.connection.actions.find(({ name }) => name === 'github_list_pull_requests');
    expect(action?.show?.(output as never)).toMatchObject({
      kind: 'table',
      rows: [
        ['#14', 'Dark mode', 'carol', 'draft', 'pending', 'none'],
        ['#13', 'Upgrade the payment SDK', 'bob', 'open', 'failing', 'none'],
        ['#12', 'Cache the product page', 'alice', 'open', 'passing', 'approved'],
      ],
    });
  });

  test('a list cut short says so', async () => {
    expect(await github.act('github_list_pull_requests', { repo, limit: 1 })).toMatchObject({
      pull_requests: [{ number: 14 }],
      complete: false,
    });
  });

  test('one in full names who approved it and what it changes', async () => {
    expect(await github.act('github_get_pull_request', { repo, number: 12 })).toMatchObject({
      state: 'open',
      base: 'main',
      checks: 'passing',
      checks_summary: '2 passing',
      reviews_summary: 'approved by bob',
      commits: 1,
      changed_files: 2,
      merged_as: null,
      url: `${world.url}/acme/web/pull/12`,
    });
  });

  test('its diff is a diff, cut to the size asked for', async () => {
    const whole = await github.act<{ diff: string }>('github_get_diff', { repo, number: 13 });
    expect(whole).toMatchObject({
      complete: true,
      files: [{ path: 'package.json', status: 'modified' }, { path: 'src/payment.js' }],
    });
    expect(whole.diff).toContain('-    "payments": "4.2.0"\n+    "payments": "5.0.1"');
    const cut = await github.act<{ diff: string }>('github_get_diff', { repo, number: 13, most_characters: 100 });
    expect(cut).toMatchObject({ complete: false });
    expect(cut.diff.length).toBeLessThan(200);
    expect(cut.diff).toMatch(/\[… \d+ more characters\]$/);
  });

  test('its reviews say whether they saw the present head', async () => {
    expect(await github.act('github_list_reviews', { repo, number: 12 })).toMatchObject({
      state: 'approved',
      reviews: [{ reviewer: 'bob', verdict: 'approved', of_head: true }],
    });
  });

  test('an approval of an earlier commit is called that', async () => {
    const own = await acme();
    await own.pushToPull(12);
    const { reviews_summary, checks } = await connect(own).act('github_get_pull_request', { repo, number: 12 });
    expect(reviews_summary).toBe('approved by bob (of an earlier commit)');
    expect(checks).toBe('none');
  });
});

describe('the verdict of several reviews', () => {
  const review = (login: string, state: string, commit = 'head') => ({
    id: 1,
    user: { login },
    state,
    commit_id: commit,
    html_url: '',
  });

  test('counts each reviewer once, with the latest word', () => {
    expect(judge([review('bob', 'CHANGES_REQUESTED'), review('bob', 'APPROVED')], 'head').state).toBe('approved');
    expect(judge([review('bob', 'APPROVED'), review('bob', 'CHANGES_REQUESTED')], 'head').state).toBe(
      'changes requested',
    );
    expect(judge([review('bob', 'APPROVED'), review('bob', 'DISMISSED')], 'head').state).toBe('none');
  });

  test('a comment does not take an approval back, and one objection outweighs approvals', () => {
    expect(judge([review('bob', 'APPROVED'), review('bob', 'COMMENTED')], 'head').state).toBe('approved');
    expect(judge([review('bob', 'APPROVED'), review('carol', 'CHANGES_REQUESTED')], 'head')).toEqual({
      state: 'changes requested',
      summary: 'changes requested by carol; approved by bob',
    });
  });
});

describe('checks', () => {
  test('of a commit, of main and of a pull request', async () => {
    expect(await github.act('github_list_checks', { repo, ref: 'main' })).toMatchObject({
      sha: world.shas.main[0],
      state: 'passing',
      summary: '1 passing',
    });
    expect(await github.act('github_list_checks', { repo, ref: '#13' })).toMatchObject({
      sha: world.shas.pulls[13],
      state: 'failing',
      summary: '1 failing (test), 1 passing',
    });
    expect(await github.act('github_list_checks', { repo, ref: world.shas.pulls[14] ?? '' })).toMatchObject({
      state: 'pending',
    });
  });

  test('a commit status counts like a check', async () => {
    const own = await acme();
    const sha = own.shas.main[0] ?? '';
    await fetch(`${own.url}/repos/${repo}/statuses/${sha}`, {
      method: 'POST',
      headers: { authorization: `token ${own.token}` },
      body: JSON.stringify({ state: 'failure', context: 'ci/legacy' }),
    });
    expect(await connect(own).act('github_list_checks', { repo, ref: sha })).toMatchObject({
      state: 'failing',
      summary: '1 failing (ci/legacy), 1 passing',
    });
  });

  test('more checks than a page holds are all counted: one failing among 130 is found', async () => {
    const own = await acme();
    const sha = own.shas.main[1] ?? '';
    await own.setCheck(sha, 'the odd one', 'failure');
    await Promise.all(Array.from({ length: 130 }, (_, index) => own.setCheck(sha, `part ${index}`, 'success')));
    expect(await connect(own).act('github_list_checks', { repo, ref: sha })).toMatchObject({
      state: 'failing',
      summary: '1 failing (the odd one), 131 passing',
    });
  });

  test('the log of the failed job says what broke, without time stamps', async () => {
    const { jobs } = await github.act<{ jobs: { log: string }[] }>('github_get_job_log', { repo, ref: '#13' });
    expect(jobs).toMatchObject([{ job: 'test', workflow: 'CI', conclusion: 'failure', complete: true }]);
    expect(jobs[0]?.log).toContain('AssertionError: expected "charge" to be called with 2 arguments');
    expect(jobs[0]?.log).not.toMatch(/2026-11-20T|##\[group\]/);
  });

  test('where nothing failed there is no log', async () => {
    expect(await github.act('github_get_job_log', { repo, ref: '#12' })).toEqual({
      sha: world.shas.pulls[12],
      jobs: [],
      failed_jobs: 0,
    });
  });

  test('of a long log the end is kept, in whole lines, without colours', () => {
    const log = `${'2026-11-20T09:14:00.1042260Z a line\n'.repeat(1_000)}2026-11-20T09:14:01.1Z \u001b[31mboom\u001b[0m\n`;
    const { log: read, complete } = readableLog(log, 100);
    expect(complete).toBe(false);
    expect(read.length).toBeLessThanOrEqual(100);
    expect(read.split('\n').at(-1)).toBe('boom');
    expect(read.split('\n')[0]).toBe('a line');
  });
});

describe('commits', () => {
  test('a branch, a short id and #number lead to one commit', async () => {
    const [head = ''] = world.shas.main;
    const seen = { sha: head, message: 'Answer health checks with the release', author: 'bob' };
    expect(await github.act('github_get_commit', { repo, ref: 'main' })).toMatchObject(seen);
    expect(await github.act('github_get_commit', { repo, ref: head.slice(0, 8) })).toMatchObject(seen);
    expect(await github.act('github_get_commit', { repo, ref: '#12' })).toMatchObject({ sha: world.shas.pulls[12] });
  });

  test('only the first line of a message is shown', async () => {
    expect(await github.act('github_get_commit', { repo, ref: world.shas.main[3] ?? '' })).toMatchObject({
      message: 'Fix rounding of totals in the basket',
    });
  });

  test('a comparison lists what is ahead, newest first, and how far behind it is', async () => {
    const base = world.shas.main[2] ?? '';
    expect(await github.act('github_compare', { repo, base, head: 'main' })).toMatchObject({
      status: 'ahead',
      ahead_by: 2,
      behind_by: 0,
      complete: true,
      commits: [{ sha: world.shas.main[0] }, { sha: world.shas.main[1] }],
    });
    expect(await github.act('github_compare', { repo, base: 'main', head: base })).toMatchObject({
      status: 'behind',
      ahead_by: 0,
      behind_by: 2,
      commits: [],
    });
  });
});

describe('issues', () => {
  test('the list leaves pull requests out', async () => {
    expect(await github.act('github_list_issues', { repo })).toMatchObject({
      issues: [{ number: 15, title: 'Checkout is slow on old phones', author: 'carol', labels: ['performance'] }],
      complete: true,
    });
  });

  test('a pull request is told from an issue', async () => {
    expect(await github.act('github_get_issue', { repo, number: 15 })).toMatchObject({
      is_pull_request: false,
      state: 'open',
    });
    expect(await github.act('github_get_issue', { repo, number: 12 })).toMatchObject({ is_pull_request: true });
  });

  test('the conversation below a pull request', async () => {
    expect(await github.act('github_list_comments', { repo, number: 12 })).toMatchObject({
      comments: [{ author: 'carol', body: 'Can this go out before the sale on Friday?' }],
      complete: true,
    });
  });
});

test('the repositories it sees', async () => {
  expect(await github.act('github_list_repositories', {})).toMatchObject({
    repositories: [{ repo, default_branch: 'main', private: true }],
  });
});

test('a commit that is not there is not found', async () => {
  const error = await refusal(github.act('github_get_commit', { repo, ref: 'no-such-branch' }));
  expect(error).toMatchObject({ code: 'not_found' });
});
