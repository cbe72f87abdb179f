/** What is said under chaos: drawn from one number, so that a run that failed can be run again. */
import { flyApp, type World } from '../../src/playground/world.ts';

export type Dice = { next(): number; below(most: number): number; one<T>(list: readonly T[]): T };

/** Small and the same everywhere. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return {
    next,
    below: (most) => Math.floor(next() * most),
    one: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
  };
}

/** So much of each is asked for, in any order. */
export function commandsOf(wanted: number, roll: Dice): string[] {
  const share = (part: number, command: (index: number) => string) =>
    Array.from({ length: Math.round(wanted * part) }, (_, index) => command(index));
  const commands = [
    ...share(0.5, () => 'digest schedule daily every day at 9'),
    ...share(0.2, (index) => `remember the answer to question ${index} is ${index * 7}`),
    ...share(0.15, () => 'runs'),
    ...share(0.15, (index) => (index % 3 === 2 ? 'rollback web to production' : 'deploy web to production')),
  ];
  for (let last = commands.length - 1; last > 0; last--) {
    const other = roll.below(last + 1);
    [commands[last], commands[other]] = [commands[other] as string, commands[last] as string];
  }
  return commands;
}

/** A commit of its own for most deploys: of the newest alone one would be done, and all others would be there already. */
export async function withCommit(world: World, command: string, index: number, roll: Dice): Promise<string> {
  if (!command.startsWith('deploy')) return command;
  // Trouble at GitHub befalls this as well; then an older one is deployed.
  await world.commitToMain(`Change number ${index}`).catch(() => {});
  return `${command} ref ${roll.one(world.github.shas.main.slice(0, 4))}`;
}

/** What was deployed before she came: from the first moment there is something to go back to. */
export async function deployedBefore(world: World): Promise<void> {
  const machines = `${world.fly.url}/v1/apps/${flyApp}/machines`;
  const headers = { authorization: `Bearer ${world.fly.token}`, 'content-type': 'application/json' };
  for (const sha of world.github.shas.main.slice(0, 3).reverse())
    for (const { id, config } of (await (await fetch(machines, { headers })).json()) as {
      id: string;
      config: object;
    }[]) {
      const body = JSON.stringify({ config: { ...config, image: `registry.fly.io/${flyApp}:${sha}` } });
      const answer = await fetch(`${machines}/${id}`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`machine ${id}: ${await answer.text()}`);
    }
}
