/** Vectors without a model: words that mean alike share a place, by a small list of such words. */

const size = 64;
const alike = [
  ['outage', 'down', 'incident', 'broken', 'failing'],
  ['deploy', 'release', 'ship', 'rollout'],
  ['rollback', 'revert', 'undo'],
  ['customer', 'client', 'account'],
  ['fast', 'quick', 'latency', 'slow'],
  ['money', 'price', 'cost', 'invoice', 'billing'],
  ['car', 'vehicle', 'automobile'],
];
const places = new Map(alike.flatMap((words, place) => words.map((word) => [word, place] as const)));

export function embeddingList(model: string, input: string | string[]) {
  const texts = Array.isArray(input) ? input : [input];
  return {
    object: 'list',
    model,
    data: texts.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) })),
    usage: { prompt_tokens: texts.join(' ').length, total_tokens: texts.join(' ').length },
  };
}

function vectorOf(text: string): number[] {
  const vector = new Array<number>(size).fill(0);
  for (const word of text.toLowerCase().match(/[a-z]{3,}/g) ?? []) {
    const place = places.get(word) ?? alike.length + (sum(word) % (size - alike.length));
    vector[place] = (vector[place] ?? 0) + (places.has(word) ? 3 : 1);
  }
  const length = Math.sqrt(vector.reduce((total, number) => total + number * number, 0)) || 1;
  return vector.map((number) => number / length);
}

function sum(word: string): number {
  return [...word].reduce((total, sign) => (total * 31 + sign.charCodeAt(0)) % 100_003, 7);
}
