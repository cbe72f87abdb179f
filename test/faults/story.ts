/** One story under kill -9: asked, approved and carried out by an app that dies at every boundary of its share. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stage } from '../journeys/stage.ts';

/** All boundaries are visited over the shares; by default two of them, chosen by the name of each boundary. More at once would use up the tries of a single write. */
export const shares = 12;
export const chosen = process.env.FAULTS === 'all' ? [...Array(shares).keys()] : [0, 1];

export const preload = ['--import', fileURLToPath(new URL('./boundary.ts', import.meta.url)), 'src/main.ts'];
export const faultsOf = (book: string, share: number) => ({ FAULT_BOOK: book, FAULT_SHARE: `${share}/${shares}` });

/** What the parent of the processes sees and does; SQLite and Postgres differ only here. */
export type Records = {
  /** Waits until nothing is under way. */
  quiet(): Promise<void>;
  ledger(): Promise<string[]>;
  locks(): Promise<string[]>;
  verify(): Promise<unknown>;
  approvals(): Promise<{ id: string; state: string; votes: number }[]>;
  runs(): Promise<string[]>;
  open(): Promise<number>;
  /** As if the dead one's leases and write deadlines had passed. */
  age(): Promise<void>;
};

/** Slack's own repetitions are over by then. */
const sayAgainMs = 3_000;

export type Apps = { start(): Promise<void>; readonly state: string }[];

type Told = { kills: string[]; lives: number };

/** Ends when every run has ended and nothing received is left open. */
export async function live(
  apps: Apps,
  records: Records,
  story: { say(): Promise<unknown>; approve(id: string): Promise<unknown> },
  book: string,
  turnTo: (index: number) => void = () => {},
): Promise<Told> {
  writeFileSync(`${book}.armed`, '');
  const deadline = Date.now() + 240_000;
  let lives = 0;
  let said = 0;
  for (;;) {
    if (Date.now() > deadline) throw new Error(`The story did not end. Killed at:\n${kills(book).join('\n')}`);
    const dead = apps.filter((app) => app.state === 'crashed');
    if (dead.length > 0) {
      lives++;
      const alive = apps.findIndex((app) => app.state === 'running');
      if (alive !== -1) turnTo(alive);
      await records.age();
      // It may die again as it starts: then it is started again.
      await Promise.all(dead.map((app) => app.start().catch(() => {})));
      continue;
    }
    const [runs, open, approvals] = await Promise.all([records.runs(), records.open(), records.approvals()]);
    const pending = approvals.find((approval) => approval.state === 'pending' && approval.votes === 0);
    if (pending) await story.approve(pending.id).catch(() => {});
    // What Slack could not deliver while she was down is said again, as a person would.
    else if (runs.length === 0 && open === 0 && Date.now() - said > sayAgainMs) {
      await story.say().catch(() => {});
      said = Date.now();
    } else if (runs.length > 0 && open === 0 && runs.every((state) => state !== 'running')) break;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return { kills: kills(book), lives };
}

function kills(book: string): string[] {
  return existsSync(book) ? readFileSync(book, 'utf8').split('\n').filter(Boolean) : [];
}

export const bookIn = (stage: Stage) => join(stage.data, 'boundaries');
