/** Files that come with a message: what the house is told of them, and how their bytes are fetched from Slack alone. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Attachment } from '../../../src/core/attachment.ts';
import { attachmentsOf, createFetchFile } from '../../../src/surfaces/slack/files.ts';
import { isSlackAddress } from '../../../src/surfaces/slack/slack-address.ts';
import { type House, openHouse, secrets } from './house.ts';

const note = { name: 'note.txt', content: 'höhe\n' };

describe('in the workspace', () => {
  let house: House;
  afterEach(() => house.close());
  const said = async (text: string, files = [note]) => {
    await house.slack.say('U0ALICE', 'C0ENG', text, { files });
    await expect.poll(() => house.door.received.length).toBe(1);
    const [file] = house.door.received[0]?.message.files ?? [];
    if (!file) throw new Error('no file was told of');
    return file;
  };
  const fetched = (file: Attachment, most = 1000) => house.sophia.surface.fetchFile?.(file, most);

  test('a mention with a file tells of it, and its bytes can be had', async () => {
    house = await openHouse();
    const file = await said('@sophia what is this?');
    expect(file).toMatchObject({ name: 'note.txt', mime: 'text/plain', bytes: 6 });
    expect(house.door.received[0]?.message.text).toBe('what is this?');
    expect(Buffer.from((await fetched(file)) ?? []).toString()).toBe('höhe\n');
  });

  test('a file without a word in a direct message is a question about it', async () => {
    house = await openHouse();
    const direct = house.slack.workspace.people.find(({ id }) => id === 'U0ALICE')?.im ?? '';
    await house.slack.say('U0ALICE', direct, '', { files: [note] });
    await expect.poll(() => house.door.received[0]?.message.text).toBe('What is in this?');
  });

  test('files said earlier in the thread stand in its history, her own do not', async () => {
    house = await openHouse();
    const { ts } = await house.slack.say('U0BOB', 'C0ENG', 'the numbers', { files: [note] });
    const thread = `slack:T0ACME:C0ENG:${ts}`;
    await house.sophia.surface.post(
      thread,
      { kind: 'file', title: 'Mine', name: 'mine.txt', mime: 'text/plain', text: 'x' },
      'run-1/a',
    );
    const history = await house.sophia.surface.history(thread, 10);
    expect(history.flatMap((each) => each.files ?? []).map(({ name }) => name)).toEqual(['note.txt']);
  });

  test('without the scope Slack sends its sign-in page: that is no file, and what is missing is named', async () => {
    house = await openHouse({
      emulator: { scopes: ['app_mentions:read', 'channels:read', 'users:read', 'chat:write'] },
    });
    const file = await said('@sophia what is this?');
    await expect(fetched(file)).rejects.toMatchObject({
      message: 'Slack asked me to sign in.',
      hint: expect.stringContaining('files:read'),
    });
    // A page somebody shared is told apart from Slack's own.
    await expect(fetched({ ...file, mime: 'text/html' })).rejects.toMatchObject({
      message: 'Slack asked me to sign in.',
    });
  });

  test('a page somebody shared is a file like any other', async () => {
    house = await openHouse();
    const file = await said('@sophia look', [{ name: 'report.html', content: '<!DOCTYPE html><title>Report</title>' }]);
    expect(Buffer.from((await fetched(file)) ?? []).toString()).toContain('<title>Report');
  });

  test('one larger than it was said to be is given up', async () => {
    house = await openHouse();
    const file = await said('@sophia look', [{ name: 'big.txt', content: 'x'.repeat(5000) }]);
    await expect(fetched(file, 1000)).rejects.toMatchObject({ message: expect.stringContaining('larger than') });
  });
});

describe('the bot’s token', () => {
  let elsewhere: Server;
  let heard: (string | undefined)[];
  beforeEach(async () => {
    heard = [];
    elsewhere = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.end('stolen');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => elsewhere.close(() => resolve())));
  const address = () => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x`;
  const file = (to: string): Attachment => ({ id: 'F1', name: 'a', mime: 'text/plain', bytes: 1, address: to });

  test('goes to no other host, named outright or by a redirect', async () => {
    const redirecting = createServer((_, response) => response.writeHead(302, { location: address() }).end());
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    const slack = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
    const fetchFile = createFetchFile({ botToken: secrets.botToken, apiUrl: `${slack}/api/` });
    await expect(fetchFile(file(address()), 100)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(fetchFile(file(`${slack}/files-pri/a`), 100)).rejects.toMatchObject({ code: 'forbidden' });
    await new Promise<void>((resolve) => redirecting.close(() => resolve()));
    expect(heard).toEqual([]);
  });

  test.each([
    ['https://files.slack.com/files-pri/T1-F1/a.txt', true],
    ['https://acme.slack.com/files-pri/T1-F1/a.txt', true],
    ['http://files.slack.com/a', false],
    ['https://files.slack.com.evil.example/a', false],
    ['https://evilslack.com/a', false],
    ['https://files.slack.com@evil.example/a', false],
    ['https://user:pass@files.slack.com/a', false],
    ['file:///etc/passwd', false],
    ['nonsense', false],
  ])('%s is Slack’s own: %s', (to, own) => {
    expect(isSlackAddress(to, undefined)).toBe(own);
  });
});

test('what Slack hides is said, and what is no file is left out', () => {
  const told = attachmentsOf([
    { id: 'F1', mode: 'tombstone' },
    { id: 'F2', name: 'doc', is_external: true, url_private: 'https://docs.example/1' },
    { id: 'F3', name: 'x', file_access: 'check_file_info' },
    { id: 'F4', name: 'old', mode: 'hidden_by_limit' },
    { id: 'F5', name: 'bare' },
    'nonsense',
    { name: 'no id' },
  ]);
  expect(told.map(({ hidden }) => hidden)).toEqual([
    'was deleted',
    'lies outside Slack, where I cannot fetch it',
    'was shared from another workspace, and Slack does not show it to me',
    'is hidden: this workspace keeps no files of that age',
    'came without an address',
  ]);
  expect(attachmentsOf(undefined)).toEqual([]);
});
