/** No secret gets into the audit trail, whoever typed it and wherever it stands: nobody could take it out again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/core/action.ts';
import type { AuditEntry } from '../../src/core/audit.ts';
import { SophiaError } from '../../src/core/error.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { reportBroken } from '../../src/flow/broken.ts';
import { withoutSecrets } from '../../src/flow/written.ts';
import { createRedact } from '../../src/kit/redact.ts';
import { alice, bob, carol, counterActions, openTestHouse, type TestHouse } from './test-house.ts';

let house: TestHouse | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

test('an entry keeps its shape and loses every secret, in names, facts at any depth and texts', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 40 });
  const around = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(secret, around, around, fc.jsonValue({ maxDepth: 2 }), (live, before, after, other) => {
      const text = `${before}${live}${after}`;
      const entry: AuditEntry = {
        kind: 'asked',
        at: '2026-03-02T10:00:00.000Z',
        runId: 'run-1',
        person: alice,
        action: text,
        approvalId: null,
        facts: { target: text, deep: [{ [text]: [text, 1, null, true] }], other } as JsonObject,
        texts: { reason: text, [text]: 'x' },
      };
      const kept = withoutSecrets({ redact: createRedact([live]) }, entry);
      expect(JSON.stringify(kept)).not.toContain(live);
      expect(withoutSecrets({ redact: (one) => one }, entry)).toEqual(entry);
    }),
  );
});

const secret = 'sk-live-5f4dcc3b5aa765d61d83';

/** Writes with the secret in its target, its summary and its output. */
const leaky = defineAction({
  name: 'leaky_write_thing',
  description: 'writes',
  effect: 'write',
  usage: 'leak <word>',
  input: z.strictObject({ word: z.string() }),
  output: z.object({ said: z.string() }),
  plan: async ({ word }) => ({ target: `leaky:${word}`, summary: `Write ${word}`, details: [], preconditions: [] }),
  // So long that the trail keeps only its beginning, which ends within the secret.
  run: async ({ input }) => ({ said: `${'x'.repeat(4000 - '{"output":{"said":"'.length - 8)}${input.word}` }),
  deadlineMs: 1,
  reconcile: async ({ input }) => ({ state: 'unknown', evidence: `it said ${input.word}` }),
});

test('typed, said in a reason, read from outside or broken with: it stands nowhere in the trail', async () => {
  const counter = counterActions();
  const opened = await openTestHouse({ actions: [...counter.actions, leaky] });
  house = opened;
  opened.services.redact = createRedact([secret]);
  const decided = async (text: string, verdict: 'approve' | 'deny' = 'approve') => {
    const { thread } = await opened.say(text);
    const card = await opened.card(thread);
    await opened.door.decide({ approvalId: card.id, person: bob, verdict, reason: `because ${secret}` });
    return opened.answer(thread);
  };
  await opened.answer((await opened.say(`add ${secret}`)).thread);
  await opened.answer((await opened.say('x', alice, 'command', { act: { action: secret, input: {} } })).thread);
  await decided(`leak ${secret}`);
  await decided('add 2', 'deny');
  const freeze = await opened.say(`freeze because of ${secret}`, carol);
  await opened.answer(freeze.thread);
  await opened.answer((await opened.say(`leak ${secret}`)).thread);
  for (const one of await opened.store.freezes.all()) await opened.store.freezes.thaw(one);

  leaky.run = async () => {
    throw new SophiaError('timeout', 'no answer');
  };
  const lost = await decided(`leak ${secret}`);
  if (lost.kind !== 'outcome' || lost.outcome.state !== 'unknown') throw new Error(JSON.stringify(lost));
  await opened.answer((await opened.say(`settle ${lost.outcome.reference} done I saw ${secret}`, bob)).thread);

  const waiting = await opened.say(`leak ${secret}`);
  const run = await opened.store.runs.get((await opened.card(waiting.thread)).runId);
  if (!run) throw new Error('no run');
  await reportBroken(opened.services, run, `broke on ${secret}`);

  const rows = await opened.store.audit.search({}, 1000);
  expect(rows.length).toBeGreaterThan(20);
  expect(new Set(rows.map((row) => row.kind))).toEqual(
    new Set(['refused', 'planned', 'asked', 'voted', 'started', 'settled', 'closed', 'stopped']),
  );
  const trail = JSON.stringify(rows);
  expect(trail).not.toContain(secret);
  // Not its beginning either, where a text was cut.
  expect(trail).not.toContain(secret.slice(0, 8));
  expect(trail).toContain('[redacted]');
  expect(await opened.store.audit.verify()).toMatchObject({ state: 'whole' });
});

test('there is one way into the trail', () => {
  const source = resolve(import.meta.dirname, '../../src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const appending = files.filter(
    (file) => !file.startsWith('store/') && /\baudit\s*\.append\(/.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(appending).toEqual(['flow/written.ts']);
});
