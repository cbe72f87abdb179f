/** The declarations of a file, in order, each with the comment over it: by its grammar, or else by what begins at the left edge. */
import type { Node } from '@vscode/tree-sitter-wasm';
import { bySyntax } from './grammars.ts';

/** `from` and `to`: lines counted from 0, the last one included. */
export type Part = { name: string; from: number; to: number };

/** A declaration longer than this is taken apart where others are declared within it. */
const longestWhole = 4_000;
const deepest = 5;

const passedOver = /import|package_(?:clause|declaration)|^use_declaration$|^using_directive$|preproc_include|php_tag/;
const isComment = /comment/;
const within =
  /^(?:function|method|class|interface|enum|struct|trait|impl|module|mod|namespace|constructor|singleton_method)(?:$|_(?:declaration|definition|item|specifier|signature)$)/;

export async function declarationsOf(path: string, lines: string[]): Promise<Part[]> {
  const found = await bySyntax(path, lines.join('\n'), (root) => partsOf(root, lines));
  return found && found.length > 0 ? found : byLeftEdge(lines);
}

function partsOf(root: Node, lines: string[]): Part[] {
  const parts: Part[] = [];
  for (const part of declared(root.namedChildren, () => true)) {
    if (parts.length > 0 && part.from <= (parts.at(-1)?.to ?? -1)) continue;
    parts.push(...takenApart(part, lines));
  }
  return parts;
}

type Declared = Part & { node: Node };

/** With the comments that stand right over each. */
function declared(nodes: (Node | null)[], wanted: (node: Node) => boolean): Declared[] {
  const found: Declared[] = [];
  let comment: { from: number; to: number } | null = null;
  for (const node of nodes) {
    if (!node) continue;
    const { from, to } = rowsOf(node);
    if (isComment.test(node.type)) {
      comment = comment && comment.to >= from - 1 ? { from: comment.from, to } : { from, to };
      continue;
    }
    if (wanted(node) && !passedOver.test(node.type))
      found.push({ name: nameOf(node), from: comment && comment.to >= from - 1 ? comment.from : from, to, node });
    comment = null;
  }
  return found;
}

/** Some grammars count the line break that ends a node to it. */
function rowsOf(node: Node): { from: number; to: number } {
  const from = node.startPosition.row;
  const to = node.endPosition.column === 0 ? node.endPosition.row - 1 : node.endPosition.row;
  return { from, to: Math.max(from, to) };
}

/** `createX` with its inner functions: what stands before each of them, and each as `createX.inner`. */
function takenApart({ node, ...whole }: Declared, lines: string[]): Part[] {
  if (lines.slice(whole.from, whole.to + 1).join('\n').length <= longestWhole) return [whole];
  const parts: Part[] = [];
  let next = whole.from;
  for (const one of inside(unwrapped(node), 0)) {
    if (one.from < next || one.from === whole.from) continue;
    if (one.from > next) parts.push({ name: whole.name, from: next, to: one.from - 1 });
    const name = [whole.name, one.name].filter(Boolean).join('.');
    parts.push(...takenApart({ ...one, name }, lines));
    next = one.to + 1;
  }
  if (next <= whole.to) parts.push({ name: whole.name, from: next, to: whole.to });
  return parts;
}

/** `export`, decorators and templates stand around what they are about. */
function unwrapped(node: Node): Node {
  const last = node.namedChildren.at(-1);
  if (within.test(node.type) || !last || last.endPosition.row !== node.endPosition.row) return node;
  return within.test(last.type) ? last : node;
}

/** Declarations within a node that are of more than one line, the outermost of each branch. */
function inside(node: Node, depth: number): Declared[] {
  if (depth > deepest) return [];
  const isDeclaration = (child: Node) => within.test(child.type) || holdsFunction(child);
  const own = declared(node.namedChildren, (child) => isDeclaration(child) && rowsOf(child).to > rowsOf(child).from);
  const taken = new Set(own.map((one) => one.node.id));
  const deeper = node.namedChildren.flatMap((child) => (child && !taken.has(child.id) ? inside(child, depth + 1) : []));
  return [...own, ...deeper].sort((one, other) => one.from - other.from);
}

/** `const go = () => …`, `go: async () => …`. */
function holdsFunction(node: Node): boolean {
  if (node.type !== 'pair' && node.type !== 'lexical_declaration') return false;
  const declarator = node.type === 'pair' ? node : node.namedChildren[0];
  return /arrow_function|function_expression/.test(declarator?.childForFieldName('value')?.type ?? '');
}

const wrappers = ['declaration', 'definition', 'declarator', 'type', 'key', 'left'];
const named = /^(?:variable_declarator|[a-z]+_spec|.*declarator|.*_definition|.*_specifier)$/;

/** Where grammars keep names differs; what has none is told apart by where it stands. */
function nameOf(node: Node, depth = 0): string {
  const own = node.childForFieldName('name');
  if (own) return plain(own.text);
  if (depth > 3) return '';
  for (const field of wrappers) {
    const child = node.childForFieldName(field);
    if (child) return child.namedChildCount === 0 ? plain(child.text) : nameOf(child, depth + 1);
  }
  const names = node.namedChildren.flatMap((child) =>
    child && (named.test(child.type) || depth === 0) && !isComment.test(child.type)
      ? [nameOf(child, depth + 1)].filter(Boolean)
      : [],
  );
  return names.slice(0, 4).join(',');
}

function plain(name: string): string {
  return name.replace(/^['"`]|['"`]$/g, '').slice(0, 100);
}

const begins =
  /^(?:export\s+|default\s+|declare\s+|async\s+|abstract\s+|public\s+|pub(?:\([a-z]+\))?\s+|static\s+|final\s+|unsafe\s+)*(?:function\*?|const|let|var|class|interface|type|enum|struct|trait|impl|fn|fun|def|func|module|package|test|describe|resource|locals|variable|create\s+(?:or\s+replace\s+)?(?:table|index|view|function))\b[\s("'`]*([\w$.-]+)/i;
export const commentLine = /^\s*(?:\/\*\*?|\*|\/\/|#(?!!)|--|"""|@)/;

function byLeftEdge(lines: string[]): Part[] {
  const starts: { line: number; name: string }[] = [];
  for (const [index, line] of lines.entries()) {
    const name = begins.exec(line)?.[1];
    if (name === undefined) continue;
    let first = index;
    while (first > 0 && commentLine.test(lines[first - 1] ?? '')) first--;
    const previous = starts.at(-1);
    if (previous && first <= previous.line) continue;
    starts.push({ line: first, name });
  }
  return starts.map(({ line, name }, index) => ({
    name,
    from: line,
    to: (starts[index + 1]?.line ?? lines.length) - 1,
  }));
}
