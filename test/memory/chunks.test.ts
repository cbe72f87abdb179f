/** Chunks: a declaration with the comment over it, a section with the titles above it, and nothing longer than it may be. */
import { expect, test } from 'vitest';
import { cutFile } from '../../src/memory/chunks.ts';

const body = (count: number) => '  cut(bread, knife);\n'.repeat(count);

test('a file of code is cut at its declarations, each with its comment, and says what it is for', async () => {
  const text = `/** Cuts bread. */\nimport { knife } from './knife.ts';\n\n/** One slice. */\nexport function slice(loaf: string): void {\n${body(20)}}\n\nconst thin = 1;\n\n// All of it.\nexport class Loaf {\n  eat() {\n${body(60)}  }\n}\n`;
  const { header, chunks } = await cutFile('src/bread.ts', text);
  expect(header).toBe('Cuts bread.');
  expect(chunks.map(({ name, line, last }) => [name, line, last])).toEqual([
    ['slice,thin', 4, 28],
    ['Loaf', 30, 94],
  ]);
  expect(chunks[0]?.text).toMatch(/^\/\*\* One slice\. \*\/\nexport function slice/);
  expect(chunks[1]?.text).toMatch(/^\/\/ All of it\.\nexport class Loaf/);
});

test('what is too long for one piece is taken apart where something is declared within it', async () => {
  const text = `export function createShop(open: boolean) {\n  let sold = 0;\n  /** For money. */\n  async function sell() {\n${body(110)}  }\n  return {\n    sell,\n    close: () => {\n${body(110)}    },\n  };\n}\n`;
  const { chunks } = await cutFile('shop.ts', text);
  expect(chunks.map((chunk) => chunk.name)).toEqual(['createShop,createShop.sell', 'createShop.close,createShop']);
});

test.each([
  ['a.py', 'def one():\n    pass\n\nclass Two:\n    pass\n', ['one', 'Two']],
  ['a.go', 'func One() {\n}\n\ntype Two struct {\n}\n', ['One', 'Two']],
  ['a.rs', 'pub fn one() {}\n\nimpl Two {\n}\n', ['one', 'Two']],
  ['a.java', 'class One {\n  void two() {}\n}\n', ['One']],
  ['a.cpp', 'namespace one {\nint two() { return 1; }\n}\nstruct Three {\n};\n', ['one', 'Three']],
  ['a.rb', 'module One\n  def two\n  end\nend\n', ['One']],
  ['a.php', '<?php\nclass One {\n}\nfunction two() {\n}\n', ['One', 'two']],
  ['a.cs', 'class One {\n}\nenum Two {\n}\n', ['One', 'Two']],
  ['a.sh', 'one() {\n  true\n}\n', ['one']],
  ['a.tsx', 'export const One = () => <b>1</b>;\nexport default function two() {}\n', ['One', 'two']],
  ['a.kt', 'fun one() {\n}\nclass Two {\n}\n', ['one', 'Two']],
  ['a.sql', 'create table one (id int);\ncreate index two on one (id);\n', ['one', 'two']],
])('%s is cut by its own words', async (path, text, names) => {
  const { chunks } = await cutFile(path, text);
  expect(chunks.map((chunk) => chunk.name)).toEqual([names.join(',')]);
});

test('Markdown is cut at its titles, not at what looks like one in a code block', async () => {
  const { chunks } = await cutFile('a.md', 'start\n# One\ntext\n```\n# not a title\n```\n## Two\nmore\n');
  expect(chunks.map((chunk) => chunk.name)).toEqual(['', 'One', 'One › Two']);
});

test('what is too long is cut at line ends, and the pieces have names of their own', async () => {
  const { chunks } = await cutFile('a.ts', `export const big = [\n${'  1234567890,\n'.repeat(1_000)}];\n`);
  expect(chunks.length).toBeGreaterThan(2);
  for (const chunk of chunks) expect(chunk.text.length).toBeLessThanOrEqual(4_000);
  expect(new Set(chunks.map((chunk) => chunk.name)).size).toBe(chunks.length);
});

test('an empty file and one long line do not break it', async () => {
  expect((await cutFile('a.ts', '')).chunks).toEqual([]);
  const { chunks } = await cutFile('a.min.js', 'x'.repeat(100_000));
  expect(chunks.length).toBeGreaterThan(0);
  expect(chunks.every((chunk) => chunk.text.length <= 4_000)).toBe(true);
});
