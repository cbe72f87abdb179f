/** The policy on the command line: cases with a line each and a code, an explanation, and adopting from the server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../../src/store/index.ts';
import { parseCases, runCases } from '../../../src/surfaces/cli/policy-cases.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sophia-policy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const policyText = `version: 1
roles: { release: [U0ALICE, U0CAROL] }
rules:
  - { name: not from engineering, match: { environment: production, channel: C0ENG }, then: refuse, reason: use deploys }
  - { name: production, match: { environment: production, effect: [write, destroy] }, then: ask, approvers: [release], quorum: 2, expires: 30m }
`;
const servicesText = `services:
  web:
    repository: acme/web
    environments: { production: { fly_app: acme-web, image: "registry.fly.io/acme-web:{sha}" } }
`;

/** No Slack, no connector, no database: the names of the files only. */
async function sophia(
  files: Record<string, string>,
  ...words: string[]
): Promise<{ code: number | null; said: string }> {
  const place = await mkdtemp(join(folder, 'place-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text);
  return inPlace(place, words);
}

async function inPlace(place: string, words: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['src/main.ts', ...words.map((word) => word.replace('@', `${place}/`))], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      SOPHIA_ADMINS: 'U0ALICE,U0BOB',
      SOPHIA_POLICY: join(place, 'policy.yml'),
      SOPHIA_SERVICES: join(place, 'services.yml'),
      SOPHIA_DATA: join(place, 'data'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15_000,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}
const files = { 'policy.yml': policyText, 'services.yml': servicesText };

describe.concurrent('policy test', () => {
  test('says a line a case and ends with 0 when all is as expected', async () => {
    const cases = `
- { name: a deploy asks two of the release team, command: deploy web, as: U0BOB, in: C0DEPLOYS, expect: ask, approvers: [release], quorum: 2 }
- { name: nobody deploys from engineering, command: deploy web to production, as: U0ALICE, in: C0ENG, expect: refuse }
- { name: reads are free, action: fly_get_status, as: U0DAVE, tainted: true, expect: allow }
- { name: untrusted text makes remembering ask, command: remember it all, as: U0CAROL, tainted: true, expect: ask, approvers: [admins] }
`;
    const { code, said } = await sophia({ ...files, 'cases.yml': cases }, 'policy', 'test', '@cases.yml');
    expect(said).toContain('✓ a deploy asks two of the release team');
    expect(said).toContain('4 as expected, 0 not.');
    expect(code).toBe(0);
  });

  test('ends with 1 and shows what was expected and what came', async () => {
    const cases = `
- { name: deploys are free, command: deploy web, as: U0BOB, expect: allow }
- { name: bob decides, command: deploy web, as: U0BOB, expect: ask, approvers: [U0BOB], quorum: 1 }
- { name: a word nobody knows, command: explode, as: U0BOB, expect: allow }
`;
    const { code, said } = await sophia({ ...files, 'cases.yml': cases }, 'policy', 'test', '@cases.yml');
    expect(code).toBe(1);
    expect(said).toContain('✗ deploys are free\n    - expect: allow\n    + expect: ask\n      decided by: production');
    expect(said).toContain('- approvers: U0BOB\n    + approvers: U0ALICE, U0CAROL\n    - quorum: 1\n    + quorum: 2');
    expect(said).toContain('I do not know the command “explode”');
    expect(said).toContain('0 as expected, 3 not.');
  });

  test('a policy or a list of cases that does not hold is said, and nothing is tried', async () => {
    const broken = await sophia(
      { ...files, 'policy.yml': 'version: 3', 'cases.yml': '[]' },
      'policy',
      'test',
      '@cases.yml',
    );
    expect(broken).toMatchObject({ code: 1, said: expect.stringContaining('version') });
    const empty = await sophia(
      { ...files, 'cases.yml': '- { name: x, as: y, expect: maybe }' },
      'policy',
      'test',
      '@cases.yml',
    );
    expect(empty).toMatchObject({ code: 1, said: expect.stringContaining('[0].expect') });
  });
});

describe.concurrent('policy explain', () => {
  test('names the rule that decides, and for each before it the condition that fails', async () => {
    const { code, said } = await sophia(files, 'policy', 'explain', 'deploy web', '--as', 'U0BOB', '--in', 'C0DEPLOYS');
    expect(code).toBe(0);
    expect(said).toContain('It asks 2 of U0ALICE, U0CAROL, not the one who asks; it expires after 30 min.');
    expect(said).toContain('“not from engineering” does not fit: channel: C0ENG');
    expect(said).toContain('“production” fits and decides');
    expect(said).not.toContain('stricter');
  });

  test('says who is reminded, and who may decide later', async () => {
    const late = (backup: string) => `version: 1
rules:
  - { name: asks, match: { environment: production }, then: ask, approvers: [U0CAROL], remind: 30s, backup: { approvers: ${backup}, after: 20m }, expires: 2h }
`;
    const ask = async (policy: string) =>
      (await sophia({ ...files, 'policy.yml': policy }, 'policy', 'explain', 'deploy web', '--as', 'U0BOB')).said;
    expect(await ask(late('[admins]'))).toContain(
      'It asks 1 of U0CAROL, not the one who asks; reminds them every 30 s; U0ALICE, U0BOB may as well after 20 min; it expires after 120 min.',
    );
    expect(await ask(late('["group:@oncall"]'))).toContain('; group:@oncall may as well after 20 min;');
  });

  test('says that untrusted text made it stricter', async () => {
    const { said } = await sophia(files, 'policy', 'explain', 'remember it', '--as', 'U0CAROL', '--tainted');
    expect(said).toContain('It asks 1 of U0ALICE, U0BOB');
    expect(said).toContain('Untrusted text in the run made it stricter.');
  });

  test('with half a command line says how it is written', async () => {
    const { code, said } = await sophia(files, 'policy', 'explain', 'deploy web');
    expect(code).toBe(1);
    expect(said).toContain('--as <person>');
  });
});

test('policy adopt puts the file in force without asking, once, and says in the audit trail whence', async () => {
  const place = await mkdtemp(join(folder, 'adopt-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, name), text);
  expect(await inPlace(place, ['policy', 'adopt'])).toMatchObject({
    code: 0,
    said: expect.stringContaining('In force: #1'),
  });
  expect(await inPlace(place, ['policy', 'adopt'])).toMatchObject({
    code: 0,
    said: expect.stringContaining('already'),
  });
  const store = await openStore({ directory: join(place, 'data') });
  // While the app holds the directory, nobody else gets in.
  const locked = await inPlace(place, ['policy', 'adopt']);
  const versions = await store.policies.latest(5);
  const [row] = await store.audit.latest(1);
  await store.close();
  expect(locked.code).toBe(1);
  expect(versions).toMatchObject([{ number: 1, text: policyText, by: null }]);
  expect(row).toMatchObject({ kind: 'policy', person: null, facts: { from: 'server', number: 1 } });
});

test('a case that throws is a case that is wrong', async () => {
  let text = '';
  const code = await runCases({
    cases: parseCases('- { name: broken, action: x, as: y, expect: allow }'),
    judge: () => Promise.reject(new Error('no such thing')),
    people: (name) => [name],
    write: (more) => {
      text += more;
    },
  });
  expect(code).toBe(1);
  expect(text).toContain('✗ broken\n    no such thing');
});
