/** An older Node gets one plain sentence instead of a stack trace. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-version-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function startOn(version: string): { status: number | null; stdout: string; stderr: string } {
  const pretend = join(folder, `pretend-${version}.cjs`);
  writeFileSync(pretend, `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`);
  const program = join(folder, 'program.cjs');
  writeFileSync(program, `process.stdout.write('started');`);
  const preload = join(root, 'src/node-version.cjs');
  return spawnSync(process.execPath, ['-r', pretend, '-r', preload, program], { encoding: 'utf8' });
}

test('Node 20 is told what is needed and where to get it, and nothing starts', () => {
  const { status, stdout, stderr } = startOn('20.20.2');
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'SOPHIA needs Node 24 or newer; this is Node 20.20.2. Get it from https://nodejs.org and run the same command again.\n',
  );
});

test.each(['24.0.0', '26.10.0'])('Node %s starts', (version) => {
  expect(startOn(version)).toMatchObject({ status: 0, stdout: 'started', stderr: '' });
});

test('every script that starts our TypeScript asks first', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const ours = Object.values(scripts).filter((script) => /\bsrc\/\S+\.ts\b/.test(script));
  expect(ours).not.toEqual([]);
  for (const script of ours) expect(script).toMatch(/^node -r \.\/src\/node-version\.cjs /);
});
