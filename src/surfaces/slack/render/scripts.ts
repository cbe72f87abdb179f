/** Letters of another alphabet inside a word: `pаypal` with a Cyrillic а looks like what it is not. */

/** Alphabets with letters that look like Latin ones. Others are left alone: Thai or Japanese stand beside Latin without a blank. */
const alphabets = (
  'Latin Cyrillic Greek Armenian Cherokee Coptic Lisu Deseret Osage Gothic Old_Italic Glagolitic Georgian ' +
  'Tifinagh Runic Warang_Citi Elbasan Carian Lycian Lydian Vai Canadian_Aboriginal'
)
  .split(' ')
  .map((name) => ({
    letter: new RegExp(`^\\p{Script=${name}}$`, 'u'),
    word: new RegExp(`^[\\p{Script=${name}}\\p{Script=Common}\\p{Script=Inherited}]*$`, 'u'),
  }));
const words = /[\p{L}\p{M}\p{N}]+/gu;
const ascii = /^\p{ASCII}*$/u;

/** `mark` is given each letter that is not of its word's own alphabet: the one with most letters in it, Latin where two have as many. */
export function markStrangers(text: string, mark: (letter: string) => string): string {
  if (ascii.test(text)) return text;
  return text.replace(words, (word) => {
    if (alphabets.some((alphabet) => alphabet.word.test(word))) return word;
    const letters = [...word];
    const alphabetOf = letters.map((one) => alphabets.findIndex(({ letter }) => letter.test(one)));
    const counts = alphabets.map((_, index) => alphabetOf.filter((other) => other === index).length);
    // The first of the greatest: Latin stands first.
    const own = counts.indexOf(Math.max(...counts));
    return letters
      .map((letter, index) => {
        const alphabet = alphabetOf[index] ?? -1;
        return alphabet === -1 || alphabet === own ? letter : mark(letter);
      })
      .join('');
  });
}
