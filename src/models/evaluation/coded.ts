/** Tasks for the coding class: what a small program returns, found by really running its like. */
import { type Chance, isJson, type Made } from './task.ts';

type Program = { text: string; run(list: number[], word: string): unknown };

const make: ((chance: Chance) => Program)[] = [
  ({ whole }) => {
    const [step, keep] = [whole(2, 5), whole(2, 4)];
    return {
      text: `  const out = [];\n  for (let i = 0; i < list.length; i++) if (i % ${keep} !== 0) out.push(list[i] * ${step});\n  return out.reverse();`,
      run: (list) =>
        list
          .filter((_, index) => index % keep !== 0)
          .map((one) => one * step)
          .toReversed(),
    };
  },
  ({ whole }) => {
    const limit = whole(10, 40);
    return {
      text: `  let sum = 0;\n  for (const n of list) {\n    if (n > ${limit}) break;\n    sum += n;\n  }\n  return { sum, word: word.slice(0, sum % word.length) };`,
      run(list, word) {
        const at = list.findIndex((one) => one > limit);
        const sum = (at < 0 ? list : list.slice(0, at)).reduce((total, one) => total + one, 0);
        return { sum, word: word.slice(0, sum % word.length) };
      },
    };
  },
  ({ whole }) => {
    const by = whole(2, 4);
    return {
      text: `  const groups = {};\n  for (const n of list) (groups[n % ${by}] ??= []).push(n);\n  return Object.values(groups).map((group) => Math.max(...group));`,
      run(list) {
        const groups: Record<string, number[]> = {};
        for (const one of list) groups[one % by] = [...(groups[one % by] ?? []), one];
        return Object.values(groups).map((group) => Math.max(...group));
      },
    };
  },
  ({ whole }) => {
    const turn = whole(1, 5);
    return {
      text: `  const letters = [...word];\n  for (let i = 0; i < ${turn}; i++) letters.push(letters.shift());\n  return letters.join('') + list.length;`,
      run: (list, word) => word.slice(turn % word.length) + word.slice(0, turn % word.length) + list.length,
    };
  },
  () => ({
    text: '  const seen = new Map();\n  for (const c of word) seen.set(c, (seen.get(c) ?? 0) + 1);\n  return [...seen].filter(([, n]) => n === 1).map(([c]) => c);',
    run: (_list, word) => [...word].filter((one) => word.split(one).length === 2),
  }),
  ({ whole }) => {
    const size = whole(2, 3);
    return {
      text: `  const out = [];\n  for (let i = 0; i + ${size} <= list.length; i++) out.push(list.slice(i, i + ${size}).reduce((a, b) => a + b, 0));\n  return out;`,
      run: (list) =>
        list
          .slice(0, list.length - size + 1)
          .map((_, index) => list.slice(index, index + size).reduce((a, b) => a + b, 0)),
    };
  },
  ({ whole }) => {
    const start = whole(1, 9);
    return {
      text: `  return list.reduce((acc, n) => (n % 2 ? acc * 2 - n : acc + n), ${start});`,
      run: (list) => list.reduce((total, one) => (one % 2 ? total * 2 - one : total + one), start),
    };
  },
  () => ({
    text: '  const [first, ...rest] = [...list].sort();\n  return [first, rest.length, rest.at(-1)];',
    // Without a comparator numbers are sorted as text: the trap of this one.
    run(list) {
      const [first, ...rest] = list.map(String).toSorted().map(Number);
      return [first, rest.length, rest.at(-1)];
    },
  }),
];
const words = ['deploy', 'banana', 'rollback', 'sentence', 'mississippi', 'gateway', 'trigger', 'balloon'];

export function coded(chance: Chance, number: number): Made {
  const program = (make[number % make.length] as (typeof make)[0])(chance);
  const list = Array.from({ length: chance.whole(4, 8) }, () => chance.whole(1, 30));
  const word = chance.pick(words);
  return {
    question: `What does this JavaScript return?\n\`\`\`js\nfunction f(list, word) {\n${program.text}\n}\nf(${JSON.stringify(list)}, ${JSON.stringify(word)});\n\`\`\`\nEnd with a line “Answer: ” and the value as JSON.`,
    holds: ({ text }) => isJson(text, program.run([...list], word)),
  };
}
