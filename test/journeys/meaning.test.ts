/** With an embeddings model and Qdrant, here emulated ones, what is meant alike is recalled though no word is the same, and never by those who may not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createQdrantEmulator, type QdrantEmulator } from '../../src/emulators/qdrant/index.ts';
import { acmeWorkspace } from '../../src/emulators/slack/workspace.ts';
import { alice, bob, carol, eng, openStage, random, type Stage } from './stage.ts';

const leads = 'C0LEADS';

let stage: Stage;
let qdrant: QdrantEmulator;
beforeAll(async () => {
  qdrant = await createQdrantEmulator();
  const secret = { id: leads, name: 'leads', members: [alice, carol, 'U0SOPHIA'], topic: 'Few', isPrivate: true };
  stage = await openStage({
    environment: {
      SOPHIA_LISTEN: 'invited',
      SOPHIA_EMBEDDINGS_MODEL: 'test/embeddings',
      SOPHIA_EMBEDDINGS_DIMENSIONS: '64',
      QDRANT_URL: qdrant.url,
      QDRANT_API_KEY: qdrant.apiKey,
    },
    slack: { channels: [...acmeWorkspace.channels, secret] },
  });
});
afterAll(async () => {
  await stage.close();
  await qdrant.close();
});

async function recalled(person: string, channel: string, question: string, expected: RegExp | string): Promise<string> {
  const place = await stage.driver.command(person, channel, `/sophia recall ${question}`);
  return JSON.stringify(await stage.driver.reply(place, [expected]));
}
/** By what stands in Qdrant: hashed words and a vector, never the text. */
const indexed = (count: number) =>
  expect
    .poll(() => (JSON.parse(qdrant.dump('sophia_memory')) as unknown[]).length, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(count);

test('what was said of automobiles is recalled when somebody asks about vehicles', async () => {
  await stage.slack.say(carol, eng, 'automobile bookings go through Jennifer');
  await indexed(1);
  await recalled(alice, random, 'vehicle', 'Jennifer');
});

test('meaning opens no door: what was said in a private channel stays there', async () => {
  await stage.slack.say(alice, leads, 'our biggest client leaves in May');
  await indexed(2);
  expect(qdrant.dump('sophia_memory')).not.toContain('biggest');
  await recalled(carol, leads, 'customer', 'leaves in May');
  for (const [person, channel] of [
    [carol, random],
    [bob, 'D0BOB'],
  ] as const)
    expect(await recalled(person, channel, 'customer', /Remembered|Nothing is remembered/)).not.toContain('May');
});
