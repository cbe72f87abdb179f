/** Words for a run at work: each goes to one run, taken once or handed back, and none is lost between the two. */
import { expect, test } from 'vitest';
import type { Message } from '../../src/core/message.ts';
import { aDay, onEachDatabase } from './on-each-database.ts';

const thread = 'slack:T1:C1:1.2';
const said = (text: string, person = 'slack:T1:U1'): Message => ({
  surface: 'slack',
  channel: 'slack:T1:C1',
  thread,
  person,
  text,
  kind: 'words',
  audience: 'slack:T1:public',
  at: aDay.toISOString(),
});
const run = (id: string) => ({
  id,
  jobKey: `job ${id}`,
  engineId: null,
  title: id,
  requester: 'slack:T1:U1',
  channel: 'slack:T1:C1',
  audience: 'slack:T1:public',
  thread,
  state: 'running' as const,
  standing: '',
  startedAt: aDay.toISOString(),
  endedAt: null,
});
const texts = (all: { message: Message }[]) => all.map(({ message }) => message.text);

onEachDatabase((bench) => {
  test('what nobody listens to is not taken', async () => {
    expect(await bench.store.followups.offer(thread, { jobKey: 'a', message: said('hello') })).toBeNull();
  });

  test('words of the asker are taken once, in order; those of others are handed back at the end', async () => {
    const { followups, runs } = bench.store;
    await runs.register(run('r1'));
    expect(await followups.listen('r1', thread)).toBe(true);
    expect(await followups.listen('r1', thread)).toBe(true);
    for (const [key, text, person] of [
      ['a', 'one', 'slack:T1:U1'],
      ['b', 'two', 'slack:T1:U2'],
      ['c', 'three', 'slack:T1:U1'],
    ] as const)
      expect(await bench.replica.followups.offer(thread, { jobKey: key, message: said(text, person) })).toBe('r1');
    expect(await followups.offer(thread, { jobKey: 'a', message: said('one') })).toBe('r1');
    expect(texts(await followups.take('r1', 'slack:T1:U1', 2))).toEqual(['one', 'three']);
    // A replay of the same turn sees the same.
    expect(texts(await followups.take('r1', 'slack:T1:U1', 2))).toEqual(['one', 'three']);
    expect(await followups.take('r1', 'slack:T1:U1', 3)).toEqual([]);
    expect(texts(await followups.close('r1'))).toEqual(['two']);
    expect(texts(await followups.close('r1'))).toEqual(['two']);
    expect(await followups.offer(thread, { jobKey: 'd', message: said('late') })).toBeNull();
    await followups.forget('r1');
    expect(await followups.close('r1')).toEqual([]);
  });

  test('one run of a thread listens, until it has ended', async () => {
    const { followups, runs } = bench.store;
    await runs.register(run('r1'));
    await runs.register(run('r2'));
    expect(await followups.listen('r1', thread)).toBe(true);
    expect(await followups.listen('r2', thread)).toBe(false);
    await runs.end('r1', 'failed', 'broke', aDay.toISOString());
    expect(await followups.offer(thread, { jobKey: 'a', message: said('hello') })).toBeNull();
    expect(await followups.listen('r2', thread)).toBe(true);
    expect(await followups.offer(thread, { jobKey: 'b', message: said('hello') })).toBe('r2');
  });

  test('of words offered while the run closes, each is either handed back or refused', async () => {
    const { followups, runs } = bench.store;
    await runs.register(run('r1'));
    await followups.listen('r1', thread);
    const [offers, closed] = await Promise.all([
      Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          bench.replica.followups.offer(thread, { jobKey: `k${index}`, message: said(`w${index}`) }),
        ),
      ),
      followups.close('r1'),
    ]);
    const accepted = offers.filter((to) => to !== null).length;
    expect((await followups.close('r1')).length).toBe(accepted);
    expect(closed.length).toBeLessThanOrEqual(accepted);
  });
});
