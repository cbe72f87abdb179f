/** Rules that keep replay safe, held against the source. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.startsWith('durable/'),
);

/** Ends of the blocks that `opener` begins, found by counting braces outside strings and comments. */
function blocks(text: string, opener: RegExp): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(opener)) {
    let depth = 0;
    let at = text.indexOf('{', match.index);
    const start = at;
    for (; at < text.length; at++) {
      if (text[at] === '{') depth++;
      if (text[at] === '}' && --depth === 0) break;
    }
    found.push(text.slice(start, at + 1));
  }
  return found;
}

function bare(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
}

const durableCall = /\brun\.(step|sleep|wait)\(|\bperform\(|\bcontext\.(act|progress|sleep)\(/;

function offences(text: string): string[] {
  return blocks(bare(text), /\b(?:try|catch(?:\s*\([^)]*\))?|finally)\s*\{/g).filter((block) =>
    durableCall.test(block),
  );
}

test('no try, catch or finally stands around a durable call outside the adapter', () => {
  const wrong = files.filter((file) => offences(readFileSync(join(source, file), 'utf8')).length > 0);
  expect(wrong).toEqual([]);
});

test('the rule sees what it must see', () => {
  expect(offences('try { await run.step("a", async () => 1); } catch {}')).toHaveLength(1);
  expect(offences('try { x(); } finally { await job.run.wait("a", "b", now); }')).toHaveLength(1);
  expect(offences('await run.step("a", async () => { try { x(); } catch {} });')).toEqual([]);
});

test('nobody but the adapter imports the engine', () => {
  const wrong = files.filter((file) => /from 'openworkflow/.test(readFileSync(join(source, file), 'utf8')));
  expect(wrong).toEqual([]);
});
