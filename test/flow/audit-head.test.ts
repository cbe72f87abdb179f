/** The signed head of the audit chain: posted once a day by whoever looks first, of a whole chain only, and read back. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAuditKey, readAuditKey, readSignedHead } from '../../src/core/signed-head.ts';
import { dailyHead } from '../../src/flow/audit-head.ts';
import { alice, bob, openTestHouse, type TestHouse } from './test-house.ts';

const { privateKey, publicKey } = makeAuditKey();
const key = readAuditKey(privateKey);
let house: TestHouse;
let now: Date;
let logged: string[];
let verified: number;
beforeEach(async () => {
  now = new Date('2026-03-02T08:00:00.000Z');
  logged = [];
  verified = 0;
  house = await openTestHouse({ now: () => now });
});
afterEach(() => house.close());

/** One process: it keeps what it has done today for itself. */
function replica() {
  const keep = (level: string) => (_facts: unknown, message: unknown) => void logged.push(`${level}: ${message}`);
  const log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  const verify = () => {
    verified++;
    return house.store.audit.verify();
  };
  const audit = { ...house.services.audit, verify };
  return dailyHead({ ...house.services, audit, log: log as never }, key, 'test:T1:C0AUDIT');
}
const posted = () => house.surface.posts.filter((post) => post.thread.startsWith('test:T1:C0AUDIT'));
const words = (index: number) => {
  const reply = posted()[index]?.reply;
  return reply?.kind === 'words' ? reply.markdown : '';
};
const write = async () => house.answer((await house.say('freeze because we test')).thread);
const forge = (statement: string) => {
  const file = new DatabaseSync(join(house.directory, 'sophia.db'), { enableForeignKeyConstraints: false });
  file.exec(statement);
  file.close();
};

test('once a day, by however many replicas, and never of an empty chain', async () => {
  const [one, other] = [replica(), replica()];
  const tick = () => Promise.all([one(), other()]);
  await tick();
  expect(posted()).toHaveLength(0);
  await write();
  await tick();
  now = new Date('2026-03-02T23:00:00.000Z');
  await tick();
  expect(posted()).toHaveLength(1);
  now = new Date('2026-03-03T00:00:00.000Z');
  await tick();
  expect(posted()).toHaveLength(2);
  const signed = readSignedHead(words(0), publicKey);
  expect(signed).toMatchObject({ at: '2026-03-02T08:00:00.000Z' });
  expect((await house.store.audit.find(`A${signed?.sequence}`))?.hash).toBe(signed?.hash);
});

test('a process walks the chain and says so once a day, however often it is called', async () => {
  await write();
  const tick = replica();
  for (let hour = 8; hour < 24; hour++) {
    now = new Date(`2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`);
    await tick();
  }
  expect(verified).toBe(1);
  expect(logged).toEqual(['info: the audit trail is whole, and today has its signed head']);
});

test('what could not be posted is tried again, and only then is the day done', async () => {
  await write();
  const tick = replica();
  const { announce } = house.surface;
  house.surface.announce = async () => {
    throw new Error('Slack is down');
  };
  await expect(tick()).rejects.toThrow('Slack is down');
  expect(logged).toEqual([]);
  house.surface.announce = announce;
  await tick();
  expect(posted()).toHaveLength(1);
  expect(logged).toHaveLength(1);
});

test('a broken chain is never signed: admins and the channel are told where, once a day', async () => {
  await write();
  await write();
  forge(`update audit set person = 'mallory' where sequence = 2`);
  const [one, other] = [replica(), replica()];
  for (const at of ['2026-03-02T08:00:00.000Z', '2026-03-02T09:00:00.000Z', '2026-03-03T09:00:00.000Z']) {
    now = new Date(at);
    await Promise.all([one(), other()]);
  }
  const told = house.surface.posts.filter((post) => post.sendId.startsWith('audit-broken/'));
  expect(told.map((post) => `${post.to ?? 'channel'} ${post.sendId.split('/')[1]}`).sort()).toEqual(
    [alice, bob, 'channel'].flatMap((who) => [`${who} 2026-03-02`, `${who} 2026-03-03`]).sort(),
  );
  for (const { reply } of told) {
    expect(JSON.stringify(reply)).toContain('broken at A2: its content was changed');
    expect(readSignedHead(JSON.stringify(reply), publicKey)).toBeNull();
  }
  expect(house.surface.posts.some((post) => JSON.stringify(post.reply).includes('sophia-audit-head'))).toBe(false);
  expect(logged.filter((line) => line.startsWith('error'))).toHaveLength(4);
});

test('once it is put right, the same day still gets its head', async () => {
  await write();
  forge(`update audit set reference = 'A9' where sequence = 1`);
  const tick = replica();
  await tick();
  expect(words(0)).toContain('broken');
  forge(`update audit set reference = 'A1' where sequence = 1`);
  await tick();
  expect(readSignedHead(words(1), publicKey)).not.toBeNull();
});

test('nobody being reached does not stop the others from being told', async () => {
  await write();
  forge('delete from audit_head');
  const { tell } = house.surface;
  house.surface.tell = async (person, ...rest) => {
    if (person === alice) throw new Error('gone');
    return tell.call(house.surface, person, ...rest);
  };
  await replica()();
  expect(house.surface.posts.filter((post) => post.to).map((post) => post.to)).toEqual([bob]);
  expect(logged.filter((line) => line.startsWith('warn'))).toHaveLength(1);
});
