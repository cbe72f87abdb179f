/** The deeds that are killed at every boundary, and what must be true when each has ended. */
import { expect } from 'vitest';
import { alice, bob, deploys, type Stage } from '../journeys/stage.ts';
import { type Apps, bookIn, live, type Records } from './story.ts';

/** `done`: what the thread says. A write that was killed in each of its three tries is reported failed, and what was begun is put back. */
type Story = { command: string; prepare?(stage: Stage): Promise<void>; check(stage: Stage, done: boolean): void };

export const stories: Record<string, Story> = {
  merge: {
    command: 'merge 12 in acme/web',
    check: ({ world }, done) => {
      const merges = world.github.requests.filter(
        (one) => one.method === 'PUT' && /\/pulls\/12\/merge$/.test(one.path) && one.status === 200,
      );
      expect(merges).toHaveLength(done ? 1 : 0);
    },
  },
  deploy: {
    command: 'deploy web to production',
    check: (here, done) => {
      const sha = here.world.github.shas.main[0]?.slice(0, 7);
      if (done) {
        expect(here.updates()).toEqual([1, 1, 1]);
        expect(here.running()).toEqual([sha, sha, sha]);
      } else putBack(here, [0, 2]);
    },
  },
  'deploy that rolls back': {
    command: 'deploy web to production',
    async prepare({ world }) {
      world.setUnhealthyNext(true);
    },
    // The first machine is ill with the new image and gets its old one back; the others are never touched.
    check: (here, done) => {
      expect(done).toBe(false);
      const [first = 0, ...others] = here.updates();
      expect([0, 1, 2]).toContain(first);
      expect(others).toEqual([0, 0]);
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
    check: (here, done) => (done ? expect(here.updates()).toEqual([2, 2, 2]) : putBack(here, [1, 3])),
  },
};

/** Each machine was changed and changed back, or never touched: all run one image again. */
function putBack(here: Stage, counts: number[]): void {
  for (const count of here.updates()) expect(counts).toContain(count);
  expect(new Set(here.running()).size).toBe(1);
}

/** Tells one story to its end and holds everything it left behind to what was promised. */
export async function tell(
  name: string,
  story: Story,
  here: Stage,
  apps: Apps,
  records: Records,
  turnTo?: (index: number) => void,
): Promise<void> {
  await story.prepare?.(here);
  await records.quiet();
  const earlier = new Set((await records.approvals()).map((approval) => approval.id));
  const runsBefore = (await records.runs()).length;
  const mine: Records = {
    ...records,
    approvals: async () => (await records.approvals()).filter((approval) => !earlier.has(approval.id)),
    runs: async () => (await records.runs()).slice(runsBefore),
  };
  let place = { channel: deploys, ts: '' };
  const thread = () => here.world.slack.thread(place.channel, place.ts);
  const told = await live(
    apps,
    mine,
    {
      say: async () => {
        place = await here.driver.say(alice, deploys, `<@U0SOPHIA> ${story.command}`);
      },
      approve: async (id) => {
        const card = thread().find((message) => JSON.stringify(message.blocks ?? []).includes(id));
        if (card) await here.slack.click(bob, place.channel, card.ts, { actionId: 'approval_approve' });
      },
    },
    bookIn(here),
    turnTo,
  );
  process.stdout.write(`${name}: ${told.kills.length} kills, ${told.lives} further lives\n`);

  expect(told.kills.length).toBeGreaterThan(0);
  expect(await mine.approvals()).toEqual([expect.objectContaining({ state: 'consumed', votes: 1 })]);
  expect((await records.ledger()).filter((state) => state !== 'done' && state !== 'failed')).toEqual([]);
  expect(await records.locks()).toEqual([]);
  const ends = thread().filter((message) => /Done:|Failed:/.test(JSON.stringify(message.blocks)));
  expect(ends).toHaveLength(1);
  const end = JSON.stringify(ends[0]?.blocks);
  const done = /Done:/.test(end);
  if (!done) process.stdout.write(`${name}: ${ends[0]?.text}\n`);
  story.check(here, done);
  expect(await records.verify()).toMatchObject({ state: 'whole' });
}
