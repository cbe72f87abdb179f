/** What is read of the files people attach, and what is said of those that are not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDocuments } from '../../src/documents/index.ts';
import { pdfOf } from './pdf-sample.ts';

const documents = createDocuments();
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (name: string, content: Uint8Array | string, most = 20_000) =>
  documents.read({ name, mime: '' }, typeof content === 'string' ? bytes(content) : content, most);

describe('text', () => {
  test('is read as it is, and its lines are counted', async () => {
    expect(await read('main.go', 'package main\n\nfunc main() {}')).toEqual({
      state: 'text',
      about: 'text, 3 lines',
      text: 'package main\n\nfunc main() {}',
    });
  });

  test('too long for the room ends with how much is left', async () => {
    expect(await read('log.txt', 'x'.repeat(1000), 600)).toMatchObject({
      text: 'x'.repeat(600),
      left: '400 more characters',
    });
  });

  test.each([
    ['UTF-16 with a mark', new Uint8Array([0xff, 0xfe, 0x68, 0x00, 0xf6, 0x00]), 'hö'],
    ['UTF-8 with a mark', new Uint8Array([0xef, 0xbb, 0xbf, 0x68, 0x69]), 'hi'],
    ['an old Western encoding', new Uint8Array([0x48, 0xf6, 0x68, 0x65]), 'Höhe'],
  ])('in %s is read', async (_, content, text) => {
    expect(await read('a.txt', content)).toMatchObject({ state: 'text', text });
  });

  test.each([
    ['nothing', new Uint8Array(), 'is empty'],
    ['bytes of a program', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), 'holds no text'],
  ])('made of %s is not', async (_, content, reason) => {
    expect(await read('a.dat', content)).toMatchObject({ state: 'unread', reason: expect.stringContaining(reason) });
  });
});

describe('a table', () => {
  test('is its head and its rows, quotes and new lines inside a cell kept', async () => {
    expect(await read('a.csv', 'name,says\n"Smith, J","two\nlines"\nMüller,"a ""word"""\n')).toEqual({
      state: 'text',
      about: 'table, 2 columns, 2 rows',
      text: 'The head and then the rows, as JSON lines:\n["name","says"]\n["Smith, J","two\\nlines"]\n["Müller","a \\"word\\""]',
    });
  });

  test.each(['a;b\n1;2', 'a\tb\n1\t2', 'a|b\n1|2'])('may be cut by another mark: %j', async (text) => {
    expect(await read('a.csv', text)).toMatchObject({ text: expect.stringContaining('["a","b"]\n["1","2"]') });
  });

  test('of many rows says how many are left out', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => `${index},x`).join('\n');
    expect(await read('a.csv', `n,v\n${rows}`)).toMatchObject({
      about: 'table, 2 columns, 1000 rows',
      left: '800 more rows',
    });
  });

  test('with a quote that never ends is no table', async () => {
    expect(await read('a.csv', 'a,b\n"1,2\n3,4')).toMatchObject({ state: 'unread' });
  });
});

describe('a PDF', () => {
  test('is its text by pages', async () => {
    expect(await read('a.pdf', pdfOf('Quarterly report', 'Second page'))).toEqual({
      state: 'text',
      about: 'PDF, 2 pages',
      text: '[page 1]\nQuarterly report\n\n[page 2]\nSecond page',
    });
  });

  test('longer than the room says what is left out', async () => {
    expect(await read('a.pdf', pdfOf('a'.repeat(60), 'b'.repeat(60), 'c'), 100)).toMatchObject({
      left: '20 more characters of page 2 and 1 more pages',
    });
  });

  test('of pictures alone, and one that is broken, are said to be so', async () => {
    expect(await read('a.pdf', pdfOf(''))).toMatchObject({ reason: expect.stringContaining('without text') });
    expect(await read('a.pdf', '%PDF-1.4 and then nothing')).toMatchObject({
      reason: 'is a PDF that could not be opened',
    });
  });
});

describe('a picture', () => {
  test('is one by its first bytes, whatever it is called', async () => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]);
    expect(await read('notes.txt', png)).toEqual({ state: 'picture', mime: 'image/png' });
    expect(await read('photo.jpg', 'not at all')).toMatchObject({ state: 'text' });
  });
});

describe('not worth fetching', () => {
  const refuses = (name: string, size = 1000, mime = '') => documents.refuses({ name, mime, bytes: size });
  test.each([
    ['backup.zip', 1, '', /is an archive, which I cannot read; I read text, code, CSV, PDF and pictures/],
    ['plan.docx', 1, '', /saved as PDF/],
    ['sheet.XLSX', 1, '', /saved as CSV/],
    ['log.txt', 12_000_000, 'text/plain', /has 12 MB; I read files of up to 10 MB/],
    ['photo.png', 5_500_000, 'image/png', /has 5.5 MB; I read files of up to 5 MB/],
  ])('%s', (name, size, mime, said) => {
    expect(refuses(name, size, mime)).toMatch(said);
  });

  test('is nothing else', () => {
    for (const name of ['a.txt', 'a.py', 'Dockerfile', 'a.csv', 'a.pdf', 'a.png', 'no ending'])
      expect(refuses(name)).toBeNull();
  });
});

test('no bytes, whatever they are called, make reading fail', async () => {
  const names = fc.constantFrom('a.csv', 'a.tsv', 'a.pdf', 'a.txt', 'a');
  const starts = fc.constantFrom('', '%PDF-1.7\n', '"', '\ufeff');
  await fc.assert(
    fc.asyncProperty(names, starts, fc.uint8Array({ maxLength: 300 }), async (name, start, rest) => {
      const found = await read(name, new Uint8Array([...bytes(start), ...rest]), 200);
      expect(['text', 'picture', 'unread']).toContain(found.state);
      if (found.state === 'text') expect(found.text.length).toBeLessThan(600);
    }),
    { numRuns: 150, seed: 20261121 },
  );
});
