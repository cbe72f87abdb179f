/** The same with two replicas on one Postgres: when one dies the other takes its runs over. */
import { afterAll, afterEach, describe, test } from 'vitest';
import { onTwoReplicas, type Place, server } from './places.ts';
import { someWereDone, stories, tell } from './stories.ts';
import { chosen } from './story.ts';

let place: Place | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});

describe.skipIf(!server)('two replicas on Postgres (set TEST_DATABASE_URL to run)', () => {
  afterAll(someWereDone);
  describe.each(Object.entries(stories))('%s', (name, story) => {
    test.each(chosen)('share %i of its boundaries', async (share) => {
      place = await onTwoReplicas(share, 'SIGKILL');
      await tell(name, story, place);
    });
  });
});
