/** Holds the documentation to the truth: commands, links, paths, settings and examples that it names exist and work. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../src/commands/index.ts';
import { parsePolicy } from '../src/flow/policy.ts';
import { readSettings } from '../src/settings.ts';
import { parseServices } from '../src/workflows/index.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const under = (folder: string, end: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => join(folder, file));

const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...under('docs', '.md'),
  ...under('src', '.md'),
].sort();

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((found) => found[1] ?? '');
/** Prose without code blocks: their contents are not links. */
const prose = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...all(text, /\bnpm run ([a-z][\w:-]*)/g), ...all(text, /\bnpm (start|test)\b/g)];
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test('links only to files and headings that exist', () => {
    const broken = all(prose(text), /\]\(([^)\s]+)\)/g)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', heading] = link.split('#');
        const target = path === '' ? page : relative(root, resolve(root, dirname(page), path));
        if (!existsSync(join(root, target))) return true;
        return heading !== undefined && !headings(read(target)).includes(heading);
      });
    expect(broken).toEqual([]);
  });

  test('names only paths of the repository that exist', () => {
    const named = all(text, /[`\s]((?:src|test|docs|\.ci)\/[\w./-]+)/g).map((path) => path.replace(/[.,]$/, ''));
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names only settings that .env.example explains', () => {
    const named = all(text, /`((?:SLACK|GITHUB|FLY|OPENROUTER|SOPHIA|DATABASE|LOG)_[A-Z0-9_]+)`/g);
    expect([...new Set(named)].filter((name) => !settings.includes(name))).toEqual([]);
  });
});

/** Anchors as GitHub makes them. */
function headings(text: string): string[] {
  return all(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const settings = all(read('.env.example'), /^(?:# )?([A-Z][A-Z0-9_]+)=/gm);

describe('.env.example', () => {
  // What is read of the environment is declared as keys of zod objects, here and nowhere else.
  const declaring = ['src/settings.ts', ...under('src/connectors', 'index.ts')];
  const known = new Set(declaring.flatMap((file) => all(read(file), /^ {2,4}([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*): /gm)));

  test('explains every setting that is read', () => {
    expect([...known].filter((name) => !settings.includes(name)).sort()).toEqual([]);
  });

  test('explains no setting that nobody reads', () => {
    expect(settings.filter((name) => !known.has(name))).toEqual([]);
  });

  test('names each setting once and gives no real value of a secret', () => {
    expect(settings).toEqual([...new Set(settings)]);
    expect(read('.env.example')).not.toMatch(/xox[abp]-\d|xapp-\d|ghp_\w{20}|github_pat_\w{20}|sk-or-v1-\w{20}/);
  });
});

test('every example in docs/policy.md is a policy that holds', () => {
  const examples = all(read('docs/policy.md'), /^```yaml\n([\s\S]*?)^```/gm);
  expect(examples.length).toBeGreaterThan(0);
  const actions = new Set(all(read('docs/actions.md'), /^\| `(\w+)` \|/gm));
  for (const example of examples) {
    const named = parsePolicy(example).rules.flatMap((rule) => [rule.match.action ?? []].flat());
    const fits = (name: string) =>
      name.endsWith('*') ? [...actions].some((action) => action.startsWith(name.slice(0, -1))) : actions.has(name);
    expect(named.filter((name) => !fits(name))).toEqual([]);
  }
});

test('the cases in docs/policy.md are as the policy above them says, and so is the explanation', async () => {
  const text = read('docs/policy.md');
  const after = (mark: string) =>
    new RegExp(`<!-- test: ${mark} -->\\n\`\`\`[\\w ]*\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'sophia-docs-'));
  for (const name of ['policy.yml', 'cases.yml']) writeFileSync(join(folder, name), after(name));
  const run = async (...words: string[]) => {
    let said = '';
    const settings = readSettings({ SOPHIA_ADMINS: 'U0ALICE,U0BOB', SOPHIA_POLICY: join(folder, 'policy.yml') });
    const write = (more: string) => {
      said += more;
    };
    return { code: await runCommand('policy', { settings, environment: {}, words, write }), said };
  };
  const tested = await run('test', join(folder, 'cases.yml'));
  expect(tested.said).toContain('4 as expected, 0 not.');
  expect(tested.code).toBe(0);
  const typed = /`npm run sophia -- policy explain "([^"]+)" ([^`]+)`/.exec(text.replaceAll('\n', ' '));
  const explained = await run('explain', typed?.[1] ?? '', ...(typed?.[2] ?? '').split(' '));
  expect(explained.said).toBe(after('explain'));
  rmSync(folder, { recursive: true });
});

test('the example in docs/connectors.md names services that hold', () => {
  const [example = ''] = all(read('docs/connectors.md'), /^```yaml\n([\s\S]*?)^```/gm);
  expect(Object.keys(parseServices(example))).toEqual(['web']);
});

test('AGENTS.md stays on one page', () => {
  expect(read('AGENTS.md').split('\n').length).toBeLessThanOrEqual(60);
});

test('the licence is Apache-2.0, in full', () => {
  expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004[\s\S]+END OF TERMS AND CONDITIONS/);
  expect(JSON.parse(read('package.json'))).toMatchObject({ license: 'Apache-2.0' });
});
