/** Chunks: a declaration with the comment over it, a section with the titles above it, and nothing longer than it may be. */
import { expect, test } from 'vitest';
import { cutFile } from '../../src/memory/chunks.ts';

test('a file of code is cut at its declarations, each with its comment, and says what it is for', () => {
  const text = `/** Cuts bread. */\nimport { knife } from './knife.ts';\n\n/** One slice. */\nexport function slice(loaf: string): string {\n  return loaf;\n}\n\nconst thin = 1;\n\n// All of it.\nexport class Loaf {\n  eat() {}\n}\n`;
  const { header, chunks } = cutFile('src/bread.ts', text);
  expect(header).toBe('Cuts bread.');
  expect(chunks.map(({ name, line }) => [name, line])).toEqual([
    ['slice', 4],
    ['thin', 9],
    ['Loaf', 11],
  ]);
  expect(chunks[0]?.text).toMatch(/^\/\*\* One slice\. \*\/\nexport function slice/);
});

test.each([
  ['a.py', 'def one():\n    pass\n\nclass Two:\n    pass\n', ['one', 'Two']],
  ['a.go', 'func One() {\n}\n\ntype Two struct {\n}\n', ['One', 'Two']],
  ['a.rs', 'pub fn one() {}\n\nimpl Two {\n}\n', ['one', 'Two']],
  ['a.sql', 'create table one (id int);\ncreate index two on one (id);\n', ['one', 'two']],
])('%s is cut by its own words', (path, text, names) => {
  expect(cutFile(path, text).chunks.map((chunk) => chunk.name)).toEqual(names);
});

test('Markdown is cut at its titles, not at what looks like one in a code block', () => {
  const { chunks } = cutFile('a.md', 'start\n# One\ntext\n```\n# not a title\n```\n## Two\nmore\n');
  expect(chunks.map((chunk) => chunk.name)).toEqual(['', 'One', 'One › Two']);
});

test('what is too long is cut at line ends, and the pieces have names of their own', () => {
  const { chunks } = cutFile('a.ts', `export const big = [\n${'  1234567890,\n'.repeat(1_000)}];\n`);
  expect(chunks.length).toBeGreaterThan(2);
  for (const chunk of chunks) expect(chunk.text.length).toBeLessThanOrEqual(4_000);
  expect(new Set(chunks.map((chunk) => chunk.name)).size).toBe(chunks.length);
});

test('an empty file and one long line do not break it', () => {
  expect(cutFile('a.ts', '').chunks).toEqual([{ name: '', text: '', line: 1 }]);
  expect(cutFile('a.min.js', 'x'.repeat(100_000)).chunks.every((chunk) => chunk.text.length <= 4_000)).toBe(true);
});
