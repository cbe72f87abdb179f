/** Holds every request of the GitHub connector, and every answer of the emulator, to GitHub's published contract. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connectGitHub, github as connector } from '../../src/connectors/github/index.ts';
import type { GitHubEmulatorOptions } from '../../src/emulators/github/index.ts';
import { silent } from '../connectors/alone.ts';
import { acme, connect, refusal, repo } from '../connectors/github/acme.ts';
import { contractProxy, contractServer, openContract, specsPresent } from './contract-server.ts';

const specFile = 'github.json';

async function between(options: GitHubEmulatorOptions = {}) {
  const world = await acme(options);
  const proxy = await contractProxy({ specFile, upstream: world.url });
  onTestFinished(() => proxy.close());
  return { world, proxy, github: connect({ url: proxy.url, token: world.token }) };
}

/** A deployment, as some workflow would have made it. */
async function deploy(world: { url: string; token: string }): Promise<number> {
  const answer = await fetch(`${world.url}/repos/${repo}/deployments`, {
    method: 'POST',
    headers: { authorization: `token ${world.token}` },
    body: JSON.stringify({ ref: 'main', environment: 'production' }),
  });
  return ((await answer.json()) as { id: number }).id;
}

describe.skipIf(!specsPresent)("GitHub's contract (needs ../shared/specs)", () => {
  test('reading a repository as a collection keeps to the contract on both sides', async () => {
    const { world, proxy } = await between();
    const { source } = connectGitHub({ GITHUB_API_URL: proxy.url, GITHUB_TOKEN: world.token }, { log: silent });
    const signal = AbortSignal.timeout(20_000);
    const { name } = (await source?.find(repo, signal)) ?? { name: '' };
    const { files = [] } = (await source?.look(name, signal)) ?? {};
    for (const file of files.slice(0, 2)) expect(await source?.read(name, file, signal)).not.toBe('');
    expect((await source?.things(name, signal))?.length).toBeGreaterThan(3);
    expect(proxy.problems).toEqual([]);
  });

  test('every action, and its look-up afterwards, keeps to the contract on both sides', async () => {
    const { world, proxy, github } = await between({ stepMs: 1 });
    world.guardBranch('main', [
      { type: 'deletion', ruleset_source_type: 'Repository', ruleset_source: repo, ruleset_id: 1 },
    ]);
    const deployment = await deploy(world);
    // Long enough to be cancelled.
    world.whenRun('deploy.yml', ({ attempt }) => (attempt === 1 ? new Promise(() => {}) : Promise.resolve()));
    const [head12 = '', head13 = ''] = [world.shas.pulls[12], world.shas.pulls[13]];
    const reads = {
      github_list_repositories: {},
      github_get_commit: { repo, ref: 'main' },
      github_compare: { repo, base: world.shas.main[3] ?? '', head: 'main' },
      github_list_pull_requests: { repo, state: 'all' },
      github_get_pull_request: { repo, number: 12 },
      github_get_diff: { repo, number: 13 },
      github_list_reviews: { repo, number: 12 },
      github_list_checks: { repo, ref: '#13' },
      github_get_job_log: { repo, ref: '#13' },
      github_list_issues: { repo, state: 'all', labels: ['performance'] },
      github_get_issue: { repo, number: 12 },
      github_list_comments: { repo, number: 12 },
      github_get_branch: { repo, branch: 'main' },
      github_list_workflows: { repo },
      github_list_runs: { repo },
      github_get_run: { repo, run: 7_001 },
      github_get_run_log: { repo, run: 7_001 },
      github_wait_run: { repo, run: 7_001 },
      github_list_releases: { repo },
      github_list_deployments: { repo, environment: 'production' },
    };
    const writes = {
      github_create_comment: { repo, number: 12, body: 'Ready.' },
      github_create_issue: { repo, title: 'Slow search', body: 'Takes 4 s.', labels: ['performance'] },
      github_add_labels: { repo, number: 12, labels: ['ready'] },
      github_request_review: { repo, number: 13, reviewers: ['alice'] },
      github_create_review: { repo, number: 13, sha: head13, verdict: 'comment', body: 'See the failing test.' },
      github_close_issue: { repo, number: 15 },
      github_reopen_issue: { repo, number: 15 },
      github_remove_label: { repo, number: 15, label: 'performance' },
      github_rerun_failed_jobs: { repo, run: 7_001 },
      github_dispatch_workflow: { repo, workflow: 'deploy.yml', ref: 'main', inputs: { request: '{deed}' } },
      github_cancel_workflow: { repo, run: 9_000 },
      github_rerun_workflow: { repo, run: 9_000 },
      github_create_release: { repo, tag: 'v1.0.0', draft: true },
      github_publish_release: { repo, tag: 'v1.0.0' },
      github_set_deployment_status: { repo, deployment, state: 'failure', description: 'The runner died.' },
      github_merge_pull_request: { repo, number: 12, sha: head12 },
    };
    for (const [name, input] of Object.entries(reads)) await github.act(name, input);
    for (const [name, input] of Object.entries(writes)) {
      const plan = await github.plan(name, input);
      await github.run(plan);
      expect(await github.reconcile(plan), name).toMatchObject({ state: 'done' });
    }
    await github.act('github_list_issues', { repo, state: 'all' });
    await github.act('github_list_runs', { repo, workflow: 'deploy.yml', event: 'workflow_dispatch' });
    await github.act('github_create_release', { repo, tag: 'v1.1.0', notes: 'Two fixes.' });
    await github.act('github_list_releases', { repo });
    await github.act('github_list_deployments', { repo });
    await github.act('github_get_pull_request', { repo, number: 12 });
    expect(await github.connection.check()).toMatchObject({ state: 'ok' });

    expect(proxy.problems).toEqual([]);
    const driven = [...Object.keys(reads), ...Object.keys(writes)].sort();
    expect(github.connection.actions.map(({ name }) => name).sort()).toEqual(driven);
    // Some four hundred calls.
  }, 60_000);

  test('the right to write is asked by login; nobody by that name has none', async () => {
    const { proxy, github } = await between();
    const { mayWrite } = github.connection;
    expect(await mayWrite?.('sophia-bot', repo)).toBe(true);
    expect(await mayWrite?.('nobody-here', repo)).toBe(false);
    expect(proxy.problems).toEqual([]);
  });

  test('refusals are of the form GitHub lists', async () => {
    const { world, proxy, github } = await between();
    const merge = (number: number, sha: string) => github.plan('github_merge_pull_request', { repo, number, sha });
    const plan = await merge(12, world.shas.pulls[12] ?? '');
    await world.pushToPull(12);
    expect(await refusal(github.run(plan))).toMatchObject({ code: 'conflict' });
    await refusal(merge(99, 'a'.repeat(40)));
    world.fault('rate limit');
    await refusal(github.act('github_get_commit', { repo, ref: 'main' }));
    world.fault('no permission', { on: /^PUT / });
    await refusal(github.run(plan));

    expect(proxy.problems).toEqual([]);
    expect(proxy.calls.map((call) => call.status)).toEqual(expect.arrayContaining([403, 404, 409]));
  });

  test('an app keeps to the contract too', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const { world, proxy } = await between({ app: { id: 77, installationId: 99, privateKey } });
    const config = connector.config.parse({
      GITHUB_APP_ID: '77',
      GITHUB_APP_INSTALLATION_ID: '99',
      GITHUB_APP_PRIVATE_KEY: privateKey,
      GITHUB_API_URL: proxy.url,
    });
    const github = connect(world, config);
    await github.act('github_list_repositories', {});
    expect(await github.connection.check()).toMatchObject({ state: 'ok' });
    expect(proxy.problems).toEqual([]);
  });
});

