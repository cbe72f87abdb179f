/** The Home tab and the prompts of a direct message: somebody's own page, drawn anew each time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acmeWorkspace } from '../../../src/emulators/slack/index.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse({ emulator: { people: acmeWorkspace.people } });
});
afterEach(() => house.close());

const run = {
  id: 'run-12345678',
  title: 'deploy <b>web</b>',
  standing: 'thinking',
  startedAt: '2026-11-21T10:00:00.000Z',
};
const opened = async () => {
  await house.slack.openHome('U0ALICE');
  await house.slack.waitFor(() => house.slack.home('U0ALICE') !== null);
  return JSON.stringify(house.slack.home('U0ALICE')?.blocks);
};

test('it shows what waits, what runs, what comes by itself and how the parts are', async () => {
  house.door.page = {
    waiting: [
      {
        id: 'apr_1',
        summary: 'Merge acme/web#12',
        requester: 'slack:T0ACME:U0BOB',
        expiresAt: '2026-11-21T10:00:00.000Z',
        mine: true,
        link: 'https://acme.slack.com/archives/C0ENG/p1',
      },
    ],
    runs: [{ ...run, link: null }],
    schedules: [
      {
        id: 'S1',
        template: 'daily',
        said: 'every weekday at 9',
        zone: 'UTC',
        channel: 'slack:T0ACME:C0ENG',
        paused: false,
      },
    ],
    parts: [{ name: 'GitHub', state: 'failing', words: 'GitHub cannot be reached.' }],
  };
  const drawn = await opened();
  for (const want of [
    'Merge acme/web#12',
    'for you to decide',
    'deploy <b>web</b>',
    'every weekday at 9',
    '🔴',
    'cannot be reached',
  ])
    expect(drawn).toContain(want);
});

test("Stop on the Home tab is the presser's own command, answered in their direct message", async () => {
  house.door.page = { waiting: [], runs: [{ ...run, link: null }], schedules: [], parts: [] };
  await opened();
  const view = house.slack.home('U0ALICE');
  await house.slack.clickView('U0ALICE', view?.id ?? '', { actionId: 'deed_0' });
  await vi.waitFor(() => expect(house.door.received).toHaveLength(1));
  expect(house.door.received[0]?.message).toMatchObject({
    person: 'slack:T0ACME:U0ALICE',
    channel: 'slack:T0ACME:D0ALICE',
    thread: null,
    act: { action: 'sophia_stop_run', input: { run: run.id } },
  });
});

test('those she does not work for are told so, and see nothing', async () => {
  house.door.page = null;
  expect(await opened()).toContain('full members of this workspace');
});

test('a page that cannot be gathered is said to be so', async () => {
  house.door.home = async () => {
    throw new Error('no database');
  };
  expect(await opened()).toContain('could not gather this page');
});

test('a direct message that is opened offers what matters first, and names no thread', async () => {
  house.door.page = { waiting: [], runs: [{ ...run, link: null }], schedules: [], parts: [] };
  await house.slack.openHome('U0ALICE', 'messages');
  await house.slack.waitFor((world) => world.prompts.length > 0);
  const [call] = house.slack.calls.filter(({ method }) => method === 'assistant.threads.setSuggestedPrompts');
  expect(call?.args).not.toHaveProperty('thread_ts');
  expect(house.slack.snapshot().prompts[0]?.prompts.map(({ message }) => message)).toContain('runs');
});
