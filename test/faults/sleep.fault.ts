/** SIGSTOP instead of a kill: one falls asleep at a boundary, a successor takes over, and then the sleeper wakes and goes on. */
import { afterAll, afterEach, describe, test } from 'vitest';
import { onOneApp, onTwoReplicas, type Place, server } from './places.ts';
import { someWereDone, stories, tell } from './stories.ts';
import { chosen } from './story.ts';

let place: Place | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});
afterAll(someWereDone);

/** A sleep takes seconds; the shares of kills visit the same boundaries. */
const [first = 0] = chosen;
const shares = process.env.FAULTS === 'all' ? [0, 3, 6, 9] : [first];

describe.each(Object.entries(stories))('%s', (name, story) => {
  test.each(shares)('asleep at share %i of its boundaries, alone on SQLite', async (share) => {
    place = await onOneApp(share, 'SIGSTOP');
    await tell(name, story, place);
  });
  test.skipIf(!server).each(shares)(
    'asleep at share %i of its boundaries, one of two replicas on Postgres',
    async (share) => {
      place = await onTwoReplicas(share, 'SIGSTOP');
      await tell(name, story, place);
    },
  );
});
