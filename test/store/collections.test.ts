/** Collections on both databases: connected once for each channel, read by one process at a time, and as far as was wanted. */
import { expect, test } from 'vitest';
import { aDay, onEachDatabase } from './on-each-database.ts';

const at = aDay.toISOString();
const later = (minutes: number) => new Date(aDay.getTime() + minutes * 60_000).toISOString();
const connection = { name: 'github:acme/web', channel: 'slack:T1:C1', by: 'slack:T1:U1', at };

onEachDatabase((bench) => {
  test('connected twice it is one, wanted twice', async () => {
    const { collections } = bench.store;
    await collections.connect(connection);
    await bench.replica.collections.connect(connection);
    await collections.connect({ ...connection, channel: 'slack:T1:C2' });
    expect(await collections.list({ name: connection.name })).toHaveLength(2);
    expect(await collections.list({ channel: 'slack:T1:C1' })).toEqual([
      { ...connection, id: expect.any(String), state: null },
    ]);
    expect((await collections.claim(at, later(5)))?.wanted).toBe(2);
  });

  test('of two that claim at once one has it, until its time is over', async () => {
    await bench.store.collections.connect(connection);
    const both = await Promise.all([
      bench.store.collections.claim(at, later(5)),
      bench.replica.collections.claim(at, later(5)),
    ]);
    expect(both.filter((one) => one !== null)).toHaveLength(1);
    expect(await bench.replica.collections.claim(later(4), later(9))).toBeNull();
    await bench.store.collections.hold(both.find((one) => one !== null)?.id ?? '', later(6));
    expect(await bench.replica.collections.claim(later(5), later(10))).toBeNull();
    expect(await bench.replica.collections.claim(later(6), later(10))).not.toBeNull();
  });

  test('what was wanted while it was read is read as well', async () => {
    const { collections } = bench.store;
    await collections.connect(connection);
    const claimed = await collections.claim(at, later(5));
    await bench.replica.collections.want('github:acme/other');
    await bench.replica.collections.want(connection.name);
    await collections.settle(claimed?.id ?? '', { state: 'c1', wanted: claimed?.wanted ?? 0 });
    const again = await collections.claim(at, later(5));
    expect(again).toMatchObject({ state: 'c1', wanted: 2 });
    await collections.settle(again?.id ?? '', { state: 'c2', wanted: 2 });
    expect(await collections.claim(at, later(5))).toBeNull();
    await collections.want(null);
    expect(await collections.claim(at, later(5))).not.toBeNull();
  });

  test('versions of files belong to one connection and go with it', async () => {
    const { collections } = bench.store;
    await collections.connect(connection);
    const id = (await collections.claim(at, later(5)))?.id ?? '';
    await collections.file(id, 'a.ts', 'v1');
    await collections.file(id, 'a.ts', 'v2');
    await collections.file(id, 'b.ts', 'v1');
    await collections.file(id, 'b.ts', null);
    expect(await collections.files(id)).toEqual(new Map([['a.ts', 'v2']]));
    expect(await collections.disconnect({ channel: connection.channel })).toMatchObject([{ id }]);
    expect(await collections.files(id)).toEqual(new Map());
    expect(await collections.disconnect({ channel: connection.channel })).toEqual([]);
  });
});
