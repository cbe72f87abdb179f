/** Tasks for the reasoning class: several steps, each of which has to be right. */
import { type Chance, isNumber, isText, type Made } from './task.ts';

const end = 'Think it through, then end with a line “Answer: <result>”.';
const names = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve'];

const makers: ((chance: Chance) => Made)[] = [
  ({ whole }) => {
    const [base, power, modulus] = [whole(3, 17), whole(8, 40), whole(7, 29)];
    let rest = 1;
    for (let index = 0; index < power; index++) rest = (rest * base) % modulus;
    return {
      question: `What is the remainder when ${base}^${power} is divided by ${modulus}? ${end}`,
      holds: ({ text }) => isNumber(text, rest),
    };
  },
  ({ whole }) => {
    const [limit, one, other] = [whole(80, 400), whole(3, 9), whole(10, 17)];
    const count = Array.from({ length: limit }, (_, index) => index + 1).filter(
      (n) => (n % one === 0) !== (n % other === 0),
    ).length;
    return {
      question: `How many whole numbers from 1 to ${limit} are divisible by ${one} or by ${other}, but not by both? ${end}`,
      holds: ({ text }) => isNumber(text, count),
    };
  },
  ({ whole, pick }) => {
    // Shortest way through a small net, all distances drawn at random.
    const places = ['A', 'B', 'C', 'D', 'E', 'F'];
    const roads = [
      ['A', 'B'],
      ['A', 'C'],
      ['B', 'C'],
      ['B', 'D'],
      ['C', 'D'],
      ['C', 'E'],
      ['D', 'E'],
      ['D', 'F'],
      ['E', 'F'],
    ] as const;
    const lengths = roads.map(() => whole(2, 15));
    const far = new Map(places.map((place) => [place, place === 'A' ? 0 : Number.POSITIVE_INFINITY]));
    for (const _ of places)
      for (const [index, [from, to]] of roads.entries())
        for (const [one, other] of [
          [from, to],
          [to, from],
        ] as const)
          far.set(other, Math.min(far.get(other) ?? 0, (far.get(one) ?? 0) + (lengths[index] ?? 0)));
    const goal = pick(['E', 'F']);
    return {
      question: `Latencies between data centres in ms, both ways: ${roads.map(([from, to], index) => `${from}–${to} ${lengths[index]}`).join(', ')}. What is the lowest total latency from A to ${goal}? ${end}`,
      holds: ({ text }) => isNumber(text, far.get(goal) ?? 0),
    };
  },
  ({ some }) => {
    const order = some(names, 5);
    const [first, second, third, fourth, fifth] = order;
    return {
      question: `Five people are on call one after the other, one a day, Monday to Friday: ${names.join(', ')}. ${second} comes right after ${first}. ${fourth} comes right after ${third}. ${first} comes before ${third}. ${fifth} is last. Who is on call on Wednesday? ${end}`,
      holds: ({ text }) => isText(text, third ?? ''),
    };
  },
  ({ whole }) => {
    const [start, factor, plus, steps] = [whole(2, 9), whole(2, 4), whole(1, 9), whole(5, 8)];
    let value = start;
    for (let index = 1; index < steps; index++) value = value * factor + plus;
    return {
      question: `A sequence begins with ${start}. Each further number is ${factor} times the one before, plus ${plus}. What is the ${steps}th number? ${end}`,
      holds: ({ text }) => isNumber(text, value),
    };
  },
  ({ whole }) => {
    const [people, enemies] = [whole(6, 14), whole(1, 3)];
    return {
      question: `${people} people meet, and each shakes hands once with every other, except that ${enemies} ${enemies === 1 ? 'pair does' : 'pairs do'} not shake hands with each other. How many handshakes are there? ${end}`,
      holds: ({ text }) => isNumber(text, (people * (people - 1)) / 2 - enemies),
    };
  },
  ({ whole }) => {
    const [load, capacity, growth, months] = [whole(300, 900), whole(2_000, 6_000), whole(10, 30), 40];
    let at = load;
    let month = 0;
    while (at <= capacity && month < months) {
      at *= 1 + growth / 100;
      month++;
    }
    return {
      question: `A service gets ${load} requests a second and can take ${capacity}. The load grows by ${growth} % each month. After how many whole months is it above what it can take for the first time? ${end}`,
      holds: ({ text }) => isNumber(text, month),
    };
  },
  ({ whole, some }) => {
    const [one = '', other = ''] = some(names, 2);
    const knight = whole(0, 1) === 1;
    // Whichever the speaker is, “of different kinds” makes the other a liar, and “of the same kind” a truth-teller.
    return {
      question: `On an island everybody either always tells the truth or always lies. ${one} says: “${other} and I are of ${knight ? 'different kinds' : 'the same kind'}.” Is ${other} a truth-teller or a liar? End with a line “Answer: truth-teller” or “Answer: liar”.`,
      holds: ({ text }) => isText(text, knight ? 'liar' : 'truth-teller'),
    };
  },
];

export const reasoned = (chance: Chance, number: number): Made =>
  (makers[number % makers.length] as (typeof makers)[0])(chance);
