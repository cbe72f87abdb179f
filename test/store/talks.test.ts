/** The contract of quiet talks: each is taken by one, found again when its words change, and rows made from others never outlive them. */
import { expect, test } from 'vitest';
import { stored } from '../memory/samples.ts';
import { onEachDatabase } from './on-each-database.ts';

const eng = 'slack:T0ACME:C0ENG';
const at = (minute: number) => new Date(Date.parse('2026-03-02T09:00:00.000Z') + minute * 60_000).toISOString();
const look = { quiet: at(20), since: at(-100), now: at(30), until: at(40), owner: 'a' };
const row = (id: string, minute: number, over: Parameters<typeof stored>[2] = {}) =>
  stored(id, `words of ${id}`, { at: at(minute), thread: `${eng}:1`, ...over });

onEachDatabase((bench) => {
  const rows = () => bench.store.memories;
  const talks = () => bench.store.talks;

  test('of many at once one gets a talk', async () => {
    await rows().put([row('1', 0), row('2', 5)], '1');
    const taken = await Promise.all([
      talks().take(look),
      bench.replica.talks.take({ ...look, owner: 'b' }),
      talks().take({ ...look, owner: 'c' }),
    ]);
    expect(taken.filter((one) => one !== null)).toEqual([{ talk: `${eng}:1`, through: at(5) }]);
  });

  test('bursts and threads are talks, the longest waiting first; what is too young or too old is none', async () => {
    await rows().put(
      [
        row('burst 1', 1, { talk: `${eng}@1`, thread: `${eng}:11` }),
        row('burst 2', 2, { talk: `${eng}@1`, thread: `${eng}:12` }),
        row('reply', 3, { thread: `${eng}:11` }),
        row('young', 25, { thread: `${eng}:3` }),
        row('old', -200, { thread: `${eng}:4` }),
        row('drawn', 0, { thread: `${eng}:5`, kind: 'fact' }),
      ],
      '1',
    );
    const found = [await talks().take(look), await talks().take(look), await talks().take(look)];
    expect(found).toEqual([{ talk: `${eng}@1`, through: at(2) }, { talk: `${eng}:11`, through: at(3) }, null]);
    expect((await rows().said(`${eng}:11`, 10)).map((one) => one.id)).toEqual(['burst 1', 'reply']);
    expect((await rows().said(`${eng}@1`, 1)).map((one) => one.id)).toEqual(['burst 2']);
  });

  test('what was taken in is taken again only when its words change or more are said', async () => {
    await rows().put([row('1', 0), row('2', 5)], '1');
    const due = await talks().take(look);
    if (!due) throw new Error('none was due');
    await talks().done(due, 'a', { kept: 2, chatter: 1 });
    expect(await talks().take(look)).toBeNull();
    // The same row again is nothing new.
    await rows().put([row('2', 5)], '1');
    expect(await talks().take(look)).toBeNull();
    await rows().put([row('2', 5, { text: 'other words' })], '1');
    expect(await talks().take(look)).not.toBeNull();
    await talks().done(due, 'a', { kept: 1 });
    await rows().forget({ ids: ['1'] });
    expect(await talks().take(look)).not.toBeNull();
    await talks().done(due, 'a', {});
    await rows().put([row('3', 10)], '1');
    expect(await talks().take(look)).toMatchObject({ through: at(10) });
    expect(await talks().tally()).toMatchObject({ kept: 3, chatter: 1, secret: 0 });
  });

  test('a failure is counted, and waits', async () => {
    await rows().put([row('1', 0)], '1');
    const due = await talks().take(look);
    if (!due) throw new Error('none was due');
    expect(await talks().failed(due, 'a', at(35))).toBe(1);
    expect(await talks().take(look)).toBeNull();
    expect(await talks().take({ ...look, now: at(36), owner: 'b' })).not.toBeNull();
    expect(await talks().failed(due, 'somebody else', at(50))).toBe(0);
  });

  test('rows are made from others only while these stand as they were read', async () => {
    const [one, two] = [row('1', 0), row('2', 5)];
    await rows().put([one, two], '1');
    const fact = row('fact', 5, { kind: 'fact', sources: ['1', '2'], trust: 'derived' });
    const ids = async () => (await rows().get(['fact'], [eng], at(30))).length;
    expect(await rows().derive([fact], [one, { ...two, text: 'something else' }], '1')).toBe(false);
    expect(await rows().derive([fact], [one, { ...two, acl: 'slack:T0ACME:public' }], '1')).toBe(false);
    expect(await ids()).toBe(0);
    expect(await rows().derive([fact], [one, two], '1')).toBe(true);
    expect(await ids()).toBe(1);
    await rows().put([{ ...two, text: 'edited' }], '1');
    expect(await ids()).toBe(0);
    await rows().forget({ ids: ['1'] });
    expect(await rows().derive([fact], [one], '1')).toBe(false);
  });

  test('what a person had forgotten is not made again', async () => {
    const one = row('1', 0);
    await rows().put([one], '1');
    const fact = row('fact', 5, { kind: 'fact', sources: ['1'], trust: 'quarantined' });
    await rows().derive([fact], [one], '1');
    expect(await rows().forget({ ids: ['fact'] })).toEqual(['fact']);
    expect(
      await rows().derive([fact, row('other', 5, { kind: 'fact', sources: ['1'], trust: 'derived' })], [one], '1'),
    ).toBe(true);
    expect((await rows().page(0, 10)).rows.map((kept) => kept.id)).toEqual(['1', 'other']);
    // What was said itself may be said again.
    await rows().forget({ ids: ['1'] });
    await rows().put([one], '1');
    expect((await rows().page(0, 10)).rows.map((kept) => kept.id)).toEqual(['1']);
  });

  test('forgetting and deriving at the same time leave nothing behind', async () => {
    for (let round = 0; round < 10; round++) {
      const one = row(`source ${round}`, 0);
      await rows().put([one], '1');
      const fact = row(`fact ${round}`, 5, { kind: 'fact', sources: [one.id], trust: 'derived' });
      await Promise.all([rows().forget({ ids: [one.id] }), bench.replica.memories.derive([fact], [one], '1')]);
      expect(await rows().get([fact.id], [eng], at(30))).toEqual([]);
    }
  });
});
