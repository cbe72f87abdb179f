/** The README's pictures are those of the script, small, and all of them can still be taken. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { noChromium } from './browser.ts';
import { pictures, takePictures } from './pictures.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'docs/images');
const most = 300_000;
const names = pictures.map(({ name }) => `${name}.webp`).sort();

test('the pictures there are come from the script, and the README shows each', () => {
  expect(readdirSync(folder).sort()).toEqual(names);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/docs\/images\/([\w-]+\.\w+)/g)].map(([, name]) => name);
  expect([...new Set(shown)].sort()).toEqual(names);
});

test('no picture is large', () => {
  expect(names.filter((name) => statSync(join(folder, name)).size > most)).toEqual([]);
});

// In CI: TEST_CHROMIUM=1.
describe.skipIf(noChromium !== '')(`the script${noChromium && ` (${noChromium})`}`, { timeout: 120_000 }, () => {
  test('takes every picture, each small enough', async () => {
    const place = mkdtempSync(join(tmpdir(), 'sophia-pictures-'));
    const taken = await takePictures(place);
    expect(taken).toHaveLength(pictures.length);
    for (const { file, bytes } of taken) {
      expect(bytes).toBeLessThan(most);
      expect(readFileSync(file).subarray(8, 12).toString()).toBe('WEBP');
    }
    rmSync(place, { recursive: true });
  });
});
