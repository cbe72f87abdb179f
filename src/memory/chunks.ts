/** Cuts source text into pieces that can be recalled by themselves: declarations in code, sections in Markdown. */
import { commentLine, declarationsOf, type Part } from './declarations.ts';

/** `name`: of all that is declared in it, with commas between; `line` and `last` count from 1. */
export type Chunk = { name: string; text: string; line: number; last: number };

const longest = 4_000;
const mostLines = 60;
/** A declaration shorter than this says little by itself: it stays with its neighbour, as long as both are no more than `room`. */
const small = 400;
const room = 1_500;
/** A bracket, a lone constant: nothing by itself. */
const nothing = 100;
const mostNames = 8;

/** `header`: what the file says it is for, which each piece is searched by as well. */
export type Cut = { header: string; chunks: Chunk[] };

export async function cutFile(path: string, text: string): Promise<Cut> {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (/\.(?:md|mdx|rst|adoc|txt)$/i.test(path)) return { header: '', chunks: numbered(sections(lines)) };
  const parts = await declarationsOf(path, lines);
  const chunks = parts.length > 0 ? parts.map((part) => chunkOf(part, lines)) : [whole(lines)];
  return { header: headerOf(lines), chunks: numbered(together(chunks.filter((chunk) => chunk.text !== ''))) };
}

function chunkOf({ name, from, to }: Part, lines: string[]): Chunk {
  const text = lines.slice(from, to + 1).join('\n');
  const before = /^\s*\n/.exec(text)?.[0].split('\n').length ?? 1;
  return { name, text: text.replace(/^(?:[ \t]*\n)+/, '').trimEnd(), line: from + before, last: to + 1 };
}

function whole(lines: string[]): Chunk {
  return { name: '', text: lines.join('\n').trim(), line: 1, last: lines.length };
}

/** Neighbours of which one is small become one piece. */
function together(chunks: Chunk[]): Chunk[] {
  const found: Chunk[] = [];
  for (const chunk of chunks) {
    const before = found.at(-1);
    const less = Math.min(before?.text.length ?? 0, chunk.text.length);
    if (!before || less >= small || before.text.length + chunk.text.length > (less < nothing ? longest : room)) {
      found.push(chunk);
      continue;
    }
    const names = [...new Set([...before.name.split(','), ...chunk.name.split(',')])].filter(Boolean);
    const name = names.slice(0, mostNames).join(',');
    found[found.length - 1] = { ...before, name, text: `${before.text}\n\n${chunk.text}`, last: chunk.last };
  }
  return found;
}

function sections(lines: string[]): Chunk[] {
  const chunks: Chunk[] = [];
  const above: string[] = [];
  let fenced = false;
  let current: { name: string; line: number; lines: string[] } = { name: '', line: 1, lines: [] };
  const close = () => {
    const text = current.lines.join('\n').trim();
    const last = current.line + current.lines.length - 1;
    if (text !== '') chunks.push({ name: current.name, text, line: current.line, last });
  };
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced;
    const [, marks = '', title = ''] = (!fenced && /^(#{1,6})\s+(.+)$/.exec(line)) || [];
    if (marks === '') {
      current.lines.push(line);
      continue;
    }
    close();
    above.length = marks.length - 1;
    above[marks.length - 1] = title;
    current = { name: above.filter(Boolean).join(' › '), line: index + 1, lines: [line] };
  }
  close();
  return chunks;
}

/** What is too long is cut at line ends, each piece under the same name and its own number. */
function numbered(chunks: Chunk[]): Chunk[] {
  const seen = new Map<string, number>();
  return chunks.flatMap(pieces).map((chunk) => {
    const before = seen.get(chunk.name) ?? 0;
    seen.set(chunk.name, before + 1);
    return before === 0 ? chunk : { ...chunk, name: `${chunk.name}~${before + 1}` };
  });
}

function pieces(chunk: Chunk): Chunk[] {
  if (chunk.text.length <= longest) return [chunk];
  const lines = chunk.text.split('\n');
  const found: Chunk[] = [];
  let part: string[] = [];
  let from = 0;
  const close = (next: number) => {
    const [line, last] = [chunk.line + from, chunk.line + next - 1];
    found.push({ name: chunk.name, text: part.join('\n'), line, last });
    part = [];
    from = next;
  };
  for (const [index, line] of lines.entries()) {
    const full = part.length >= mostLines || part.join('\n').length + line.length > longest;
    if (full && part.length > 0) close(index);
    part.push(line.slice(0, longest));
  }
  close(lines.length);
  return found;
}

function headerOf(lines: string[]): string {
  const [first = '', second = ''] = lines.filter((line) => !line.startsWith('#!') && line.trim() !== '');
  const line = commentLine.test(first) ? first : commentLine.test(second) ? second : '';
  return line.replace(/^\s*(?:\/\*\*?|\/\/|#|--|""")\s*|\s*(?:\*\/|""")\s*$/g, '').slice(0, 300);
}
