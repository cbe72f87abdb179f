/** Cuts source text into pieces that can be recalled by themselves: declarations in code, sections in Markdown. */

export type Chunk = { name: string; text: string; line: number };

const longest = 4_000;
const mostLines = 60;

/** `header`: what the file says it is for, which each piece is searched by as well. */
export type Cut = { header: string; chunks: Chunk[] };

const begins =
  /^(?:export\s+|default\s+|declare\s+|async\s+|abstract\s+|public\s+|pub(?:\([a-z]+\))?\s+|static\s+|final\s+|unsafe\s+)*(?:function\*?|const|let|var|class|interface|type|enum|struct|trait|impl|fn|def|func|module|package|test|describe|resource|locals|variable|create\s+(?:or\s+replace\s+)?(?:table|index|view|function))\b[\s("'`]*([\w$.-]+)/i;
const comment = /^\s*(?:\/\*\*?|\*|\/\/|#(?!!)|--|"""|@)/;

export function cutFile(path: string, text: string): Cut {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (/\.(?:md|mdx|rst|adoc|txt)$/i.test(path)) return { header: '', chunks: bounded(sections(lines)) };
  return { header: headerOf(lines), chunks: bounded(declarations(lines)) };
}

/** A declaration begins at the left edge; the comment over it belongs to it. */
function declarations(lines: string[]): Chunk[] {
  const starts: { line: number; name: string }[] = [];
  for (const [index, line] of lines.entries()) {
    const name = begins.exec(line)?.[1];
    if (name === undefined) continue;
    let first = index;
    while (first > 0 && comment.test(lines[first - 1] ?? '')) first--;
    const previous = starts.at(-1);
    if (previous && first <= previous.line) continue;
    starts.push({ line: first, name });
  }
  const [first] = starts;
  if (!first) return [{ name: '', text: lines.join('\n').trim(), line: 1 }];
  return starts.map(({ line, name }, index) => ({
    name,
    text: lines
      .slice(line, starts[index + 1]?.line)
      .join('\n')
      .trim(),
    line: line + 1,
  }));
}

function sections(lines: string[]): Chunk[] {
  const chunks: Chunk[] = [];
  const above: string[] = [];
  let fenced = false;
  let current: { name: string; line: number; lines: string[] } = { name: '', line: 1, lines: [] };
  const close = () => {
    const text = current.lines.join('\n').trim();
    if (text !== '') chunks.push({ name: current.name, text, line: current.line });
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
function bounded(chunks: Chunk[]): Chunk[] {
  const seen = new Map<string, number>();
  return chunks
    .flatMap((chunk) => pieces(chunk))
    .map((chunk) => {
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
  for (const [index, line] of lines.entries()) {
    const full = part.length >= mostLines || part.join('\n').length + line.length > longest;
    if (full && part.length > 0) {
      found.push({ name: chunk.name, text: part.join('\n'), line: chunk.line + from });
      part = [];
      from = index;
    }
    part.push(line.slice(0, longest));
  }
  found.push({ name: chunk.name, text: part.join('\n'), line: chunk.line + from });
  return found;
}

function headerOf(lines: string[]): string {
  const [first = '', second = ''] = lines.filter((line) => !line.startsWith('#!') && line.trim() !== '');
  const line = comment.test(first) ? first : comment.test(second) ? second : '';
  return line.replace(/^\s*(?:\/\*\*?|\/\/|#|--|""")\s*|\s*(?:\*\/|""")\s*$/g, '').slice(0, 300);
}
