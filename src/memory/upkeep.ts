/** Keeps the index in step with the record: words of today's kind, rows it has not learnt, rows that are gone, meanings. */
import type { Log } from '../core/connector.ts';
import type { Embeddings } from '../core/embeddings.ts';
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import { type PlaceKind, placeKinds } from '../core/place.ts';
import type { RecallIndex } from '../core/recall-index.ts';
import { searchWords } from './prepare.ts';
import { wordsVersion } from './words.ts';

const rowsAtOnce = 200;
const sweepMs = 3_600_000;
/** Models take this many texts, of this length, in one request. */
const textsAtOnce = 64;
const longestText = 8_000;

export type UpkeepOptions = {
  rows: MemoryRows;
  /** Null when the full text of the store is all there is. */
  outside: RecallIndex | null;
  embeddings: Embeddings | null;
  /** How long words are kept now, also those that were given another time. */
  days?: Record<PlaceKind, number>;
  now: () => Date;
  log: Log;
};

export type Upkeep = {
  /** One round; true when there may be more to do at once. Each part fails by itself. */
  round(): Promise<boolean>;
  /** Makes everything anew, or goes on where a rebuild stopped. */
  reindex(options: { fresh: boolean; progress(done: number, all: number): void }): Promise<void>;
};

export function createUpkeep({ rows, outside, embeddings, days, now, log }: UpkeepOptions): Upkeep {
  async function expire(): Promise<boolean> {
    return (await rows.expire(now().toISOString(), rowsAtOnce)).length >= rowsAtOnce;
  }

  let sweptAt = 0;
  /** A time of keeping that was made shorter holds for what is there already. */
  async function outlive(): Promise<boolean> {
    if (!days || now().getTime() - sweptAt < sweepMs) return false;
    for (const place of placeKinds) {
      const before = new Date(now().getTime() - days[place] * 86_400_000).toISOString();
      if ((await rows.outlive(place, before, rowsAtOnce)).length >= rowsAtOnce) return true;
    }
    await rows.checkpoint();
    sweptAt = now().getTime();
    return false;
  }

  async function reword(): Promise<boolean> {
    const old = await rows.outdated(wordsVersion, rowsAtOnce);
    await rows.put(
      old.map((row) => ({ ...row, words: searchWords(row) })),
      wordsVersion,
    );
    return old.length >= rowsAtOnce;
  }

  async function unlearn(): Promise<boolean> {
    const gone = await rows.removals(rowsAtOnce);
    if (gone.length === 0) return false;
    await outside?.remove(gone);
    await rows.removed(gone);
    return gone.length >= rowsAtOnce;
  }

  async function mean(): Promise<boolean> {
    if (!embeddings) return false;
    const some = await rows.unembedded(embeddings.model, textsAtOnce);
    if (some.length === 0) return false;
    const vectors = await embeddings.embed(some.map((row) => row.text.slice(0, longestText)));
    await rows.embed(
      embeddings.model,
      some.flatMap((row, index) => (vectors[index] ? [{ id: row.id, vector: vectors[index] }] : [])),
    );
    return some.length >= textsAtOnce;
  }

  async function learn(): Promise<boolean> {
    if (!outside) return false;
    const some = await rows.unindexed(outside.name, rowsAtOnce);
    if (some.length === 0) return false;
    const ids = some.map((row) => row.id);
    const vectors = embeddings ? await rows.vectors(embeddings.model, ids) : new Map<string, number[]>();
    const around = await wordsAround(some);
    await outside.put(
      some.map((row) => {
        const vector = vectors.get(row.id);
        return { ...row, around: around.get(row.id) ?? row.words, ...(vector ? { vector } : {}) };
      }),
    );
    await rows.indexed(ids, outside.name);
    return some.length >= rowsAtOnce;
  }

  /** A row's own words, and those of the two before it in its talk. */
  async function wordsAround(some: StoredMemory[]): Promise<Map<string, string>> {
    const acls = [...new Set(some.map((row) => row.acl))];
    const talks = [...new Set(some.flatMap((row) => row.thread ?? row.talk ?? []))];
    const standing = await rows.around(talks, acls, 5_000);
    const before = new Map<string, string[]>();
    for (const row of some) {
      const talk = row.thread ?? row.talk;
      const earlier = standing
        .filter((one) => one.acl === row.acl && (one.thread ?? one.talk) === talk && one.at < row.at)
        .sort((one, other) => (one.at < other.at ? 1 : -1));
      before.set(row.id, talk === null ? [] : earlier.slice(0, 2).map((one) => one.id));
    }
    const texts = await rows.get([...new Set([...before.values()].flat())], acls, now().toISOString());
    const words = new Map(texts.map((row) => [row.id, row.words]));
    return new Map(
      some.map((row) => [
        row.id,
        [row.words, ...(before.get(row.id) ?? []).map((id) => words.get(id) ?? '')].join(' ').trim(),
      ]),
    );
  }

  const parts: [string, () => Promise<boolean>][] = [
    ['rows past their time', expire],
    ['rows kept longer than is set now', outlive],
    ['words of an older kind', reword],
    ['rows that are gone', unlearn],
    ['the meaning of rows', mean],
    ['rows the index has to learn', learn],
  ];

  return {
    async round() {
      let more = false;
      for (const [what, part] of parts) {
        try {
          more = (await part()) || more;
        } catch (error) {
          log.warn({ error: String(error) }, `Memory: ${what} could not be seen to.`);
        }
      }
      return more;
    },

    async reindex({ fresh, progress }) {
      const name = outside?.name ?? null;
      const all = await rows.count();
      const waiting = await rows.waiting(wordsVersion, name);
      if (fresh || waiting === 0) {
        await outside?.clear();
        await rows.unindex();
      }
      progress(all - (await rows.waiting(wordsVersion, name)), all);
      while ((await reword()) || (await rows.waiting(wordsVersion, null)) > 0) await report();
      await unlearn();
      while (await mean()) await report();
      while ((await learn()) || (outside && (await rows.unindexed(outside.name, 1)).length > 0)) await report();
      await report();

      async function report() {
        progress(all - (await rows.waiting(wordsVersion, name)), all);
      }
    },
  };
}
