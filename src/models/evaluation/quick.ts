/** Tasks for the speed class: small sums, words and dates that a quick model should not get wrong. */
import { type Chance, isNumber, isText, type Made } from './task.ts';

const short = 'Answer with the result only.';
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const words = [
  'deploy',
  'release',
  'incident',
  'rollback',
  'cluster',
  'gateway',
  'metric',
  'channel',
  'approval',
  'container',
];

const makers: ((chance: Chance) => Made)[] = [
  ({ whole }) => {
    const [one, other] = [whole(12, 99), whole(3, 19)];
    return { question: `What is ${one} times ${other}? ${short}`, holds: ({ text }) => isNumber(text, one * other) };
  },
  ({ whole }) => {
    const [share, of] = [whole(1, 19) * 5, whole(2, 40) * 20];
    return {
      question: `What is ${share} % of ${of}? ${short}`,
      holds: ({ text }) => isNumber(text, (share * of) / 100),
    };
  },
  ({ whole }) => {
    const date = new Date(Date.UTC(2026, whole(0, 11), whole(1, 28)));
    const later = whole(2, 25);
    const day = days[(date.getUTCDay() + later) % 7] ?? '';
    return {
      question: `${date.toISOString().slice(0, 10)} is a ${days[date.getUTCDay()]}. Which day of the week is it ${later} days later? ${short}`,
      holds: ({ text }) => isText(text, day),
    };
  },
  ({ pick }) => {
    const word = pick(words);
    const letter = pick([...word]);
    const count = [...word].filter((one) => one === letter).length;
    return {
      question: `How many times does the letter ${letter} stand in “${word}”? ${short}`,
      holds: ({ text }) => isNumber(text, count),
    };
  },
  ({ whole }) => {
    const minutes = whole(65, 900);
    return {
      question: `A job took ${minutes} minutes. How long is that in hours and minutes? Answer in the form 1:05 only.`,
      holds: ({ text }) => isText(text, `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`),
    };
  },
  ({ some }) => {
    const four = some(words, 4);
    return {
      question: `Which of these words comes first in the alphabet: ${four.join(', ')}? ${short}`,
      holds: ({ text }) => isText(text, four.toSorted()[0] ?? ''),
    };
  },
  ({ whole }) => {
    const [machines, each, spare] = [whole(3, 12), whole(4, 32) * 4, whole(2, 9)];
    return {
      question: `${machines} machines have ${each} GB of memory each, and ${spare} GB of each are kept free. How many GB can be used in total? ${short}`,
      holds: ({ text }) => isNumber(text, machines * (each - spare)),
    };
  },
  ({ whole }) => {
    const [hour, minute, later] = [whole(0, 23), whole(0, 59), whole(30, 300)];
    const end = (hour * 60 + minute + later) % 1_440;
    const clock = (at: number) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
    return {
      question: `A deploy began at ${clock(hour * 60 + minute)} and took ${later} minutes. When did it end? Answer in the form 09:05 only.`,
      holds: ({ text }) => isText(text, clock(end)),
    };
  },
];

export const quick = (chance: Chance, number: number): Made =>
  (makers[number % makers.length] as (typeof makers)[0])(chance);
