/** The contract of approvals: votes form a line, a grant is spent once, and nothing counts that should not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Vote } from '../../src/core/approval.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, approval, bob, carol, entry, expiry, inTime, rule, vote } from './samples.ts';

onEachDatabase((bench) => {
  test('an approval comes back as it was opened', async () => {
    const opened = await bench.store.approvals.open(approval());
    expect(opened).toEqual(approval());
    expect(await bench.store.approvals.get('approval-1')).toEqual(approval());
    expect(await bench.store.approvals.get('approval-2')).toBeNull();
    expect(await bench.store.approvals.pending()).toEqual([approval()]);
  });

  test('hostile ids find nothing, on either database', async () => {
    for (const id of ['', '\0', '\ud800', "' OR 1=1 --"]) {
      expect(await bench.store.approvals.get(id)).toBeNull();
      expect(await bench.store.approvals.vote(id, vote(alice))).toEqual({ state: 'not found' });
    }
  });

  test('a replay that opens again gets what is there, votes included, and cannot reset it', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ quorum: 2 }) }));
    await approvals.vote('approval-1', vote(alice));
    const again = await approvals.open(approval({ expiresAt: '2030-01-01T00:00:00.000Z' }));
    expect(again).toMatchObject({ expiresAt: expiry, votes: [vote(alice)], rule: { quorum: 2 } });
    const sameCall = await approvals.open(approval({ id: 'approval-2' }));
    expect(sameCall.id).toBe('approval-1');
  });

  test('a call whose approval is void may be asked anew under a new id', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.close('approval-1', 'void', 'The head moved.');
    expect(await approvals.open(approval({ id: 'approval-2' }))).toMatchObject({ id: 'approval-2', state: 'pending' });
  });

  test('twenty replays at once open one approval', async () => {
    const stores = Array.from({ length: 20 }, (_, index) => (index % 2 ? bench.store : bench.replica));
    const opened = await Promise.all(stores.map((store) => store.approvals.open(approval())));
    expect(new Set(opened.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('an approval cannot be opened in a decided state or with votes of its own', async () => {
    const opened = await bench.store.approvals.open(approval({ state: 'approved', votes: [vote(alice)] }));
    expect(opened).toMatchObject({ state: 'pending', votes: [] });
  });

  test('the quorum approves, and a vote after it is too late', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ quorum: 2, approvers: [alice, bob, 'dan'] }) }));
    expect(await approvals.vote('approval-1', vote(alice))).toMatchObject({
      state: 'counted',
      approval: { state: 'pending', revision: 1, votes: [vote(alice)] },
    });
    expect(await approvals.vote('approval-1', vote(bob))).toMatchObject({
      state: 'counted',
      approval: { state: 'approved', revision: 2, votes: [vote(alice), vote(bob)] },
    });
    expect(await approvals.vote('approval-1', vote('dan'))).toMatchObject({
      state: 'too late',
      approval: { state: 'approved', revision: 2 },
    });
  });

  test('one person votes once, and a second yes is none', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ quorum: 2 }) }));
    const first = await approvals.vote('approval-1', vote(alice));
    expect(await approvals.vote('approval-1', vote(alice))).toMatchObject({ state: 'already voted' });
    expect(await approvals.get('approval-1')).toEqual('approval' in first ? first.approval : null);
  });

  test('who said yes may still say no while it is open, and that ends it; who said no cannot take it back', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ quorum: 2 }) }));
    await approvals.vote('approval-1', vote(alice));
    const no = { ...vote(alice, 'deny', '2026-03-02T10:06:00.000Z'), reason: 'I had not seen the diff.' };
    const denied = await approvals.vote('approval-1', no);
    expect(denied).toMatchObject({
      state: 'counted',
      approval: { state: 'denied', stateReason: 'I had not seen the diff.', votes: [no] },
    });
    expect(await approvals.get('approval-1')).toMatchObject({ state: 'denied', votes: [no] });
    expect(await approvals.vote('approval-1', vote(alice))).toMatchObject({ state: 'already voted' });
    expect(await approvals.vote('approval-1', no)).toMatchObject({ state: 'already voted' });
    expect(await approvals.get('approval-1')).toEqual('approval' in denied ? denied.approval : null);
  });

  test('a yes and a no of one person at once: the no stands, unless the yes was the last one needed', async () => {
    for (const [id, quorum] of [
      ['two', 2],
      ['one', 1],
    ] as const) {
      await bench.store.approvals.open(approval({ id, runId: id, rule: rule({ quorum }) }));
      await Promise.all([
        bench.store.approvals.vote(id, vote(alice)),
        bench.replica.approvals.vote(id, vote(alice, 'deny')),
      ]);
      const stored = await bench.store.approvals.get(id);
      expect(stored?.votes).toHaveLength(1);
      const verdict = stored?.votes[0]?.verdict;
      expect(stored?.state).toBe(verdict === 'deny' ? 'denied' : 'approved');
      if (quorum === 2) expect(verdict).toBe('deny');
    }
  });

  test('one person clicking twenty times at once counts once', async () => {
    await bench.store.approvals.open(approval({ rule: rule({ quorum: 2 }) }));
    const clicks = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? bench.store : bench.replica).approvals.vote('approval-1', vote(alice)),
    );
    const states = (await Promise.all(clicks)).map((click) => click.state);
    expect(states.filter((state) => state === 'counted')).toHaveLength(1);
    expect(states.filter((state) => state === 'already voted')).toHaveLength(19);
    expect(await bench.store.approvals.get('approval-1')).toMatchObject({ state: 'pending', votes: [vote(alice)] });
  });

  test('twenty people voting at once with a quorum of two: two count, eighteen are too late', async () => {
    const people = Array.from({ length: 20 }, (_, index) => `person-${index}`);
    await bench.store.approvals.open(approval({ rule: rule({ quorum: 2, approvers: people }) }));
    const results = await Promise.all(
      people.map((person, index) =>
        (index % 2 ? bench.store : bench.replica).approvals.vote('approval-1', vote(person)),
      ),
    );
    expect(results.filter((result) => result.state === 'counted')).toHaveLength(2);
    expect(results.filter((result) => result.state === 'too late')).toHaveLength(18);
    const reached = results.filter((result) => result.state === 'counted' && result.approval.state === 'approved');
    expect(reached).toHaveLength(1);
    const stored = await bench.store.approvals.get('approval-1');
    expect(stored).toMatchObject({ state: 'approved', revision: 2 });
    expect(stored?.votes).toHaveLength(2);
  });

  test('the first deny denies, with its reason, however many have approved', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ quorum: 2 }) }));
    await approvals.vote('approval-1', vote(alice));
    const denied = await approvals.vote('approval-1', { ...vote(bob, 'deny'), reason: 'Not on a Friday.' });
    expect(denied).toMatchObject({
      state: 'counted',
      approval: { state: 'denied', stateReason: 'Not on a Friday.' },
    });
    expect(await approvals.vote('approval-1', vote('dan'))).toMatchObject({ state: 'too late' });
  });

  test('an approving and a denying vote at once never end in both', async () => {
    await bench.store.approvals.open(approval());
    const results = await Promise.all([
      bench.store.approvals.vote('approval-1', vote(alice)),
      bench.replica.approvals.vote('approval-1', vote(bob, 'deny')),
    ]);
    expect(results.map((result) => result.state).sort()).toEqual(['counted', 'too late']);
    expect((await bench.store.approvals.get('approval-1'))?.votes).toHaveLength(1);
  });

  test('votes of strangers and of the requester do not reach the quorum', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ approvers: [alice, carol] }) }));
    await approvals.vote('approval-1', vote('slack:T0ACME:U0MALLORY'));
    await approvals.vote('approval-1', vote(carol));
    expect(await approvals.get('approval-1')).toMatchObject({ state: 'pending' });
    await approvals.vote('approval-1', vote(alice));
    expect(await approvals.get('approval-1')).toMatchObject({ state: 'approved' });
  });

  test('where the rule says so, the requester may approve', async () => {
    await bench.store.approvals.open(approval({ rule: rule({ approvers: [carol], selfApproval: true }) }));
    const voted = await bench.store.approvals.vote('approval-1', vote(carol));
    expect(voted).toMatchObject({ approval: { state: 'approved' } });
  });

  test.each([0, -1, 0.5, Number.NaN])('a quorum of %s approves nothing', async (quorum) => {
    await bench.store.approvals.open(approval({ rule: rule({ quorum }) }));
    await bench.store.approvals.vote('approval-1', vote('nobody'));
    const voted = await bench.store.approvals.vote('approval-1', vote(alice));
    expect(voted).toMatchObject({ approval: { state: 'pending' } });
  });

  test('a vote at the very instant of expiry is too late and expires the row; a millisecond before it counts', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.open(approval({ id: 'approval-2', call: '2' }));
    expect(await approvals.vote('approval-1', vote(alice, 'approve', expiry))).toMatchObject({
      state: 'too late',
      approval: { state: 'expired', votes: [], revision: 1 },
    });
    expect(await approvals.vote('approval-2', vote(alice, 'approve', '2026-03-02T10:14:59.999Z'))).toMatchObject({
      state: 'counted',
      approval: { state: 'approved' },
    });
  });

  test('times are compared as times, however they are written', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ expiresAt: '2026-03-02T12:15:00+02:00' }));
    expect(await approvals.vote('approval-1', vote(alice, 'approve', '2026-03-02T10:15:00Z'))).toMatchObject({
      state: 'too late',
    });
    await expect(approvals.vote('approval-1', vote(bob, 'approve', 'soon'))).rejects.toMatchObject({
      code: 'bad_input',
    });
  });

  test('somebody who voted before and clicks again on an overdue row expires it', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ rule: rule({ quorum: 2 }) }));
    await approvals.vote('approval-1', vote(alice));
    expect(await approvals.vote('approval-1', vote(alice, 'approve', expiry))).toMatchObject({
      state: 'too late',
      approval: { state: 'expired' },
    });
  });

  test('closing works from pending and approved, once; superseding from pending alone', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.open(approval({ id: 'approval-2', call: '2' }));
    await approvals.vote('approval-2', vote(alice));
    expect(await approvals.close('approval-1', 'superseded', 'Asked anew.')).toMatchObject({
      state: 'superseded',
      stateReason: 'Asked anew.',
      revision: 1,
    });
    expect(await approvals.close('approval-1', 'void', 'Again.')).toBeNull();
    // What somebody has approved is not taken back by a newer request.
    expect(await approvals.close('approval-2', 'superseded', 'Asked anew.')).toBeNull();
    expect(await approvals.close('approval-2', 'void', 'The head moved.')).toMatchObject({ state: 'void' });
    expect(await approvals.close('approval-3', 'void', 'No such thing.')).toBeNull();
  });

  test('consuming spends the grant and begins the deed together', async () => {
    const { approvals, ledger } = bench.store;
    await approvals.open(approval());
    expect(await approvals.consume('approval-1', entry())).toBe('spent');
    expect(await ledger.get('run-1/1')).toBeNull();
    await approvals.vote('approval-1', vote(alice));
    expect(await approvals.consume('approval-1', entry())).toBe('started');
    expect(await ledger.get('run-1/1')).toEqual(entry());
    expect(await approvals.get('approval-1')).toMatchObject({ state: 'consumed' });
    expect(await approvals.consume('approval-1', entry({ key: 'run-1/2' }))).toBe('spent');
    expect(await ledger.get('run-1/2')).toBeNull();
  });

  test('twenty consumes at once: exactly one starts, and one deed is in the ledger', async () => {
    await bench.store.approvals.open(approval());
    await bench.store.approvals.vote('approval-1', vote(alice));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? bench.store : bench.replica).approvals.consume('approval-1', entry({ key: `run-1/${index}` })),
      ),
    );
    expect(results.filter((result) => result === 'started')).toHaveLength(1);
    expect(await bench.store.ledger.byRun('run-1')).toHaveLength(1);
  });

  test('consuming and closing at once: never both', async () => {
    for (let round = 0; round < 10; round++) {
      const ids = { id: `approval-${round}`, runId: `run-${round}` };
      await bench.store.approvals.open(approval(ids));
      await bench.store.approvals.vote(ids.id, vote(alice));
      const deed = entry({ key: `${ids.runId}/1`, approvalId: ids.id, runId: ids.runId });
      const [consumed, closed] = await Promise.all([
        bench.store.approvals.consume(ids.id, deed),
        bench.replica.approvals.close(ids.id, 'stopped', 'Stop.'),
      ]);
      expect([consumed === 'started', closed !== null].filter(Boolean)).toHaveLength(1);
      expect(await bench.store.ledger.byRun(ids.runId)).toHaveLength(consumed === 'started' ? 1 : 0);
    }
  });

  test('an approval that is overdue as the deed starts is not spent', async () => {
    const { approvals, ledger } = bench.store;
    await approvals.open(approval());
    await approvals.vote('approval-1', vote(alice));
    expect(await approvals.consume('approval-1', entry({ startedAt: expiry }))).toBe('spent');
    expect(await ledger.get('run-1/1')).toBeNull();
    expect(await approvals.get('approval-1')).toMatchObject({ state: 'approved', revision: 1 });
  });

  test('a key that is in the ledger already leaves the grant unspent', async () => {
    const { approvals, ledger } = bench.store;
    await approvals.open(approval());
    await approvals.vote('approval-1', vote(alice));
    await ledger.begin(entry({ approvalId: null }));
    expect(await approvals.consume('approval-1', entry())).toBe('spent');
    expect(await approvals.get('approval-1')).toMatchObject({ state: 'approved', revision: 1 });
  });

  test.each([{ planHash: 'another plan' }, { runId: 'run-2' }, { approvalId: 'approval-2' }, { approvalId: null }])(
    'a grant does not start another deed: %j',
    async (other) => {
      const { approvals, ledger } = bench.store;
      await approvals.open(approval());
      await approvals.vote('approval-1', vote(alice));
      await expect(approvals.consume('approval-1', entry(other))).rejects.toMatchObject({ code: 'conflict' });
      expect(await approvals.get('approval-1')).toMatchObject({ state: 'approved', revision: 1 });
      expect(await ledger.get('run-1/1')).toBeNull();
    },
  );

  test('a decision stays unnoticed until the run has read it; noticing a pending one changes nothing', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.notice('approval-1');
    expect(await approvals.unnoticed()).toEqual([]);
    await approvals.vote('approval-1', vote(alice));
    expect((await approvals.unnoticed()).map((one) => one.id)).toEqual(['approval-1']);
    await approvals.notice('approval-1');
    expect(await approvals.unnoticed()).toEqual([]);
    expect(await approvals.pending()).toEqual([]);
  });

  test('a consumed grant needs no further waking', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.vote('approval-1', vote(alice));
    await approvals.consume('approval-1', entry());
    expect(await approvals.unnoticed()).toEqual([]);
  });

  test('pending ones come oldest first', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ id: 'b', call: '2', createdAt: '2026-03-02T10:00:02.000Z' }));
    await approvals.open(approval({ id: 'c', call: '3', createdAt: '2026-03-02T10:00:03.000Z' }));
    await approvals.open(approval({ id: 'a', call: '1', createdAt: '2026-03-02T10:00:01.000Z' }));
    expect((await approvals.pending()).map((one) => one.id)).toEqual(['a', 'b', 'c']);
  });

  test('of several read together each has its own votes and its own cards', async () => {
    const { approvals } = bench.store;
    const card = (id: string) => ({ thread: 'slack:T0ACME:C0DEPLOYS:1718.22', id });
    const { modelNote: _, ...silent } = approval({ id: 'a', call: '1', rule: rule({ quorum: 2 }) });
    await approvals.open(silent);
    await approvals.open(approval({ id: 'b', call: '2', rule: rule({ quorum: 2 }) }));
    await approvals.vote('a', vote(alice));
    await approvals.vote('b', vote(bob));
    await approvals.addCard('a', card('1'));
    await approvals.addCard('b', card('2'));
    const both = [
      { id: 'a', votes: [vote(alice)], cards: [card('1')] },
      { id: 'b', modelNote: 'They asked for it.', votes: [vote(bob)], cards: [card('2')] },
    ];
    expect(await approvals.pending()).toMatchObject(both);
    expect(await approvals.byRun('run-1')).toMatchObject(both);
    expect(await approvals.get('a')).not.toHaveProperty('modelNote');
    expect(await approvals.byRun('nobody')).toEqual([]);
  });

  test('cards are kept in the order they were posted, each once', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    const card = { thread: 'slack:T0ACME:C0DEPLOYS:1718.22', id: '1718.30' };
    const copy = { thread: 'slack:T0ACME:D0ALICE:1718.31', id: '1718.31' };
    await approvals.addCard('approval-1', card);
    await approvals.addCard('approval-1', copy);
    await approvals.addCard('approval-1', card);
    expect((await approvals.get('approval-1'))?.cards).toEqual([card, copy]);
    await expect(approvals.addCard('approval-2', card)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a copy is out of date from a vote, an end or a start on until what came of it is drawn', async () => {
    const { approvals } = bench.store;
    const opened = await approvals.open(approval({ rule: rule({ quorum: 2, approvers: [alice, bob] }) }));
    const card = { thread: opened.thread, id: '1718.30' };
    const copy = { thread: 'slack:T0ACME:D0ALICE:1718.31', id: '1718.31' };
    await approvals.addCard('approval-1', card);
    await approvals.addCard('approval-1', copy);
    expect(await approvals.stale()).toEqual([]);
    const stale = async () => (await bench.replica.approvals.stale()).map((one) => one.id).sort();
    const draw = async (message: typeof card) => approvals.drawn(message, await approvals.shownBy(message));

    await approvals.vote('approval-1', vote(alice));
    expect(await stale()).toEqual([card.id, copy.id]);
    await draw(card);
    expect(await stale()).toEqual([copy.id]);
    await draw(copy);
    // What was drawn is what stood before the second vote.
    const before = await approvals.shownBy(card);
    await approvals.vote('approval-1', vote(bob));
    await approvals.drawn(card, before);
    expect(await stale()).toEqual([card.id, copy.id]);
    await draw(card);
    await draw(copy);
    expect(await stale()).toEqual([]);
    await approvals.consume('approval-1', entry());
    expect(await stale()).toEqual([card.id, copy.id]);
  });

  test.each(['expired', 'superseded', 'void', 'stopped'] as const)(
    'a copy of a card that is %s is out of date',
    async (state) => {
      const { approvals } = bench.store;
      await approvals.open(approval());
      const card = { thread: approval().thread, id: '1718.30' };
      await approvals.addCard('approval-1', card);
      await approvals.close('approval-1', state, 'So it is.');
      expect(await approvals.stale()).toEqual([card]);
      // One that comes late may have been drawn before.
      await approvals.drawn(card, await approvals.shownBy(card));
      const late = { ...card, id: '1718.40' };
      await approvals.addCard('approval-1', late);
      expect(await approvals.stale()).toEqual([late]);
    },
  );

  test('a message that shows several is out of date while one of them is', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.open(approval({ id: 'approval-2', call: '2' }));
    const list = { thread: approval().thread, id: '1718.50' };
    for (const id of ['approval-1', 'approval-2']) await approvals.addCard(id, list);
    await approvals.vote('approval-1', { ...vote(alice, 'deny'), reason: 'no' });
    await approvals.close('approval-2', 'stopped', 'Stop.');
    expect(await approvals.stale()).toEqual([list]);
    const [first, second] = await approvals.shownBy(list);
    await approvals.drawn(list, [first ?? approval()]);
    expect(await approvals.stale()).toEqual([list]);
    await approvals.drawn(list, [second ?? approval()]);
    expect(await approvals.stale()).toEqual([]);
  });

  test('all that a run asked is found, and an edit that took its place is named', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval());
    await approvals.close('approval-1', 'superseded', 'Edited.', 'hash-of-edit');
    await approvals.open(approval({ id: 'approval-2', createdAt: '2026-03-02T10:00:09.000Z' }));
    await approvals.open(approval({ id: 'approval-3', runId: 'run-2' }));
    const found = await approvals.byRun('run-1');
    expect(found.map((one) => [one.id, one.edit])).toEqual([
      ['approval-1', 'hash-of-edit'],
      ['approval-2', undefined],
    ]);
  });

  test('hostile text in a reason or a note is kept without harm', async () => {
    const { approvals } = bench.store;
    await approvals.open(approval({ modelNote: "x'; DROP TABLE approvals; --\0\ud800" }));
    const denied = await approvals.vote('approval-1', { ...vote(alice, 'deny'), reason: 'a\0b\udfff' });
    expect(denied).toMatchObject({
      approval: { stateReason: 'a\uFFFDb\uFFFD', modelNote: "x'; DROP TABLE approvals; --\uFFFD\uFFFD" },
    });
  });

  test('whatever is clicked in whatever order, only enough entitled people without a deny approve', async () => {
    let round = 0;
    const people = [alice, bob, carol, 'dan', 'mallory'];
    const clicks = fc.array(
      fc.record({ person: fc.constantFrom(...people), verdict: fc.constantFrom('approve' as const, 'deny' as const) }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(clicks, fc.integer({ min: 1, max: 3 }), async (sequence, quorum) => {
        const id = `property-${round++}`;
        await bench.store.approvals.open(
          approval({ id, runId: id, rule: rule({ quorum, approvers: [alice, bob, carol, 'dan'] }) }),
        );
        const counted: Vote[] = [];
        for (const click of sequence) {
          const result = await bench.store.approvals.vote(id, { ...click, at: inTime });
          if (result.state !== 'counted') continue;
          // A no takes the place of the yes before it.
          const before = counted.findIndex((one) => one.person === click.person);
          if (before !== -1) expect(counted.splice(before, 1)[0]?.verdict + click.verdict).toBe('approvedeny');
          counted.push({ ...click, at: inTime });
        }
        const stored = await bench.store.approvals.get(id);
        const entitled = counted.filter(
          ({ person, verdict }) => verdict === 'approve' && [alice, bob, 'dan'].includes(person),
        );
        const denied = counted.some(({ verdict }) => verdict === 'deny');
        expect(stored?.votes).toEqual(counted);
        expect(new Set(counted.map(({ person }) => person)).size).toBe(counted.length);
        expect(stored?.state).toBe(denied ? 'denied' : entitled.length >= quorum ? 'approved' : 'pending');
      }),
      { numRuns: 40 },
    );
  });
});
