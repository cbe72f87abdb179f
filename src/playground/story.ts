/** The story the tour walks: every step is what people do, and what must then be seen, in Slack and in the world. */
import { type Card, Deviation, type Driver, type Found, type ThreadPlace } from './driver.ts';
import type { Playground } from './host.ts';
import type { Narrator } from './narrator.ts';
import { flyApp } from './world.ts';

export const alice = 'U0ALICE';
export const bob = 'U0BOB';
export const carol = 'U0CAROL';
export const eng = 'C0ENG';
export const deploys = 'C0DEPLOYS';

export type Scene = {
  playground: Playground;
  driver: Driver;
  narrator: Narrator;
  /** What later steps need of earlier ones. */
  memory: { thread?: ThreadPlace; card?: Card };
};
export type Step = { number: string; title: string; walk(scene: Scene): Promise<void> };

export const story: Step[] = [
  {
    number: '1',
    title: 'Alice asks a question in #eng',
    async walk({ driver, narrator }) {
      const thread = await driver.say(alice, eng, '@sophia what is waiting to be merged in acme/web?');
      const answer = await driver.reply(thread, ['#12', 'Cache the product page', '#13']);
      if (!JSON.stringify(answer.message.blocks ?? answer.message.text).includes('/pull/12'))
        throw new Deviation('The answer does not link to #12.');
      narrator.holds('answered in the thread, with links to the open pull requests');
    },
  },
  {
    number: '2',
    title: 'Alice asks for a deploy and gets a plan, not a deploy',
    async walk({ driver, narrator, memory, playground }) {
      const writes = flyWrites(playground);
      memory.thread = await driver.command(alice, deploys, '/sophia deploy web to production');
      await driver.reply(memory.thread, ['Alice', 'deploy web to production']);
      memory.card = await driver.card(memory.thread);
      const { github } = playground.world;
      const next = short(github.shas.main[0]);
      const now = short(github.shas.main[3]);
      for (const want of [now, next, 'commit', 'check', 'machine', 'undo', 'Bob', 'expire'])
        expectWords(memory.card, want);
      narrator.holds('the card shows the image now and next, commits, checks, machines, undo, approvers and expiry');
      sameNumber(flyWrites(playground), writes, 'writes at Fly before anybody approved');
    },
  },
  {
    number: '3',
    title: 'Alice tries to approve her own request, Carol tries without the right',
    async walk({ driver, narrator, memory, playground }) {
      const card = known(memory.card);
      const writes = flyWrites(playground);
      for (const person of [alice, carol]) {
        const seen = driver.whispers(person);
        narrator.note(`${driver.nameOf(person)} clicks Approve`);
        await driver.click(person, card, 'approval_approve');
        await driver.whisper(
          person,
          [/may not|cannot|can't|not allowed|not among|not one of|not an approver|someone else|somebody else/i],
          seen,
        );
      }
      sameNumber(flyWrites(playground), writes, 'writes at Fly');
      narrator.holds('both were told why, in private, and nothing happened');
    },
  },
  {
    number: '4',
    title: 'Bob approves; the machines are replaced one by one',
    async walk({ driver, narrator, memory, playground }) {
      const card = known(memory.card);
      const thread = known(memory.thread);
      const before = updates(playground);
      narrator.note('Bob clicks Approve');
      await driver.click(bob, card, 'approval_approve');
      await driver.becomes(card, ['Approved', 'Bob']);
      const end = await driver.reply(thread, [/done|deployed|running|runs/i, /\bA\d+\b/], {
        after: card.ts,
        without: ['Approve or'],
      });
      await driver.reply(thread, ['iad', 'fra', 'syd'], { after: card.ts });
      allRun(playground, playground.world.github.shas.main[0]);
      for (const machine of machines(playground)) {
        const count = (updates(playground).get(machine.id) ?? 0) - (before.get(machine.id) ?? 0);
        sameNumber(count, 1, `updates of ${machine.region}`);
      }
      narrator.holds(`all three machines run the new image, each updated once (${reference(end)})`);
    },
  },
  {
    number: '5',
    title: 'A release that is not healthy is rolled back by itself',
    async walk({ driver, narrator, playground }) {
      const { world } = playground;
      const old = world.github.shas.main[0];
      const next = await world.commitToMain('Try a faster checkout');
      world.setUnhealthyNext(true);
      narrator.note(`${short(next)} lands on main; its image will not become healthy`);
      const thread = await driver.command(alice, deploys, '/sophia deploy web to production');
      const card = await driver.card(thread);
      narrator.note('Bob clicks Approve');
      await driver.click(bob, card, 'approval_approve');
      await driver.reply(
        thread,
        [
          /rolled back|roll(ed|ing)? it back|put back/i,
          /unhealthy|not healthy|health|failing|not become healthy/i,
          /\bA\d+\b/,
        ],
        { after: card.ts },
      );
      allRun(playground, old);
      narrator.holds('the first machine did not become healthy, and all three run the old image');
    },
  },
  {
    number: '6',
    title: 'The app is killed while a question waits; the old card still works, exactly once',
    async walk({ driver, narrator, playground, memory }) {
      const { world, app } = playground;
      const next = await world.commitToMain('Remember the last filter');
      narrator.note(`${short(next)} lands on main`);
      memory.thread = await driver.command(alice, deploys, '/sophia deploy web to production');
      const card = await driver.card(memory.thread);
      memory.card = card;
      narrator.note('kill -9');
      await app.crash();
      narrator.note('Start');
      await app.start();
      const before = updates(playground);
      const seen = driver.whispers(bob);
      narrator.note('Bob clicks Approve on the old card, twice at once');
      const clicks = await Promise.allSettled([
        driver.click(bob, card, 'approval_approve'),
        driver.click(bob, card, 'approval_approve'),
      ]);
      const refused = clicks.find((click) => click.status === 'rejected');
      if (refused) throw new Deviation(`A click was ignored: ${refused.reason}`);
      await driver.whisper(bob, [/already|too late|counted|decided|begun|approved/i], seen);
      await driver.reply(memory.thread, [/done|deployed|running|runs/i, /\bA\d+\b/], { after: card.ts });
      allRun(playground, next);
      for (const machine of machines(playground)) {
        const count = (updates(playground).get(machine.id) ?? 0) - (before.get(machine.id) ?? 0);
        sameNumber(count, 1, `updates of ${machine.region}`);
      }
      narrator.holds('done once; the second click was answered and changed nothing');
    },
  },
  {
    number: '7',
    title: 'What is running, and how to stop it',
    async walk({ driver, narrator, playground }) {
      await playground.world.commitToMain('Tidy the footer');
      const waiting = await driver.command(alice, deploys, '/sophia deploy web to production');
      const card = await driver.card(waiting);
      const runs = await driver.command(alice, deploys, '/sophia runs');
      await driver.reply(runs, ['deploy web to production']);
      const run = playground.records.read().approvals.find((approval) => approval.id === card.approvalId)?.runId;
      if (!run) throw new Deviation('The records do not name the run of the card.');
      const stopped = await driver.command(alice, deploys, `/sophia stop ${run.slice(0, 8)}`);
      await driver.reply(stopped, [/stop/i, /\bA\d+\b/]);
      await driver.becomes(card, [/stopped/i]);
      await driver.reply(waiting, [/stopped/i, /\bA\d+\b/], { after: card.ts });
      narrator.holds('the run is listed, stopped, and its card says so');
    },
  },
  {
    number: '8',
    title: 'A freeze stops every write; thawing asks',
    async walk({ driver, narrator, playground }) {
      const frozen = await driver.command(alice, deploys, '/sophia freeze because demo');
      await driver.reply(frozen, [/fr(ee|o)ze/i, /\bA\d+\b/]);
      const writes = flyWrites(playground);
      const refused = await driver.command(alice, deploys, '/sophia deploy web to production');
      await driver.reply(refused, [/frozen/i, 'demo']);
      sameNumber(flyWrites(playground), writes, 'writes at Fly while frozen');
      const thaw = await driver.command(alice, deploys, '/sophia thaw');
      const card = await driver.card(thaw);
      narrator.note('Bob clicks Approve');
      await driver.click(bob, card, 'approval_approve');
      await driver.reply(thaw, [/done|thaw|writes go again/i, /\bA\d+\b/], { after: card.ts });
      narrator.holds('refused plainly while frozen; thawed by two people');
    },
  },
  {
    number: '9',
    title: 'A plan alone, with nothing to click',
    async walk({ driver, narrator, playground }) {
      const writes = flyWrites(playground);
      const thread = await driver.command(alice, deploys, '/sophia plan deploy web');
      const plan = await driver.reply(thread, ['production', short(playground.world.github.shas.main[0])]);
      if (JSON.stringify(plan.message.blocks ?? []).includes('approval_approve'))
        throw new Deviation('The plan has a button to approve it.');
      sameNumber(flyWrites(playground), writes, 'writes at Fly');
      narrator.holds('the plan is shown and nobody is asked');
    },
  },
  {
    number: '10',
    title: 'A pull request moves after the question; the approval is void and asked anew',
    async walk({ driver, narrator, playground }) {
      const { world } = playground;
      const thread = await driver.say(alice, eng, '@sophia merge #12 in acme/web');
      const first = await driver.card(thread);
      expectWords(first, short(world.github.shas.pulls[12]));
      const head = await world.pushToPull(12);
      narrator.note(`somebody pushes to #12: its head is now ${short(head)}`);
      narrator.note('Bob clicks Approve on the card for the old head');
      await driver.click(bob, first, 'approval_approve');
      await driver.becomes(first, [/void|changed/i]);
      if (merges(playground) !== 0) throw new Deviation('#12 was merged at a head nobody approved.');
      const second = await driver.card(thread, first);
      expectWords(second, short(head));
      narrator.note('Bob reads the new card and clicks Approve');
      await driver.click(bob, second, 'approval_approve');
      await driver.reply(thread, [/merged/i, /\bA\d+\b/], { after: second.ts });
      sameNumber(merges(playground), 1, 'merges at GitHub');
      narrator.holds('merged once, at the head that was approved');
    },
  },
];

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Deviation('An earlier step did not get this far.');
  return value;
}

