/** This project's own source as a task: from the first sentence of a doc comment back to the code it stood over. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NewMemory } from '../../../src/core/memory.ts';
import { cutFile } from '../../../src/memory/chunks.ts';
import { queryWords } from '../../../src/memory/words.ts';
import type { Question } from './questions.ts';

const source = resolve(import.meta.dirname, '../../../src');
const token = 'slack:T0CODE:public';
const docComment = /^\/\*\*([\s\S]*?)\*\/\n/gm;
const declared =
  /^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:export |default |declare |async |abstract )*(?:function\*?|const|let|class|interface|type|enum) +([\w$]+)/gm;
/** A sentence of fewer words of its own could stand anywhere. */
const fewestWords = 4;

/** The comments are taken out of what is searched, else each sentence would find itself. */
export async function makeCodeSet(): Promise<{ rows: NewMemory[]; questions: Question[] }> {
  const rows: NewMemory[] = [];
  const questions: Question[] = [];
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.d)\.ts$/.test(file));
  for (const file of files.sort()) {
    const text = readFileSync(join(source, file), 'utf8');
    const thread = `github:sophia/main/${file}`;
    const { header, chunks } = await cutFile(file, text);
    for (const chunk of chunks)
      rows.push({
        acl: token,
        kind: 'code',
        text: `${header}\n${chunk.text.replace(docComment, '')}`,
        person: null,
        thread,
        channel: 'github:sophia/main',
        origin: `${thread}#${chunk.name}`,
        at: '2026-03-02T10:00:00.000Z',
        tainted: true,
        source: null,
      });
    for (const match of text.matchAll(declared)) {
      const [whole, comment = '', name = ''] = match;
      const said = comment.replace(/\n \* ?/g, ' ').trim();
      const [sentence = ''] = said.split(/(?<=[.;])\s/);
      if (sentence === header || queryWords(sentence).length < fewestWords) continue;
      const line = text.slice(0, match.index + whole.length).split('\n').length;
      const holding = chunks.find((chunk) => chunk.line <= line && line <= chunk.last);
      if (!holding) throw new Error(`${file}: no piece holds ${name}, line ${line}`);
      const origin = `${thread}#${holding.name}`;
      const access = { readable: [token], audience: token };
      const names = new Set(queryWords(name));
      const group = queryWords(sentence).some((word) => names.has(word)) ? 'names the identifier' : 'says only why';
      questions.push({ id: `${thread}#${name}`, group, text: sentence, evidence: [origin], access, kinds: ['code'] });
    }
  }
  return { rows, questions };
}
