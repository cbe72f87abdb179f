/** Files through the real app: read and quoted for the model, what is not read said in the thread, and a file given back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pdfOf } from '../documents/pdf-sample.ts';
import { alice, deploys, eng, openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ timeoutMs: 40_000 });
}, 60_000);
afterAll(() => stage.close());

const asked = () => JSON.stringify((stage.world.openRouter?.requests ?? []).map(({ body }) => body));

test('what is attached reaches the model as data; what cannot be read is said', { timeout: 60_000 }, async () => {
  const { ts } = await stage.slack.say(alice, eng, '@sophia what do these say?', {
    files: [
      { name: 'numbers.csv', content: 'service,deploys\nweb,12\n' },
      { name: 'report.pdf', content: pdfOf('The quarter went well') },
      { name: 'backup.zip', content: 'PK' },
      { name: 'shot.png', content: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]) },
    ],
  });
  const place = { channel: eng, ts };
  await stage.driver.reply(place, ['backup.zip', 'is an archive, which I cannot read']);
  await stage.driver.reply(place, ['An AI wrote this']);
  expect(asked()).toContain('numbers.csv');
  expect(asked()).toContain('The quarter went well');
  // The rehearsal model is listed as one that reads words alone.
  expect(asked()).toContain('You cannot look at pictures');
  expect(asked()).not.toContain('image_url');
  await stage.driver.reply(place, ['this model cannot look at pictures']);
});

test('an export comes as a file, to the asker alone', { timeout: 60_000 }, async () => {
  await stage.slack.slash(alice, deploys, '/sophia', 'audit export');
  const own = stage.slack.workspace.people.find(({ id }) => id === alice)?.im ?? '';
  const found = await stage.slack.waitFor(
    ({ channels }) =>
      channels
        .find(({ id }) => id === own)
        ?.messages.some((root) => [root, ...root.replies].some((message) => message.files?.length)) === true,
    30_000,
  );
  const said = found.channels.find(({ id }) => id === own)?.messages.flatMap((root) => [root, ...root.replies]) ?? [];
  const [file] = said.flatMap((message) => message.files ?? []);
  expect(file).toMatchObject({ name: expect.stringMatching(/^audit-[0-9a-f]{8}\.csv$/), title: 'Audit trail (UTC)' });
  expect(stage.slack.file(String(file?.id))?.content.toString()).toMatch(
    /^reference,at,kind,by,action,facts,texts,hash\r\n/,
  );
});
