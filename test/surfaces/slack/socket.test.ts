/** Socket Mode: the same inbox before the same acknowledgement, over a WebSocket. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type House, openHouse } from './house.ts';
import { sampleApproval } from './samples.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse({ emulator: { appToken: 'xapp-sophia' }, surface: { appToken: 'xapp-sophia' } });
});
afterEach(() => house.close());
const received = (count: number) => vi.waitFor(() => expect(house.door.received).toHaveLength(count));

test('words, commands and clicks arrive, and the health checks are served all the same', async () => {
  expect(house.url).toBeNull();
  expect((await fetch(`http://127.0.0.1:${house.port}/readyz`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${house.port}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(404);
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia hello');
  await received(1);
  expect(house.door.received[0]).toMatchObject({ jobKey: `slack:T0ACME:C0ENG:${ts}`, message: { text: 'hello' } });
  expect(await house.slack.slash('U0BOB', 'C0ENG', '/sophia', 'help')).toMatchObject({ ok: true });
  await received(2);
  const thread = `slack:T0ACME:C0ENG:${ts}`;
  const card = await house.sophia.surface.post(thread, { kind: 'card', approval: sampleApproval({ thread }) }, 'card');
  await house.slack.click('U0ALICE', 'C0ENG', card.id, { actionId: 'approval_approve' });
  await house.slack.waitFor((world) => (world.ephemerals.U0ALICE ?? []).length > 0);
  expect(house.door.choices).toHaveLength(1);
  await vi.waitFor(async () => expect(await house.inbox.open()).toEqual([]));
});

test('while the inbox cannot be written nothing is acknowledged, and the delivery comes again', async () => {
  house.inbox.down = true;
  await house.slack.say('U0ALICE', 'D0ALICE', 'hello');
  await vi.waitFor(() => expect(house.slack.deliveries.length).toBeGreaterThan(0));
  expect(house.slack.deliveries[0]?.status).not.toBe(200);
  expect(house.door.received).toEqual([]);
});

test('a connection lost after the row was written does not lose the words', async () => {
  let open = () => {};
  house.inbox.gate = new Promise((resolve) => (open = resolve));
  await house.slack.say('U0ALICE', 'D0ALICE', 'hello');
  await vi.waitFor(() => expect(house.slack.deliveries).toHaveLength(1));
  house.slack.disconnectSockets('cut');
  await vi.waitFor(() => expect(house.slack.snapshot().connection.sockets).toBe(0));
  open();
  await received(1);
});

test('there are two connections: when Slack closes one of them nothing is lost, and it comes back', async () => {
  await vi.waitFor(() => expect(house.slack.snapshot().connection.sockets).toBe(2));
  house.slack.disconnectSockets('cut', 1);
  const { ts } = await house.slack.say('U0ALICE', 'C0ENG', '@sophia hello');
  await received(1);
  expect(house.door.received[0]?.jobKey).toBe(`slack:T0ACME:C0ENG:${ts}`);
  await vi.waitFor(() => expect(house.slack.snapshot().connection.sockets).toBe(2), { timeout: 10_000 });
});
