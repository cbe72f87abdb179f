/** A command without all of its arguments: a window asks for them, and what comes back is the command. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandForm } from '../../../src/core/door.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const form: CommandForm = {
  action: 'deploy',
  title: 'deploy',
  about: 'brings a commit to an environment',
  fields: [
    { name: 'service', kind: 'text', value: '', optional: false, hint: 'a name of the services file' },
    { name: 'environment', kind: 'choice', value: '', optional: true, options: ['production', 'staging'] },
  ],
};
const opened = async () => {
  await house.slack.slash('U0ALICE', 'C0DEPLOYS', '/sophia', 'deploy');
  await house.slack.waitFor(() => house.slack.view('U0ALICE') !== null);
  return house.slack.view('U0ALICE');
};

test('the window is filled in, and the command is begun in the channel where it was typed', async () => {
  house.door.offered = form;
  const view = await opened();
  expect(view?.callback_id).toBe('command_form');
  expect(house.door.received).toEqual([]);
  const sent = await house.slack.submitView('U0ALICE', view?.id ?? '', {
    service: { value: 'web' },
    environment: { value: 'production' },
  });
  expect(sent).toEqual({ outcome: 'closed' });
  expect(house.door.fills).toMatchObject([
    {
      action: 'deploy',
      values: { service: 'web', environment: 'production' },
      jobKey: `form:${view?.id}`,
      message: {
        channel: 'slack:T0ACME:C0DEPLOYS',
        person: 'slack:T0ACME:U0ALICE',
        thread: null,
        callback: expect.any(String),
      },
    },
  ]);
});

test('what does not fit is shown under its input, and the window stays', async () => {
  house.door.offered = form;
  house.door.editAnswer = { state: 'wrong', errors: { service: 'There is no such service.' } };
  const view = await opened();
  expect(await house.slack.submitView('U0ALICE', view?.id ?? '', { service: { value: 'wob' } })).toMatchObject({
    outcome: 'errors',
    errors: { service: 'There is no such service.' },
  });
});

test('when the window cannot be opened the words are answered as they are', async () => {
  house.door.offered = form;
  house.slack.faults.failNext('views.open', 'expired_trigger_id');
  await house.slack.slash('U0ALICE', 'C0DEPLOYS', '/sophia', 'deploy');
  await vi.waitFor(() => expect(house.door.received).toMatchObject([{ message: { text: 'deploy' } }]));
});

test('a whole command opens nothing', async () => {
  await house.slack.slash('U0ALICE', 'C0DEPLOYS', '/sophia', 'deploy web');
  await vi.waitFor(() => expect(house.door.received).toHaveLength(1));
  expect(house.slack.view('U0ALICE')).toBeNull();
});
