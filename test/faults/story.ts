/** One story under kill -9: asked, approved and carried out by an app that dies at every boundary of its share. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Stage } from '../journeys/stage.ts';

/** All boundaries are visited over the shares; by default two of them, chosen by the name of each boundary. More at once would use up the tries of a single write. */
export const shares = 12;
export const chosen = process.env.FAULTS === 'all' ? [...Array(shares).keys()] : [0, 1];

export const preload = ['--import', fileURLToPath(new URL('./boundary.ts', import.meta.url)), 'src/main.ts'];
/** `SIGSTOP`: it falls asleep there instead, and wakes believing that nothing has happened. */
export type Fault = 'SIGKILL' | 'SIGSTOP';
export const faultsOf = (book: string, share: number, fault: Fault = 'SIGKILL') => ({
  FAULT_BOOK: book,
  FAULT_SHARE: `${share}/${shares}`,
  FAULT_SIGNAL: fault,
});

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

/** A sleeper is let lie this long, or until all has ended without it. */
const sleepMs = 2_500;

export type Apps = { start(): Promise<void>; readonly state: string; readonly pid: number | undefined }[];

/** `lives`: how often one died and was started again, or fell asleep and was woken. */
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
    if (Date.now() > deadline) {
      const [runs, open, approvals] = await Promise.all([records.runs(), records.open(), records.approvals()]);
      const left = JSON.stringify({ runs, open, approvals, apps: apps.map((app) => app.state) });
      throw new Error(`The story did not end: ${left}. Killed at:\n${kills(book).join('\n')}`);
    }
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
    const sleeper = apps.find((app) => app.state === 'running' && asleep(app.pid));
    if (sleeper) {
      lives++;
      const awake = apps.findIndex((app) => app.state === 'running' && !asleep(app.pid));
      if (awake !== -1) turnTo(awake);
      // On SQLite it may hold the database as it sleeps.
      await records.age().catch(() => {});
      const until = Date.now() + (awake === -1 ? 200 : sleepMs);
      while (Date.now() < until && !(await ended(records))) await pause(40);
      if (sleeper.pid) process.kill(sleeper.pid, 'SIGCONT');
      await pause(20);
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
    await pause(40);
  }
  return { kills: kills(book), lives };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function asleep(pid: number | undefined): boolean {
  try {
    // The state stands after the name, which may hold anything, brackets included.
    return /^ T/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''));
  } catch {
    return false;
  }
}

async function ended(records: Records): Promise<boolean> {
  const [runs, open] = await Promise.all([records.runs().catch(() => []), records.open().catch(() => 1)]);
  return runs.length > 0 && open === 0 && runs.every((state) => state !== 'running');
}

function kills(book: string): string[] {
  return existsSync(book) ? readFileSync(book, 'utf8').split('\n').filter(Boolean) : [];
}

export const bookIn = (stage: Stage) => join(stage.data, 'boundaries');
