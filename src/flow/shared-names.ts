/** Names that mean the same wherever they stand: pull requests, tickets, services, identifiers, files, customers. */

/** Rows whose names lead on, and how many of these. */
export const mostRead = 3;
export const mostNames = 8;

const patterns: RegExp[] = [
  /#\d+\b/g,
  /\b[A-Z]{2,}-\d+\b/g,
  /\b[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+\b/g,
  /\b[a-z]+(?:[A-Z][a-z0-9]+)+\b/g,
  /\b[\w-]+(?:\/[\w-]+)*\.(?:ts|js|py|go|rs|java|rb|sql|tf|ya?ml)\b/g,
  // A customer, a person, a product: written large within a sentence.
  /(?<=[\p{Ll},] )\p{Lu}\p{Ll}{3,}\b/gu,
];
const times =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$|^(?:January|February|March|April|June|July|August|September|October|November|December)$/;

/** In the order they stand, each once; `PR 12` and `pull request 12` are `#12`. */
export function namesIn(texts: string[]): Set<string> {
  const found = new Set<string>();
  for (const text of texts) {
    const plain = text.slice(0, 4_000).replace(/\b(?:PR|pull request|issue) #?(\d+)\b/gi, '#$1');
    for (const pattern of patterns)
      for (const [name] of plain.matchAll(pattern)) if (!times.test(name) && name.length <= 60) found.add(name);
  }
  return found;
}
