/** Fly's limits are kept before Fly has to refuse. */
import { expect, test } from 'vitest';
import { actionRate, createPace, getMachineRate } from '../../../src/connectors/fly/pace.ts';

function frozenClock() {
  const clock = {
    time: 0,
    pauses: [] as number[],
    now: () => clock.time,
    async pause(milliseconds: number) {
      clock.pauses.push(milliseconds);
      clock.time += milliseconds;
    },
  };
  return clock;
}

test('three at once, then one a second, for each action and machine by itself', async () => {
  const clock = frozenClock();
  const pace = createPace(clock);
  for (let call = 0; call < 3; call++) await pace('update a', actionRate);
  await pace('update b', actionRate);
  expect(clock.pauses).toEqual([]);
  await pace('update a', actionRate);
  await pace('update a', actionRate);
  expect(clock.pauses).toEqual([1_000, 1_000]);
});

test('time without requests fills the bucket again, but not beyond its burst', async () => {
  const clock = frozenClock();
  const pace = createPace(clock);
  for (let call = 0; call < 10; call++) await pace('get a', getMachineRate);
  clock.time += 60_000;
  for (let call = 0; call < 10; call++) await pace('get a', getMachineRate);
  expect(clock.pauses).toEqual([]);
  await pace('get a', getMachineRate);
  expect(clock.pauses).toEqual([200]);
});

test('requests made at the same moment queue up instead of going together', async () => {
  const clock = frozenClock();
  const waits: number[] = [];
  const pace = createPace({ now: () => 0, pause: async (milliseconds) => void waits.push(milliseconds) });
  await Promise.all(Array.from({ length: 6 }, () => pace('stop a', actionRate)));
  expect(waits).toEqual([1_000, 2_000, 3_000]);
  expect(clock.pauses).toEqual([]);
});
