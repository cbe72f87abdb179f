/** The evaluation set: a hundred tasks a class, made up by our own rules, the same on every machine. */
import { acted } from './acted.ts';
import { analysed } from './analysed.ts';
import { coded } from './coded.ts';
import { quick } from './quick.ts';
import { reasoned } from './reasoned.ts';
import { type Chance, createChance, type Made, type Task } from './task.ts';

/** Marks of another version are not compared with these: raise it when any task changes. */
export const evaluationVersion = 'v1';

const perClass = 100;
const mostDraws = 50;
const makers: Record<Task['class'], (chance: Chance, number: number) => Made> = {
  speed: quick,
  reasoning: reasoned,
  coding: coded,
  analysis: analysed,
  tools: acted,
};

export function tasksOf(name: Task['class']): Task[] {
  // A seed of its own for each class: one more class changes none of the others.
  const chance = createChance(
    [...`${evaluationVersion} ${name}`].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7),
  );
  const asked = new Set<string>();
  return Array.from({ length: perClass }, (_, number) => {
    let made = makers[name](chance, number);
    // The same question twice would count double.
    for (let draw = 1; asked.has(made.question) && draw < mostDraws; draw++) made = makers[name](chance, number);
    asked.add(made.question);
    const { question, holds, tools = [] } = made;
    return { id: `${name}-${number + 1}`, class: name, question, tools, holds };
  });
}
