/** The deeds that are killed at every boundary, and what must be true when each has ended. */
import { expect } from 'vitest';
import { alice, bob, deploys, type Stage } from '../journeys/stage.ts';
import type { Place } from './places.ts';
import { bookIn, live, type Records } from './story.ts';

/** `done`, `end`: what the thread says. A write that was killed in each of its three tries is reported failed, and what was begun is put back. */
type Story = {
  command: string;
  prepare?(stage: Stage): Promise<void>;
  check(stage: Stage, done: boolean, end: string): void | Promise<void>;
  /** It may never be done: its end is a failure, in words. */
  fails?: true;
};

export const stories: Record<string, Story> = {
  merge: {
    command: 'merge 12 in acme/web',
    check: async ({ world }, done) => {
      // What counts is what GitHub has, not what it answered: an answer may be lost.
      const headers = { authorization: `Bearer ${world.github.token}` };
      const pull = (await (await fetch(`${world.github.url}/repos/acme/web/pulls/12`, { headers })).json()) as {
        merged: boolean;
        merge_commit_sha: string;
      };
      expect(pull.merged).toBe(done);
      const merges = world.github.shas.main.filter((sha) => sha === pull.merge_commit_sha);
      expect(merges).toHaveLength(done ? 1 : 0);
      const taken = world.github.requests.filter(
        (one) => one.method === 'PUT' && /\/pulls\/12\/merge$/.test(one.path) && one.status === 200,
      );
      expect(taken.length).toBeLessThanOrEqual(1);
    },
  },
  deploy: {
    command: 'deploy web to production',
    check: (here, done, end) => {
      const sha = here.world.github.shas.main[0]?.slice(0, 7);
      if (done) {
        expect(here.updates()).toEqual([1, 1, 1]);
        expect(here.running()).toEqual([sha, sha, sha]);
      } else putBack(here, [0, 2], end);
    },
  },
  'deploy that rolls back': {
    command: 'deploy web to production',
    fails: true,
    async prepare({ world }) {
      world.setUnhealthyNext(true);
    },
    // The first machine is ill with the new image and gets its old one back; the others are never touched.
    check: (here, done, end) => {
      expect(done).toBe(false);
      const [first, ...others] = here.updates();
      expect(others).toEqual([0, 0]);
      if (first === 2) {
        expect(end).toMatch(/is not healthy: .* I rolled back that machine; all run what they ran before\./);
        expect(new Set(here.running()).size).toBe(1);
      } else if (first === 1) expect(end).toMatch(/is not healthy: .* Rolling back did not work on /);
      else {
        expect(first).toBe(0);
        expect(end).toMatch(/could not be updated: .* Nothing was changed\./);
      }
    },
  },
  rollback: {
    command: 'rollback web to production',
    async prepare(here) {
      const place = await here.driver.command(alice, deploys, '/sophia deploy web to production');
      const card = await here.driver.card(place);
      await here.approve(bob, card);
      await here.driver.reply(place, [/Done:/], { after: card.ts });
    },
    check: (here, done, end) => (done ? expect(here.updates()).toEqual([2, 2, 2]) : putBack(here, [1, 3], end)),
  },
};

/** Each machine was changed and changed back, or never touched: all run one image again, and that is said. */
function putBack(here: Stage, counts: number[], end: string): void {
  for (const count of here.updates()) expect(counts).toContain(count);
  expect(new Set(here.running()).size).toBe(1);
  expect(end).toMatch(/Nothing was changed\.|all run what they ran before\./);
}

const told = new Map<string, string[]>();

/** A proof in which every story failed would prove little: of each that can be done, one was. */
export function someWereDone(): void {
  for (const [name, ends] of told) if (!stories[name]?.fails) expect(ends, name).toContain('done');
  expect(told.size).toBeGreaterThan(0);
}

/** Tells one story to its end and holds everything it left behind to what was promised. */
export async function tell(name: string, story: Story, place: Place): Promise<void> {
  const { stage: here, apps, records, turnTo } = place;
  await story.prepare?.(here);
  await records.quiet();
  const earlier = new Set((await records.approvals()).map((approval) => approval.id));
  const runsBefore = (await records.runs()).length;
  const mine: Records = {
    ...records,
    approvals: async () => (await records.approvals()).filter((approval) => !earlier.has(approval.id)),
    runs: async () => (await records.runs()).slice(runsBefore),
  };
  let at = { channel: deploys, ts: '' };
  const thread = () => here.world.slack.thread(at.channel, at.ts);
  const lived = await live(
    apps,
    mine,
    {
      say: async () => {
        at = await here.driver.say(alice, deploys, `<@U0SOPHIA> ${story.command}`);
      },
      approve: async (id) => {
        const card = thread().find((message) => JSON.stringify(message.blocks ?? []).includes(id));
        if (card) await here.slack.click(bob, at.channel, card.ts, { actionId: 'approval_approve' });
      },
    },
    bookIn(here),
    turnTo,
  );
  process.stdout.write(`${name}: ${lived.kills.length} boundaries, ${lived.lives} further lives\n`);

  expect(lived.kills.length).toBeGreaterThan(0);
  expect(await mine.approvals()).toEqual([expect.objectContaining({ state: 'consumed', votes: 1 })]);
  expect((await records.ledger()).filter((state) => state !== 'done' && state !== 'failed')).toEqual([]);
  expect(await records.locks()).toEqual([]);
  const ends = thread().filter((message) => /Done:|Failed:/.test(JSON.stringify(message.blocks)));
  expect(ends).toHaveLength(1);
  const end = JSON.stringify(ends[0]?.blocks);
  const done = /Done:/.test(end);
  if (!done) process.stdout.write(`${name}: ${ends[0]?.text}\n`);
  told.set(name, [...(told.get(name) ?? []), done ? 'done' : 'failed']);
  await story.check(here, done, end);
  expect(await records.verify()).toMatchObject({ state: 'whole' });
}