describe.skipIf(!specsPresent)('the referee itself (needs ../shared/specs)', () => {
  const merge = '/repos/acme/web/pulls/12/merge';

  test('a request with an unknown field, a wrong type, an unknown parameter or path is reported', async () => {
    const { requestProblems } = await openContract({ specFile });
    expect(requestProblems('PUT', merge, '', { sha: 'abc', merge_method: 'squash' })).toEqual([]);
    expect(requestProblems('PUT', merge, '', { sha: 'abc', mergeMethod: 'squash' }).join()).toContain('mergeMethod');
    expect(requestProblems('PUT', merge, '', { sha: 12 }).join()).toContain('/body/sha must be string');
    expect(requestProblems('PUT', merge, '', { merge_method: 'octopus' }).join()).toContain('merge, squash, rebase');
    expect(requestProblems('GET', '/repos/acme/web/pulls', 'state=waiting').join()).toContain('/query/state');
    expect(requestProblems('GET', '/repos/acme/web/pulls', 'stat=open').join()).toContain('stat');
    expect(requestProblems('GET', '/repos/acme/web/pullz')).toEqual([
      'GET /repos/acme/web/pullz: the vendor has no such operation',
    ]);
    expect(requestProblems('GET', '/repos/acme/web/pulls', '', { state: 'open' }).join()).toContain('takes none');
    expect(requestProblems('POST', '/repos/acme/web/issues/1/comments', '', {}).join()).toContain(
      "required property 'body'",
    );
  });

  test('an unknown field deep inside a request is reported too', async () => {
    const { requestProblems } = await openContract({ specFile });
    const review = (comment: object) =>
      requestProblems('POST', '/repos/acme/web/pulls/12/reviews', '', {
        event: 'COMMENT',
        body: 'x',
        comments: [comment],
      });
    expect(review({ path: 'a.js', body: 'x', line: 1 })).toEqual([]);
    expect(review({ path: 'a.js', body: 'x', lines: 1 }).join()).toContain('lines');
  });

  test('an answer that lacks a field, has a wrong type, or a status nobody listed is reported', async () => {
    const { responseProblems } = await openContract({ specFile });
    const good = { sha: 'abc', merged: true, message: 'ok' };
    expect(responseProblems('PUT', merge, 200, good)).toEqual([]);
    expect(responseProblems('PUT', merge, 200, { sha: 'abc', merged: true }).join()).toContain(
      "required property 'message'",
    );
    expect(responseProblems('PUT', merge, 200, { ...good, merged: 'yes' }).join()).toContain('/merged must be boolean');
    expect(responseProblems('PUT', merge, 202, good).join()).toContain('answered 202, which the vendor does not list');
    expect(responseProblems('GET', merge, 204, good).join()).toContain('204 carries no body');
  });

  test('what passes the proxy is written down when it breaks the contract, and passes all the same', async () => {
    const { world, proxy } = await between();
    const answer = await fetch(`${proxy.url}/repos/acme/web/issues`, {
      method: 'POST',
      headers: { authorization: `token ${world.token}` },
      body: JSON.stringify({ title: 'x', text: 'not a field' }),
    });
    expect(answer.status).toBe(201);
    expect(proxy.problems).toHaveLength(1);
    expect(proxy.problems[0]).toContain(
      'POST /repos/acme/web/issues: request /body must NOT have unevaluated properties (text)',
    );
  });

  test("the server without an emulator answers with the vendor's examples, and refuses a bad call", async () => {
    const server = await contractServer({ specFile });
    const good = await server.fetch('https://api.github.com/repos/acme/web/pulls/12/merge', {
      method: 'PUT',
      body: '{"sha":"abc"}',
    });
    expect(await good.json()).toMatchObject({ merged: true });
    expect(server.problems).toEqual([]);
    const bad = await server.fetch('https://api.github.com/repos/acme/web/pulls/12/merge', {
      method: 'PUT',
      body: '{"shaa":"abc"}',
    });
    expect(bad.status).toBe(422);
    expect(server.calls).toHaveLength(2);
    expect(server.problems.join()).toContain('shaa');
  });
});
