/** Reads source text by its language's grammar: tree-sitter, compiled to WebAssembly, one grammar loaded when first needed. */
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { Node, Parser } from '@vscode/tree-sitter-wasm';

const grammarOf: Record<string, string> = {
  ...{ '.ts': 'typescript', '.mts': 'typescript', '.cts': 'typescript', '.tsx': 'tsx' },
  ...{ '.js': 'javascript', '.jsx': 'javascript', '.mjs': 'javascript', '.cjs': 'javascript' },
  ...{ '.py': 'python', '.go': 'go', '.rs': 'rust', '.java': 'java', '.rb': 'ruby', '.php': 'php', '.cs': 'c-sharp' },
  ...{ '.c': 'cpp', '.h': 'cpp', '.cc': 'cpp', '.cpp': 'cpp', '.hpp': 'cpp', '.sh': 'bash' },
};
/** Parsing holds up everything else: a longer file, and one that no person wrote, is cut by its lines alone. */
const longestParsed = 150_000;
const longestLine = 2_000;

type TreeSitter = typeof import('@vscode/tree-sitter-wasm');
type Grammars = { parser: Parser; load(name: string): ReturnType<TreeSitter['Language']['load']> };

let opened: Promise<Grammars> | null = null;
const languages = new Map<string, ReturnType<Grammars['load']>>();

/** What `read` makes of the file's syntax; null when there is no grammar for it. */
export async function bySyntax<Result>(
  path: string,
  text: string,
  read: (root: Node) => Result,
): Promise<Result | null> {
  const name = grammarOf[extname(path).toLowerCase()];
  if (!name || text.length > longestParsed || text.split('\n').some((line) => line.length > longestLine)) return null;
  opened ??= open();
  const { parser, load } = await opened;
  const language = languages.get(name) ?? load(name);
  languages.set(name, language);
  // No wait from here on: there is one parser.
  parser.setLanguage(await language);
  const tree = parser.parse(text);
  try {
    return tree ? read(tree.rootNode) : null;
  } finally {
    tree?.delete();
  }
}

/** A package of CommonJS with its grammars beside it; loaded only by those who read code. */
async function open(): Promise<Grammars> {
  const require = createRequire(import.meta.url);
  const { Parser, Language } = require('@vscode/tree-sitter-wasm') as TreeSitter;
  const folder = dirname(require.resolve('@vscode/tree-sitter-wasm'));
  await Parser.init();
  return { parser: new Parser(), load: (name) => Language.load(join(folder, `tree-sitter-${name}.wasm`)) };
}
