/** What is missing of a typed command, and the command that its form becomes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import { alice, channel, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse;
beforeEach(async () => {
  house = await openTestHouse({ actions: counterActions().actions });
});
afterEach(() => house.close());

const typed = (text: string, kind: Message['kind'] = 'command'): Message => ({
  surface: 'test',
  channel,
  thread: 'test:T1:C1:1',
  person: alice,
  text,
  kind,
  audience: 'test:T1:public',
  at: new Date().toISOString(),
});

test('only a command that ends too early has a form, with what was typed filled in', () => {
  expect(house.door.commandForm(typed('add'))).toMatchObject({
    action: 'counter_add_amount',
    title: 'add',
    fields: [
      { name: 'amount', kind: 'number', value: '', optional: false },
      { name: 'environment', optional: true },
    ],
  });
  expect(house.door.commandForm(typed('add 3 to'))?.fields[0]).toMatchObject({ name: 'amount', value: '3' });
  for (const text of ['add 3', 'add 3 please', 'counter', 'nothing like it', 'why does it add?'])
    expect(house.door.commandForm(typed(text)), text).toBeNull();
  expect(house.door.commandForm(typed('add', 'words'))).toBeNull();
});

test('what is filled in goes the way of a typed command: through the gate, once', async () => {
  const values = { amount: '3', environment: '' };
  expect(await house.door.fillCommand(typed(''), 'counter_add_amount', values, 'form:V1')).toMatchObject({
    state: 'asked',
  });
  await house.door.fillCommand(typed(''), 'counter_add_amount', values, 'form:V1');
  const card = await house.card('test:T1:C1:1');
  expect(card.plan.input).toEqual({ amount: 3 });
  expect(await house.store.runs.ofThread('test:T1:C1:1')).toMatchObject([{ title: 'add 3', requester: alice }]);
});

test('what does not fit is said by field; a command that is none is refused', async () => {
  const fill = (action: string, amount: string) => house.door.fillCommand(typed(''), action, { amount }, 'form:V2');
  expect(await fill('counter_add_amount', 'many')).toEqual({ state: 'wrong', errors: { amount: 'must be a number' } });
  expect(await fill('counter_add_amount', '11')).toMatchObject({
    state: 'wrong',
    errors: { amount: expect.any(String) },
  });
  expect(await fill('counter_add_amount', '')).toMatchObject({ state: 'wrong', errors: { amount: 'is missing' } });
  expect(await fill('rm_rf', '1')).toMatchObject({ state: 'refused' });
  expect(await house.store.runs.ofThread('test:T1:C1:1')).toEqual([]);
});
