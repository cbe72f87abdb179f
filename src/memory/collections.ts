/** Keeps connected collections in memory: reads what changed in them, takes in what is told of them, and says how far it is. */
import type { Collection, Collections, Notice, Source, Thing } from '../core/collections.ts';
import type { Log } from '../core/connector.ts';
import { toSophiaError } from '../core/error.ts';
import type { Memory, NewMemory } from '../core/memory.ts';
import type { MemoryRows } from '../core/memory-rows.ts';
import { forgetFile, isRead, keepFile } from './files.ts';

/** A reading that failed or died is taken up again after this time; longer than six files at once take. */
const claimMs = 60_000;
/** One that takes longer goes on where it was cut off. */
const readingMs = 10 * 60_000;
const filesAtOnce = 6;
/** Readers of the channel hear of a first reading, and of one of at least this many files. */
const worthTelling = 100;
const tellEveryMs = 3_000;

export type CollectionsOptions = {
  collections: Collections;
  sources: ReadonlyMap<string, Source>;
  memory: Pick<Memory, 'rememberAll' | 'forget' | 'move'>;
  rows: Pick<MemoryRows, 'find'>;
  /** The token of those who read in a channel, as it is now; throws when it cannot be known. */
  audience(channel: string): Promise<string>;
  /** Takes live secrets out. */
  redact(text: string): string;
  /** Says it in the channel: one message for each key, drawn anew. */
  say(channel: string, key: string, words: string): Promise<void>;
  log: Log;
  now(): Date;
};

export type CollectionKeeper = {
  /** Reads one that is to be read; true when there may be more to do at once. */
  round(): Promise<boolean>;
  /** What an outside system told. */
  take(notice: Notice): Promise<void>;
  forget(collection: Pick<Collection, 'name' | 'channel'>): Promise<number>;
};

export function createCollectionKeeper(options: CollectionsOptions): CollectionKeeper {
  const { collections, sources, memory, rows, audience, redact, say, log, now } = options;

  const inAWhile = () => new Date(now().getTime() + claimMs).toISOString();

  async function round(): Promise<boolean> {
    const claimed = await collections.claim(now().toISOString(), inAWhile());
    if (!claimed) return false;
    try {
      await readOne(claimed);
    } catch (error) {
      // Claimed until it is tried again; what was read so far stays read.
      const { message, hint = '' } = toSophiaError(error);
      log.warn(
        { collection: claimed.name, channel: claimed.channel, error: String(error) },
        'a collection could not be read',
      );
      if (claimed.state === null)
        await say(claimed.channel, keyOf(claimed), `${claimed.name} could not be read: ${message} ${hint}`.trim());
    }
    return true;
  }

  async function readOne(one: Collection & { wanted: number }): Promise<void> {
    const source = sources.get(systemOf(one.name));
    if (!source) throw new Error(`no connector reads ${one.name}`);
    const signal = AbortSignal.timeout(readingMs);
    const acl = await audience(one.channel);
    await memory.move(one.channel, acl);
    const { state, at, files } = await source.look(one.name, signal);
    const known = await collections.files(one.id);
    const wanted = new Map(files.filter((file) => isRead(file.path, file.bytes)).map((file) => [file.path, file]));
    const changed = [...wanted.values()].filter((file) => known.get(file.path) !== file.version);
    const gone = [...known.keys()].filter((path) => !wanted.has(path));
    const told = one.state === null || changed.length >= worthTelling ? progressOf(one, changed.length) : null;
    await told?.(0);
    for (const path of gone) {
      await forgetFile({ memory, rows }, { name: one.name, path, channel: one.channel });
      await collections.file(one.id, path, null);
    }
    let pieces = 0;
    for (let from = 0; from < changed.length; from += filesAtOnce) {
      await collections.hold(one.id, inAWhile());
      const some = changed.slice(from, from + filesAtOnce);
      const texts = await Promise.all(some.map((file) => source.read(one.name, file, signal)));
      for (const [index, file] of some.entries()) {
        const link = (lines: { from: number; to: number }) => source.link(one.name, state, file.path, lines);
        const place = { name: one.name, path: file.path, acl, channel: one.channel, at, link };
        pieces += (await keepFile({ memory, rows }, place, redact(texts[index] ?? ''))).pieces;
        await collections.file(one.id, file.path, file.version);
      }
      await told?.(Math.min(changed.length, from + filesAtOnce));
    }
    // One that finds no other files looks for what was said unheard: a push need not pay for that.
    if (one.state === null || changed.length + gone.length === 0)
      await putAll(one, acl, await source.things(one.name, signal));
    await collections.settle(one.id, { state, wanted: one.wanted });
    // Somebody may have taken it away while it was read.
    const still = await collections.list({ name: one.name, channel: one.channel });
    if (!still.some(({ id }) => id === one.id)) await forget(one);
    await told?.(changed.length, `${pieces} pieces of ${changed.length} files`);
    log.info(
      { collection: one.name, state, changed: changed.length, gone: gone.length, pieces },
      'a collection was read',
    );
  }

  function progressOf(one: Collection, all: number) {
    const { name, channel } = one;
    const key = keyOf(one);
    let last = Number.NEGATIVE_INFINITY;
    return async (done: number, end?: string): Promise<void> => {
      if (end === undefined && performance.now() - last < tellEveryMs) return;
      last = performance.now();
      const words =
        end === undefined
          ? `Reading ${name}: ${done} of ${all} files.`
          : `Read ${name}: ${end}. Whoever reads here can ask about it.`;
      await say(channel, key, words).catch((error: unknown) =>
        log.warn({ collection: name, error: String(error) }, 'how far a reading is could not be said'),
      );
    };
  }

  async function putAll(
    { name, channel }: Pick<Collection, 'name' | 'channel'>,
    acl: string,
    things: Thing[],
  ): Promise<void> {
    await memory.rememberAll(
      things.map((thing) => rowOf({ ...thing, text: redact(thing.text) }, { name, channel, acl })),
    );
  }

  async function take(notice: Notice): Promise<void> {
    const { collection: name, put = [], gone = [], changed = false, ended = false } = notice;
    for (const one of await collections.list({ name })) {
      const { channel } = one;
      if (ended) {
        await collections.disconnect({ name, channel });
        await forget(one);
        continue;
      }
      for (const origin of gone)
        await memory.forget({ channel, ...(origin.endsWith('#') ? { originPrefix: origin } : { origin }) });
      if (put.length > 0) await putAll(one, await audience(channel), put);
    }
    if (changed) await collections.want(name);
  }

  function forget({ name, channel }: Pick<Collection, 'name' | 'channel'>): Promise<number> {
    return memory.forget({ originPrefix: `${name}/`, channel });
  }

  return { round, take, forget };
}

/** What people wrote there is somebody's words; what outsiders wrote is named as such wherever it is told. */
function rowOf(thing: Thing, { name, channel, acl }: { name: string; channel: string; acl: string }): NewMemory {
  const { origin, kind, text, speaker, thread, link, at, outsider } = thing;
  const by = `${outsider ? 'an outsider' : 'somebody'}${speaker === null ? '' : ` (${speaker})`}`;
  const source = `${name}, ${by}`;
  return { acl, kind, text, person: null, speaker, channel, thread, origin, link, at, tainted: true, source };
}

/** One message for each reading. */
function keyOf({ id, state }: Collection): string {
  return `collection:${id}:${state ?? 'first'}`;
}

function systemOf(name: string): string {
  return name.split(':')[0] ?? '';
}
