/** What the app says when it cannot start, and what doctor says: the reason, by name, and a code that is not zero. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuditKey } from '../../src/core/signed-head.ts';
import { createOpenRouterEmulator } from '../../src/emulators/openrouter/index.ts';
import { compileCache } from './stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sophia-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type End = { code: number | null; said: string };

async function start(environment: Record<string, string>, ...words: string[]): Promise<End> {
  const child = spawn(process.execPath, ['src/main.ts', ...words], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      SOPHIA_DATA: join(folder, crypto.randomUUID()),
      PORT: '0',
      NODE_COMPILE_CACHE: compileCache,
      ...environment,
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

const slack = {
  SLACK_BOT_TOKEN: 'xoxb-not-a-real-one',
  SLACK_SIGNING_SECRET: 'not-a-real-one-either',
  SOPHIA_ADMINS: 'U0ALICE',
  // Nobody listens there.
  SLACK_API_URL: 'http://127.0.0.1:9/api/',
};

describe.concurrent('the app', () => {
  test('in production without Slack ends and names everything that is missing at once', async () => {
    const { code, said } = await start({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'SOPHIA_ADMINS'])
      expect(said).toContain(name);
    expect(said).not.toMatch(/playground is open|\n\s+at /);
  });

  test('in production with half of Slack names the other half only', async () => {
    const { code, said } = await start({ NODE_ENV: 'production', SLACK_BOT_TOKEN: slack.SLACK_BOT_TOKEN });
    expect(code).toBe(1);
    expect(said).toContain('SLACK_SIGNING_SECRET');
    expect(said).toContain('SOPHIA_ADMINS');
    expect(said).not.toContain('SLACK_BOT_TOKEN (');
    expect(said).not.toContain(slack.SLACK_BOT_TOKEN);
  });

  test('with a policy that does not hold ends and says where it does not', async () => {
    const path = join(folder, 'policy.yaml');
    await writeFile(path, 'version: 1\nrules:\n  - { name: everything, then: alow }\n');
    const { code, said } = await start({ ...slack, SOPHIA_POLICY: path });
    expect(code).toBe(1);
    expect(said).toContain('policy');
    expect(said).toContain('rules[0].then');
    expect(said).toContain('docs/policy.md');
  });

  test('with a policy that is not there ends and names the file', async () => {
    const path = join(folder, 'nowhere.yaml');
    const { code, said } = await start({ ...slack, SOPHIA_POLICY: path });
    expect(code).toBe(1);
    expect(said).toContain('SOPHIA_POLICY');
    expect(said).toContain(path);
  });

  test('with settings that cannot be meant names each of them', async () => {
    const { code, said } = await start({ ...slack, PORT: 'many', LOG_LEVEL: 'loud', SLACK_BOT_TOKEN: 'xapp-mixed-up' });
    expect(code).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'SLACK_BOT_TOKEN', 'xoxb-']) expect(said).toContain(name);
    expect(said).not.toContain('xapp-mixed-up');
  });

  test('with a Slack that does not answer ends and says so, without the token', async () => {
    const { code, said } = await start(slack);
    expect(code).toBe(1);
    expect(said).toMatch(/slack/i);
    expect(said).not.toContain(slack.SLACK_BOT_TOKEN);
  });

  test('asked for a word it does not know names the one it does', async () => {
    const { code, said } = await start({}, 'docter');
    expect(code).toBe(1);
    expect(said).toContain('docter');
    expect(said).toContain('doctor');
  });
});

describe.concurrent('doctor', () => {
  test('with nothing set says what is missing and where to get it, and ends as failed', async () => {
    const { code, said } = await start({}, 'doctor');
    expect(code).toBe(1);
    for (const name of ['SLACK_BOT_TOKEN', 'SOPHIA_ADMINS', 'GITHUB_TOKEN', 'FLY_API_TOKEN', 'OPENROUTER_API_KEY'])
      expect(said).toContain(name);
    expect(said).toContain('fly tokens create');
  });

  test('says what it costs that the end of the audit trail is not signed, and that half of it does nothing', async () => {
    const { said } = await start({}, 'doctor');
    expect(said).toMatch(/– audit .*\n.*do not show.*\n.*Not set: SOPHIA_AUDIT_KEY\. `npm run sophia -- audit key`/);
    expect((await start({ SOPHIA_AUDIT_CHANNEL: 'C0AUDIT' }, 'doctor')).said).toMatch(
      /✗ audit [\s\S]*Set: SOPHIA_AUDIT_CHANNEL\.[\s\S]*do not show[\s\S]*Missing: SOPHIA_AUDIT_KEY/,
    );
    const wrong = await start({ SOPHIA_AUDIT_KEY: 'bm8ga2V5', SOPHIA_AUDIT_CHANNEL: 'C0AUDIT' }, 'doctor');
    expect(wrong.said).toMatch(/✗ audit [\s\S]*no ed25519 private key/);
    const { privateKey, publicKey } = makeAuditKey();
    const right = await start({ SOPHIA_AUDIT_KEY: privateKey, SOPHIA_AUDIT_CHANNEL: 'C0AUDIT' }, 'doctor');
    expect(right.said).toMatch(/✓ audit /);
    expect(right.said).toContain(publicKey);
    expect(right.said).not.toContain(privateKey);
  });

  test('says which models in use the provider has taken away, or soon will, and when its list cannot be read', async () => {
    const provider = await createOpenRouterEmulator();
    try {
      const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
      provider.offer({ 'a/ending': { expires: soon } });
      const models = { OPENROUTER_API_KEY: provider.apiKey, OPENROUTER_BASE_URL: provider.baseUrl };
      const gone = await start({ ...models, SOPHIA_MODEL_SPEED: 'a/gone' }, 'doctor');
      expect(gone.said).toMatch(/✗ models [\s\S]*a\/gone: the provider no longer has it\s+Next: Name another/);
      const ending = await start({ ...models, SOPHIA_MODEL_SPEED: 'a/ending' }, 'doctor');
      expect(ending.said).toMatch(
        /✓ models [\s\S]*Can: choose among \d+ models of \d+ on offer\. Soon gone: a\/ending/,
      );
      const away = await start({ ...models, OPENROUTER_BASE_URL: 'http://127.0.0.1:9/api/v1' }, 'doctor');
      expect(away.said).toMatch(/✗ models [\s\S]*The list of models at 127\.0\.0\.1:9 could not be read/);
    } finally {
      await provider.close();
    }
  });

  test('names a policy that does not hold', async () => {
    const path = join(folder, 'second.yaml');
    await writeFile(path, 'version: 2\n');
    const { code, said } = await start({ SOPHIA_POLICY: path }, 'doctor');
    expect(code).toBe(1);
    expect(said).toMatch(/✗ policy/);
    expect(said).toContain('version');
  });
});
