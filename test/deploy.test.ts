/** Holds what a deploy relies on: the Fly configurations, the Dockerfile and what the image leaves out. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

type Value = string | number | boolean;
type Table = Record<string, Value>;

/** The part of TOML that our files use: tables, arrays of tables, strings, numbers, booleans. */
function readToml(text: string): Map<string, Table[]> {
  const tables = new Map<string, Table[]>([['', [{}]]]);
  let current = tables.get('')?.[0] ?? {};
  for (const [number, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = /^(?:\[\[([\w.]+)\]\]|\[([\w.]+)\])$/.exec(line);
    const pair = /^(\w+) = (?:'([^']*)'|(\d+)|(true|false))(?: #.*)?$/.exec(line);
    if (header) {
      const name = header[1] ?? header[2] ?? '';
      if (header[2] && tables.has(name)) throw new Error(`[${name}] stands twice`);
      current = {};
      tables.set(name, [...(tables.get(name) ?? []), current]);
    } else if (pair) {
      const [, key = '', text, digits, truth] = pair;
      if (key in current) throw new Error(`${key} stands twice`);
      current[key] = text ?? (digits === undefined ? truth === 'true' : Number(digits));
    } else throw new Error(`line ${number + 1} is not understood: ${line}`);
  }
  return tables;
}

describe.each(['fly.toml', 'fly.postgres.toml'])('%s', (file) => {
  const toml = readToml(read(file));
  const one = (name: string) => toml.get(name)?.[0] ?? {};

  test('never stops a machine: a stopped one hears no event and keeps no timer', () => {
    expect(one('http_service').auto_stop_machines).toBe('off');
    expect(one('http_service').min_machines_running).toBeGreaterThanOrEqual(1);
    expect(toml.get('restart')?.[0]?.policy).toBe('always');
  });

  test('sends traffic to the port the app listens on, over TLS only', () => {
    expect(String(one('http_service').internal_port)).toBe(one('env').PORT);
    expect(one('env').HOST).toBe('0.0.0.0');
    expect(one('http_service').force_https).toBe(true);
  });

  test('asks /readyz before it counts a machine as healthy', () => {
    expect(toml.get('http_service.checks')).toEqual([expect.objectContaining({ method: 'GET', path: '/readyz' })]);
  });

  test('gives the runs time to finish or park', () => {
    expect(one('').kill_signal).toBe('SIGTERM');
    expect(Number.parseInt(String(one('').kill_timeout), 10)).toBeGreaterThanOrEqual(30);
  });

  test('runs as production and carries no secret', () => {
    expect(one('env').NODE_ENV).toBe('production');
    const secret = /TOKEN|SECRET|PASSWORD|PRIVATE_KEY|API_KEY|DATABASE_URL/;
    expect(Object.keys(one('env')).filter((name) => secret.test(name))).toEqual([]);
  });
});

test('with SQLite there is one machine: one volume at the data folder, replaced in place', () => {
  const toml = readToml(read('fly.toml'));
  expect(toml.get('mounts')).toHaveLength(1);
  expect(toml.get('mounts')?.[0]?.destination).toBe(toml.get('env')?.[0]?.SOPHIA_DATA);
  expect(toml.get('http_service')?.[0]?.min_machines_running).toBe(1);
  // canary and bluegreen start a second machine beside the first, which cannot have its volume.
  expect(['rolling', 'immediate']).toContain(toml.get('deploy')?.[0]?.strategy);
});

test('with Postgres there are two machines or more, no volume, and one is replaced at a time', () => {
  const toml = readToml(read('fly.postgres.toml'));
  expect(toml.has('mounts')).toBe(false);
  expect(toml.get('env')?.[0]).not.toHaveProperty('SOPHIA_DATA');
  expect(toml.get('http_service')?.[0]?.min_machines_running).toBeGreaterThanOrEqual(2);
  expect(toml.get('deploy')?.[0]).toMatchObject({ strategy: 'rolling', max_unavailable: 1 });
});

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const last = (word: string) => lines.findLast((line) => line.startsWith(`${word} `)) ?? '';

  test('is Node 24, starts the app without a shell, and not as root', () => {
    const bases = lines.filter((line) => line.startsWith('FROM '));
    for (const base of bases) expect(base).toMatch(/^FROM node:24-slim\b/);
    expect(last('CMD')).toBe('CMD ["node", "src/main.ts"]');
    expect(last('USER')).toBe('USER node');
    expect(lines.indexOf(last('USER'))).toBeGreaterThan(lines.indexOf(last('RUN')));
  });

  test('installs what production needs, from the lockfile', () => {
    expect(lines).toContain('RUN npm ci --omit=dev --omit=optional --omit=peer');
  });

  test('has a port, a data folder and a health check that fit fly.toml', () => {
    const env = readToml(read('fly.toml')).get('env')?.[0] ?? {};
    for (const name of ['NODE_ENV', 'HOST', 'PORT', 'SOPHIA_DATA'])
      expect(last('ENV')).toMatch(new RegExp(`\\b${name}=${env[name]}(\\s|$)`));
    expect(lines.join('\n')).toMatch(/HEALTHCHECK[^\n]*\\\n\s*CMD \["node"/);
  });
});

describe('the image', () => {
  const ignored = read('.dockerignore').split('\n');
  const source = join(root, 'src');
  const left = ignored.filter((line) => line.startsWith('src/')).map((line) => line.slice('src/'.length));
  const isLeft = (file: string) => left.some((folder) => file.startsWith(`${folder}/`));
  const held = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => !isLeft(file));

  /** Static imports that run; `import type` is gone at run time, `import()` is not taken in production. */
  const importsOf = (file: string) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '([^']+)'/gms)]
      .map((found) => found[1] ?? '')
      .concat(
        [...readFileSync(join(source, file), 'utf8').matchAll(/^import '([^']+)'/gm)].map((found) => found[1] ?? ''),
      );

  test('takes nothing from the repository that is not named, so no .env and no database', () => {
    expect(ignored.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const named = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(named.sort()).toEqual(['.npmrc', 'LICENSE', 'package-lock.json', 'package.json', 'src']);
  });

  test('needs no file that it leaves out', () => {
    const wrong = held.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => relative(source, resolve(source, dirname(file), target)))
        .filter(isLeft)
        .map((target) => `${file} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('needs no package that production does not install', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const wrong = held.flatMap((file) =>
      importsOf(file)
        .filter((target) => !target.startsWith('.') && !target.startsWith('node:'))
        .map((target) => target.split('/', target.startsWith('@') ? 2 : 1).join('/'))
        .filter((name) => !(name in dependencies))
        .map((name) => `${file} → ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
