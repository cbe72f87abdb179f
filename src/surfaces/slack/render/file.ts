/** A file of ours: a line that says what it is, and the file itself below. */
import type { Reply } from '../../../core/reply.ts';
import { type Drawn, line, type OutFile, text } from '../blocks.ts';
import { nobody } from './inline.ts';
import { fromMarkdown } from './markdown.ts';
import { literalPages, paged } from './pages.ts';
import { wholeOf } from './whole.ts';

export function renderFile(reply: Extract<Reply, { kind: 'file' }>, mostMessages: number): Drawn {
  const { title, name, mime, note } = reply;
  const content = 'text' in reply ? { text: reply.text } : { base64: reply.base64 };
  const file: OutFile = {
    name: name.replace(/[^\p{L}\p{N}._ -]/gu, '_') || 'file',
    mime,
    title: title || name,
    ...content,
  };
  const about = [
    { kind: 'rich' as const, element: line(text(title.trim() || name, { bold: true })) },
    ...(note ? fromMarkdown(note, nobody) : []),
  ];
  const { messages } = paged(
    () => about,
    mostMessages,
    () => [],
    () => wholeOf(reply),
  );
  const unsent = `The file ${name} could not be posted here.`;
  return { messages, file, rest: () => literalPages('text' in reply ? reply.text : unsent) };
}