function short(sha: string | undefined): string {
  return (sha ?? '').slice(0, 7);
}

function reference(found: Found): string {
  return found.words.match(/\bA\d+\b/)?.[0] ?? '';
}

function expectWords(found: Found, want: string): void {
  if (found.words.toLowerCase().includes(want.toLowerCase())) return;
  throw new Deviation(`The card does not say “${want}”. It says:\n  ${found.lines.join('\n  ')}`);
}

function sameNumber(actual: number, expected: number, what: string): void {
  if (actual !== expected) throw new Deviation(`Expected ${expected} ${what}, but there were ${actual}.`);
}

function machines(playground: Playground) {
  return playground.world.view().machines;
}

function allRun(playground: Playground, sha: string | undefined): void {
  const all = machines(playground);
  const wrong = all.filter((machine) => machine.sha !== short(sha) || !machine.healthy);
  if (all.length === 3 && wrong.length === 0) return;
  const found = all.map(
    ({ region, sha: runs, state, healthy }) => `${region} ${runs} ${state}${healthy ? '' : ' (unhealthy)'}`,
  );
  throw new Deviation(`All three machines should run ${short(sha)} and be healthy, but: ${found.join(', ')}.`);
}

const machinePath = new RegExp(`^/v1/apps/${flyApp}/machines/([^/]+)$`);

/** Configuration changes Fly has carried out, by machine. */
function updates(playground: Playground): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { method, path, status } of playground.world.fly.requests) {
    const machine = path.match(machinePath)?.[1];
    if (method === 'POST' && machine && status === 200) counts.set(machine, (counts.get(machine) ?? 0) + 1);
  }
  return counts;
}

function flyWrites(playground: Playground): number {
  return playground.world.fly.requests.length;
}

function merges(playground: Playground): number {
  return playground.world.github.requests.filter(
    ({ method, path, status }) => method === 'PUT' && /\/pulls\/12\/merge$/.test(path) && status === 200,
  ).length;
}
