/** Why a row was found: words of the question, as they were typed, that it has in any form. */
import { queryWords } from './words.ts';

const mostNamed = 6;

export function createBecause(query: string): (words: string) => string[] {
  const typed = [...new Set(query.split(/[\s,;:!?()"]+/))].map((word) => ({ word, forms: queryWords(word) }));
  return (words) => {
    const own = new Set(words.split(' '));
    return typed
      .filter(({ forms }) => forms.some((form) => own.has(form)))
      .map(({ word }) => word)
      .slice(0, mostNamed);
  };
}
