/** Text as searched: the same words on every database, and one BM25 over the rows a person may read. */

const longest = 64;
const mostInText = 5_000;
const mostInQuery = 32;

/** Letters and digits in lower case without accents; `acme-web` is two words. Never more than that: no query syntax survives. */
function words(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length <= longest);
}

export function wordsToStore(text: string): string {
  return [...new Set(words(text))].slice(0, mostInText).join(' ');
}

export function wordsToFind(query: string): string[] {
  return [...new Set(words(query))].slice(0, mostInQuery);
}

/** BM25 of each text, its statistics taken from these texts alone: other audiences' rows must not show in a score. */
export function score(texts: string[], query: string[]): number[] {
  const [saturation, lengthWeight] = [1.2, 0.75];
  const tokens = texts.map(words);
  const averageLength = tokens.reduce((sum, list) => sum + list.length, 0) / Math.max(1, texts.length);
  const sets = tokens.map((list) => new Set(list));
  const rarity = query.map((word) => {
    const holding = sets.filter((set) => set.has(word)).length;
    return Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5));
  });
  return tokens.map((list) => {
    const room = saturation * (1 - lengthWeight + (lengthWeight * list.length) / Math.max(1, averageLength));
    return query.reduce((sum, word, index) => {
      const count = list.filter((token) => token === word).length;
      return sum + ((rarity[index] ?? 0) * count * (saturation + 1)) / (count + room);
    }, 0);
  });
}
