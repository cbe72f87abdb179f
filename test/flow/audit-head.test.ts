/** The signed head of the audit chain is posted once a day, whoever looks first, and can be read back. */
import { expect, test } from 'vitest';
import { makeAuditKey, readAuditKey, readSignedHead } from '../../src/core/signed-head.ts';
import { postHead } from '../../src/flow/audit-head.ts';
import { openTestHouse } from './test-house.ts';

test('once a day, by however many replicas, and never of an empty chain', async () => {
  let now = new Date('2026-03-02T08:00:00.000Z');
  const house = await openTestHouse({ now: () => now });
  const { privateKey, publicKey } = makeAuditKey();
  const key = readAuditKey(privateKey);
  const tick = () => Promise.all([1, 2].map(() => postHead(house.services, key, 'test:T1:C0AUDIT')));
  const posted = () => house.surface.posts.filter((post) => post.thread.startsWith('test:T1:C0AUDIT'));

  await tick();
  expect(posted()).toHaveLength(0);
  await house.answer((await house.say('freeze because we test')).thread);
  await tick();
  now = new Date('2026-03-02T23:00:00.000Z');
  await tick();
  expect(posted()).toHaveLength(1);
  now = new Date('2026-03-03T00:00:00.000Z');
  await tick();
  expect(posted()).toHaveLength(2);
  const [first] = posted();
  const text = first?.reply.kind === 'words' ? first.reply.markdown : '';
  const signed = readSignedHead(text, publicKey);
  expect(signed).toMatchObject({ at: '2026-03-02T08:00:00.000Z' });
  expect((await house.store.audit.find(`A${signed?.sequence}`))?.hash).toBe(signed?.hash);
  await house.close();
});
