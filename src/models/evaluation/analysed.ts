/** Tasks for the analysis class: a small table or a few notes, and one question about them. */
import { type Chance, isJson, isNumber, isText, type Made } from './task.ts';

type Row = { day: string; service: string; errors: number; requests: number };

const end = 'End with a line “Answer: <result>”.';
const services = ['web', 'api', 'billing', 'search', 'auth'];
const people = ['Ada', 'Ben', 'Cleo', 'Dan'];
const chores = [
  'update the runbook',
  'raise the alert threshold',
  'write the postmortem',
  'rotate the token',
  'test the restore',
  'talk to the vendor',
];

function table({ whole, some }: Chance): { rows: Row[]; text: string; named: string[] } {
  const named = some(services, 3);
  const rows = Array.from({ length: 12 }, (_, index) => ({
    day: `2026-10-${String(1 + Math.floor(index / 3)).padStart(2, '0')}`,
    service: named[index % 3] ?? '',
    errors: whole(1, 60),
    requests: whole(5, 60) * 100,
  }));
  const lines = rows.map(({ day, service, errors, requests }) => `${day},${service},${errors},${requests}`);
  return { rows, named, text: `day,service,errors,requests\n${lines.join('\n')}` };
}

const sum = (rows: Row[], of: 'errors' | 'requests') => rows.reduce((total, row) => total + row[of], 0);

const makers: ((chance: Chance) => Made)[] = [
  (chance) => {
    const { rows, text, named } = table(chance);
    const wanted = chance.pick(named);
    const own = rows.filter(({ service }) => service === wanted);
    return {
      question: `${text}\n\nHow many errors did ${wanted} have in total? ${end}`,
      holds: (said) => isNumber(said.text, sum(own, 'errors')),
    };
  },
  (chance) => {
    const { rows, text, named } = table(chance);
    const rate = (name: string) => {
      const own = rows.filter(({ service }) => service === name);
      return sum(own, 'errors') / sum(own, 'requests');
    };
    const worst = named.toSorted((one, other) => rate(other) - rate(one))[0] ?? '';
    return {
      question: `${text}\n\nWhich service has the highest share of errors among its requests over the whole time? ${end}`,
      holds: (said) => isText(said.text, worst),
    };
  },
  (chance) => {
    const { rows, text } = table(chance);
    const limit = chance.whole(20, 40);
    const count = rows.filter(({ errors }) => errors > limit).length;
    return {
      question: `${text}\n\nIn how many rows are there more than ${limit} errors? ${end}`,
      holds: (said) => isNumber(said.text, count),
    };
  },
  (chance) => {
    const { rows, text } = table(chance);
    const days = [...new Set(rows.map(({ day }) => day))];
    const total = (wanted: string) =>
      sum(
        rows.filter(({ day }) => day === wanted),
        'requests',
      );
    const busiest = days.toSorted((one, other) => total(other) - total(one) || (one < other ? -1 : 1))[0] ?? '';
    return {
      question: `${text}\n\nOn which day were there most requests, all services together (the earlier day if two are equal)? Give the date as in the table. ${end}`,
      holds: (said) => isText(said.text, busiest),
    };
  },
  (chance) => {
    const { rows, text, named } = table(chance);
    const totals = Object.fromEntries(
      named.map((name) => [
        name,
        sum(
          rows.filter(({ service }) => service === name),
          'errors',
        ),
      ]),
    );
    return {
      question: `${text}\n\nGive the sum of the errors of each service. End with a line “Answer: ” and a JSON object, service to sum.`,
      holds: (said) => isJson(said.text, totals),
    };
  },
  (chance) => {
    const todo = chance.some(chores, 3).map((what) => ({ who: chance.pick(people), what }));
    const chatter = [
      'The graph looked odd again.',
      'Nobody was paged at night.',
      'We talked about lunch.',
      'The new office is loud.',
    ];
    const notes = todo.flatMap(({ who, what }, index) => [chatter[index] ?? '', `${who} will ${what} by Friday.`]);
    const owners = Object.fromEntries(
      people.map((who) => [who, todo.filter((one) => one.who === who).length]).filter(([, count]) => count !== 0),
    );
    return {
      question: `Notes of a meeting:\n${notes.join('\n')}\n\nHow many tasks did each person take on? End with a line “Answer: ” and a JSON object, name to number, of those who took any.`,
      holds: (said) => isJson(said.text, owners),
    };
  },
];

export const analysed = (chance: Chance, number: number): Made =>
  (makers[number % makers.length] as (typeof makers)[0])(chance);
