/** kill -9 before and after every step and every external call of merge, deploy and roll-back, on SQLite. */
import { afterAll, afterEach, describe, test } from 'vitest';
import { onOneApp, type Place } from './places.ts';
import { someWereDone, stories, tell } from './stories.ts';
import { chosen } from './story.ts';

let place: Place | undefined;
afterEach(async () => {
  await place?.close();
  place = undefined;
});
afterAll(someWereDone);

describe.each(Object.entries(stories))('%s, on SQLite', (name, story) => {
  test.each(chosen)('share %i of its boundaries', async (share) => {
    place = await onOneApp(share, 'SIGKILL');
    await tell(name, story, place);
  });
});
