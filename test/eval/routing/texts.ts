/** Makes up small sums in words and small programs, to train and to evaluate with. */
import { pickOne } from './chance.ts';

const people = [
  'Maya',
  'Tom',
  'Ines',
  'Omar',
  'Lena',
  'Kofi',
  'Ana',
  'Henrik',
  'Sofia',
  'the shop',
  'Ravi',
  'her brother',
  'a farmer',
];
const goods = [
  'apples',
  'tickets',
  'books',
  'pencils',
  'cookies',
  'eggs',
  'chairs',
  'marbles',
  'shirts',
  'cakes',
  'stamps',
  'gallons of paint',
  'kilos of rice',
  'toys',
  'pages',
];
const units = ['day', 'week', 'hour', 'month', 'morning', 'year'];
const openings = [
  'N has A G.',
  'N buys A G for $B each.',
  'N bakes A G every U.',
  'A pack of G costs $B, and N needs A packs.',
  'N earns $A per U and spends $B on food.',
  'There are A G in each of B boxes.',
  'N is A years old, B years younger than M.',
  'N drives A miles every U, M drives twice as far.',
  'At a school with A children, B% of them play chess.',
  'N can make A G in a U, and M can make half as many.',
  'It takes N A minutes to get to work and B minutes to get home.',
  'A truck carries A G that weigh B pounds each.',
];
const middles = [
  'M has three times as many as N.',
  'N gives B of them to M and keeps the rest.',
  'A third of the G are broken.',
  'The next U the price goes up by B%.',
  'N sells half of the G for $B apiece.',
  'M pays for two of them.',
  'After B U N stops for a while.',
  'Then M adds another B G.',
  'N gets a discount of B dollars on the whole order.',
  'Every U, B more arrive.',
];
const questions = [
  'How many G does N have left?',
  'How much money does N have in the end?',
  'How much did N spend in total?',
  'How many G are there altogether?',
  'How old is M now?',
  'How many U will it take?',
  'What is the total cost in dollars?',
  'How many more G than M does N have?',
  'How far do they go together in B U?',
  'What was the profit?',
  'How many did each of them get?',
];

export function story(random: () => number): string {
  const [one, other, thing, unit] = [
    pickOne(people, random),
    pickOne(people, random),
    pickOne(goods, random),
    pickOne(units, random),
  ];
  const number = () => String(2 + Math.floor(random() * (random() < 0.7 ? 30 : 400)));
  const lines = [pickOne(openings, random)];
  for (let more = Math.floor(random() * 3); more >= 0; more--) lines.push(pickOne(middles, random));
  lines.push(pickOne(questions, random));
  return lines
    .join(' ')
    .replace(/\b[NMGUAB]\b/g, (letter) =>
      letter === 'N' ? one : letter === 'M' ? other : letter === 'G' ? thing : letter === 'U' ? unit : number(),
    );
}

const bodies = [
  '    total = 0\n    for n in xs:\n        total += n * K\n    return total',
  '    return [s.upper() for s in xs if len(s) > K]',
  '    while len(xs) > K:\n        xs.pop()\n    return xs',
  '    d = {}\n    for k, v in xs.items():\n        d[v] = k\n    return d',
  '    return xs.replace("a", "b").strip()[:K]',
  '    if not xs:\n        return -K\n    return max(xs) - min(xs)',
  '    res = list(xs)\n    res.insert(K, xs[0])\n    return sorted(res)',
  '    return "".join(reversed(xs)).split(",")',
  '    count = xs.count(y)\n    if count == K:\n        return xs.index(y)\n    return count',
  '    ls = xs.split()\n    return all(w.isdigit() for w in ls)',
];

export function code(random: () => number): string {
  const name = pickOne(['f', 'g', 'solve', 'run', 'process', 'func'], random);
  const parameters = pickOne(['xs', 'xs, y', 'xs, y=1'], random);
  const body = pickOne(bodies, random).replaceAll('K', String(1 + Math.floor(random() * 9)));
  const fence = pickOne(
    [
      ['```python\n', '\n```'],
      ['', ''],
      ['<code>\n', '\n</code>'],
      ['[CODE]\n', '\n[/CODE]'],
    ] as const,
    random,
  );
  const call =
    random() < 0.6 ? `\nassert ${name}(${pickOne(['[1, 2]', '"abc"', '{}', '"a,b", "c"'], random)}) == ??` : '';
  return `${fence[0]}def ${name}(${parameters}):\n${body}${call}${fence[1]}`;
}
