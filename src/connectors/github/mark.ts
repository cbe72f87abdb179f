/** A hidden mark in what we write, by which a text is known again after an answer was lost. */
import { createHash } from 'node:crypto';

/** The deed's ledger key is hashed: it is nobody's business on GitHub, and `--` may not stand in a comment. */
export function markOf(deed: string): string {
  return createHash('sha256').update(deed).digest('hex').slice(0, 32);
}

export function marked(body: string, deed: string): string {
  return `${body}\n\n<!-- sophia:${markOf(deed)} -->`;
}

/** GitHub may change line ends, never the text. */
export function isSame(found: string | null | undefined, written: string): boolean {
  return (found ?? '').replaceAll('\r\n', '\n').trim() === written.replaceAll('\r\n', '\n').trim();
}

/** Names of accounts and teams become notifications: shown on the card, so that nobody is called by surprise. */
export function mentions(body: string): string[] {
  return [
    ...new Set([...body.matchAll(/(?<![\w`/.])@([A-Za-z0-9][\w-]*(?:\/[\w-]+)?)/g)].map((match) => `@${match[1]}`)),
  ];
}
