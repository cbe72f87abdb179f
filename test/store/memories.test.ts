/** The contract of the memory record: read under access tokens only, and gone with all that was made from it when forgotten. */
import { expect, test } from 'vitest';
import { stored } from '../memory/samples.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, asked, bob } from './samples.ts';

const eng = ['slack:T0ACME:C0ENG'];
const later = '2030-01-01T00:00:00.000Z';

onEachDatabase((bench) => {
  const rows = () => bench.store.memories;
  const ids = async (wanted: string[], acls = eng, now = asked) =>
    (await rows().get(wanted, acls, now)).map((row) => row.id).sort();

  test('a row comes back whole', async () => {
    const own = stored('1', 'We deploy on Mondays.', {
      person: null,
      thread: null,
      tainted: false,
      kind: 'fact',
      trust: 'kept',
      speaker: 'Alice',
      channel: 'slack:T0ACME:C0ENG',
      origin: 'slack:T0ACME:C0ENG:1.1',
      link: 'https://acme.slack.com/archives/C0ENG/p11',
      talk: 'slack:T0ACME:C0ENG@2026-03-02T10:00:00.000Z',
      subject: bob,
      sources: ['a', 'b'],
      expiresAt: later,
    });
    await rows().put([own], '1');
    expect(await rows().get(['1'], eng, asked)).toEqual([own]);
  });

  test('without its token, after its time and in quarantine a row is not read', async () => {
    await rows().put(
      [
        stored('mine', 'deploy'),
        stored('foreign', 'deploy', { acl: 'slack:T0ACME:D0BOB' }),
        stored('old', 'deploy', { expiresAt: asked }),
        stored('doubtful', 'deploy', { trust: 'quarantined' }),
      ],
      '1',
    );
    const all = ['mine', 'foreign', 'old', 'doubtful'];
    expect(await ids(all)).toEqual(['mine']);
    expect(await ids(all, [])).toEqual([]);
    expect(await rows().expire(asked, 10)).toEqual(['old']);
    expect(await rows().count()).toBe(3);
  });

  test('what is forgotten goes with everything made from it, and is noted for the index', async () => {
    await rows().put(
      [
        stored('said', 'zanzibar'),
        stored('fact', 'zanzibar is warm', { kind: 'fact', person: null, sources: ['said'] }),
        stored('summary', 'on zanzibar', { kind: 'summary', person: null, sources: ['fact', 'other'] }),
        stored('other', 'zanzibar', { person: bob }),
      ],
      '1',
    );
    expect((await rows().forget({ person: alice })).sort()).toEqual(['fact', 'said', 'summary']);
    expect((await rows().removals(10)).sort()).toEqual(['fact', 'said', 'summary']);
    await rows().removed(['fact', 'said', 'summary']);
    expect(await rows().removals(10)).toEqual([]);
    expect(await bench.raw('select id from memories')).toEqual([{ id: 'other' }]);
    expect(await bench.raw('select * from memory_sources')).toEqual([]);
  });

  test('forgetting by person takes what is about them too; everything named must fit', async () => {
    await rows().put(
      [
        stored('1', 'x', { person: bob, thread: 'one' }),
        stored('2', 'x', { person: bob, thread: 'other' }),
        stored('3', 'x', { subject: bob }),
        stored('4', 'x', { origin: 'github:acme/web/src/a.ts#f' }),
        stored('5', 'x', { origin: 'github:acme/web/src/a.tsx#f' }),
      ],
      '1',
    );
    expect(await rows().forget({ person: bob, thread: 'other' })).toEqual(['2']);
    expect((await rows().forget({ person: bob })).sort()).toEqual(['1', '3']);
    expect(await rows().forget({ originPrefix: 'github:acme/web/src/a.ts#' })).toEqual(['4']);
    expect(await rows().forget({ thread: 'nowhere' })).toEqual([]);
    expect(await rows().forget({ ids: [] })).toEqual([]);
  });

  test('forgetting nothing in particular is refused: it would forget everything', async () => {
    await rows().put([stored('1', 'deploy')], '1');
    await expect(rows().forget({})).rejects.toMatchObject({ code: 'bad_input' });
    await expect(rows().forget({ kind: 'message' })).rejects.toMatchObject({ code: 'bad_input' });
    expect(await rows().count()).toBe(1);
  });

  test('a channel that changes its audience takes its rows along, and what was made from them goes', async () => {
    const channel = 'slack:T0ACME:C0ENG';
    await rows().put(
      [
        stored('1', 'x', { acl: 'slack:T0ACME:public', channel }),
        stored('2', 'x', { acl: 'slack:T0ACME:public', channel: 'slack:T0ACME:C0OTHER' }),
        stored('fact', 'x', { acl: 'slack:T0ACME:public', kind: 'fact', sources: ['1', '2'] }),
      ],
      '1',
    );
    expect(await rows().move(channel, channel, 'private')).toEqual(['1']);
    expect(await ids(['1', '2', 'fact'], ['slack:T0ACME:public'])).toEqual(['2']);
    expect(await ids(['1'], [channel])).toEqual(['1']);
    expect(await bench.store.textIndex.find({ words: ['x'], acls: [channel], limit: 5 })).toEqual(['1']);
  });

  test('where rows stand in their talks is told under tokens only', async () => {
    await rows().put(
      [
        stored('root', 'x', { thread: 't', talk: 'burst', at: '2026-01-01T00:00:00.000Z' }),
        stored('reply', 'x', { thread: 't', at: '2026-01-01T00:01:00.000Z' }),
        stored('next', 'x', { thread: 'u', talk: 'burst', at: '2026-01-01T00:02:00.000Z' }),
        stored('foreign', 'x', { thread: 't', acl: 'elsewhere' }),
      ],
      '1',
    );
    const around = async (talks: string[], acls = eng) =>
      (await rows().around(talks, acls, 10)).map((row) => row.id).sort();
    expect(await around(['t'])).toEqual(['reply', 'root']);
    expect(await around(['t', 'burst'])).toEqual(['next', 'reply', 'root']);
    expect(await around(['t'], [])).toEqual([]);
  });

  test('what an index has still to learn is told until it has learnt it', async () => {
    await rows().put([stored('1', 'x'), stored('2', 'y')], '1');
    const waiting = async () => (await rows().unindexed('qdrant', 10)).map((row) => row.id);
    expect(await waiting()).toEqual(['1', '2']);
    await rows().indexed(['1'], 'qdrant');
    expect(await waiting()).toEqual(['2']);
    await rows().put([stored('1', 'changed')], '1');
    expect(await waiting()).toEqual(['1', '2']);
    await rows().indexed(['1', '2'], 'qdrant');
    await rows().unindex();
    expect(await waiting()).toEqual(['1', '2']);
  });

  test('rows with words of another version are told, and pages follow the storing order', async () => {
    await rows().put([stored('1', 'x')], '0');
    await rows().put([stored('2', 'y')], '1');
    expect((await rows().outdated('1', 10)).map((row) => row.id)).toEqual(['1']);
    const first = await rows().page(0, 1);
    const second = await rows().page(first.last, 5);
    expect([...first.rows, ...second.rows].map((row) => row.id)).toEqual(['1', '2']);
    expect((await rows().page(second.last, 5)).rows).toEqual([]);
  });

  test('scrubbing harms nothing that is kept', async () => {
    await rows().put([stored('1', 'deploy')], '1');
    await rows().scrub();
    expect(await ids(['1'])).toEqual(['1']);
  });
});
