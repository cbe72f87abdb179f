/** Whoever reaches past the house into the audit table: any change of any column of any row shows, whatever they write there. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEachDatabase } from './on-each-database.ts';
import { alice, asked } from './samples.ts';

const columns = [
  'sequence',
  'reference',
  'kind',
  'at',
  'run_id',
  'person',
  'action',
  'approval_id',
  'facts',
  'text_hashes',
  'previous',
  'hash',
] as const;
const length = 6;
const quoted = (value: unknown) =>
  value === null ? 'null' : typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;

onEachDatabase((bench) => {
  async function chain(): Promise<Record<string, unknown>[]> {
    for (let index = 1; index <= length; index++)
      await bench.store.audit.append({
        kind: index % 2 ? 'asked' : 'voted',
        at: asked,
        runId: 'run-1',
        person: alice,
        action: 'merge',
        approvalId: 'a1',
        facts: { index },
      });
    return bench.raw('select * from audit order by sequence');
  }
  const state = async () => (await bench.store.audit.verify()).state;

  test('any single column of any row, changed to anything, is found', async () => {
    const rows = await chain();
    const other = fc.oneof(
      fc.string(),
      fc.json(),
      // What stands in another row of the same column passes for the most.
      fc.constant({ of: 'another row' } as const),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...columns),
        fc.nat(length - 1),
        fc.nat(length - 1),
        other,
        fc.integer({ min: -5, max: 99 }),
        async (column, at, from, value, number) => {
          const before = rows[at]?.[column];
          const text = typeof value === 'object' ? rows[from]?.[column] : value;
          const after = column === 'sequence' ? number : text;
          fc.pre(after !== before && !(column === 'sequence' && number >= 1 && number <= length));
          // The database itself refuses two rows of one reference.
          fc.pre(!(column === 'reference' && rows.some((row) => row.reference === after)));
          const where = (sequence: unknown) => `where sequence = ${quoted(sequence)}`;
          await bench.raw(`update audit set ${column} = ${quoted(after)} ${where(rows[at]?.sequence)}`);
          expect(await state(), `${column} of A${at + 1}: ${before} → ${after}`).toBe('broken');
          const now = column === 'sequence' ? after : rows[at]?.sequence;
          await bench.raw(`update audit set ${column} = ${quoted(before)} ${where(now)}`);
        },
      ),
      { numRuns: 80 },
    );
    expect(await state()).toBe('whole');
  });

  test('any two rows that change places are found, with their references and links put right too', async () => {
    const rows = await chain();
    const places = fc.tuple(fc.nat(length - 1), fc.nat(length - 1), fc.boolean()).filter(([one, two]) => one !== two);
    const put = (row: Record<string, unknown> | undefined, sequence: number, over: Record<string, unknown>) => {
      const set = Object.entries({ ...row, ...over, sequence }).map(([name, value]) => `${name} = ${quoted(value)}`);
      return bench.raw(`update audit set ${set.join(', ')} where sequence = ${sequence + 100}`);
    };
    await fc.assert(
      fc.asyncProperty(places, async ([one, two, mended]) => {
        const link = (at: number) => (mended ? { reference: `A${at + 1}`, previous: rows[at]?.previous } : {});
        const aside = `update audit set sequence = sequence + 100, reference = 'x' || sequence where sequence in (${one + 1}, ${two + 1})`;
        await bench.raw(aside);
        await put(rows[two], one + 1, link(one));
        await put(rows[one], two + 1, link(two));
        expect(await state()).toBe('broken');
        await bench.raw(aside);
        await put(rows[one], one + 1, {});
        await put(rows[two], two + 1, {});
      }),
      { numRuns: 30 },
    );
    expect(await state()).toBe('whole');
  });

  test('any rows taken out are found, those of the end too while the head is as it was', async () => {
    await chain();
    const some = fc.uniqueArray(fc.integer({ min: 1, max: length }), { minLength: 1, maxLength: length });
    await fc.assert(
      fc.asyncProperty(some, async (gone) => {
        const which = gone.join(', ');
        const kept = await bench.raw(`select * from audit where sequence in (${which})`);
        await bench.raw(`delete from audit where sequence in (${which})`);
        expect(await bench.store.audit.verify()).toMatchObject({ state: 'broken', sequence: Math.min(...gone) });
        for (const row of kept)
          await bench.raw(
            `insert into audit (${Object.keys(row).join(', ')}) values (${Object.values(row).map(quoted).join(', ')})`,
          );
      }),
      { numRuns: 25 },
    );
  });

  test('a tail cut off together with the head row looks whole by itself, and not against any head kept before', async () => {
    const rows = await chain();
    for (let end = length - 1; end >= 1; end--) {
      await bench.raw(`delete from audit where sequence > ${end}`);
      await bench.raw(`update audit_head set sequence = ${end}, hash = ${quoted(rows[end - 1]?.hash)}`);
      expect(await state()).toBe('whole');
      for (const kept of rows.slice(end)) expect(await bench.store.audit.find(String(kept.reference))).toBeNull();
    }
    // Grown again to the same length it is another chain.
    for (let index = 2; index <= length; index++)
      await bench.store.audit.append({
        kind: 'voted',
        at: asked,
        runId: 'run-1',
        person: alice,
        action: 'merge',
        approvalId: 'a1',
        facts: { index: index * 10 },
      });
    expect(await state()).toBe('whole');
    expect((await bench.store.audit.find(`A${length}`))?.hash).not.toBe(rows.at(-1)?.hash);
  });
});
