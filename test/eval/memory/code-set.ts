/** This project's own source as a task: from the first sentence of a doc comment back to the code it stood over. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NewMemory } from '../../../src/core/memory.ts';
import { cutFile } from '../../../src/memory/chunks.ts';
import { queryWords } from '../../../src/memory/words.ts';
import type { Question } from './questions.ts';

const source = resolve(import.meta.dirname, '../../../src');
const token = 'slack:T0CODE:public';
const docComment = /^\/\*\*([\s\S]*?)\*\/\n/;
/** A sentence of fewer words of its own could stand anywhere. */
const fewestWords = 4;

/** The comments are taken out of what is searched, else each sentence would find itself. */
export function makeCodeSet(): { rows: NewMemory[]; questions: Question[] } {
  const rows: NewMemory[] = [];
  const questions: Question[] = [];
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.d)\.ts$/.test(file));
  for (const file of files.sort()) {
    const { header, chunks } = cutFile(file, readFileSync(join(source, file), 'utf8'));
    for (const { name, text } of chunks) {
      const origin = `github:sophia/main/${file}#${name}`;
      rows.push({
        acl: token,
        kind: 'code',
        text: `${header}\n${text.replace(docComment, '')}`,
        person: null,
        thread: `github:sophia/main/${file}`,
        channel: 'github:sophia/main',
        origin,
        at: '2026-03-02T10:00:00.000Z',
        tainted: true,
        source: null,
      });
      const said = docComment
        .exec(text)?.[1]
        ?.replace(/\n \* ?/g, ' ')
        .trim();
      const [sentence = ''] = said?.split(/(?<=[.;])\s/) ?? [];
      if (sentence === header || queryWords(sentence).length < fewestWords) continue;
      const access = { readable: [token], audience: token };
      const names = new Set(queryWords(name));
      const group = queryWords(sentence).some((word) => names.has(word)) ? 'names the identifier' : 'says only why';
      questions.push({ id: origin, group, text: sentence, evidence: [origin], access, kinds: ['code'] });
    }
  }
  return { rows, questions };
}
