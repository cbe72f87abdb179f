/** Between a remembered row and its line in the table. */
import type { Insertable, Selectable } from 'kysely';
import type { MemoryRow } from '../core/memory.ts';
import type { StoredMemory } from '../core/memory-rows.ts';
import { placeOf } from './memory-place.ts';
import type { Tables } from './schema.ts';
import { instant, storable } from './storable.ts';

/** What a row says; the columns it is found by stay behind, of which Postgres' list of words is as long as the text. */
export const spoken = [
  'id',
  'acl',
  'kind',
  'text',
  'words',
  'person',
  'thread',
  'at',
  'tainted',
  'source',
  'speaker',
  'channel',
  'origin',
  'link',
  'talk',
  'subject',
  'sources',
  'trust',
  'expires_at',
  'corrected_by',
  'corrected_at',
  'keep_as',
] as const;

type Line = Pick<Selectable<Tables['memories']>, (typeof spoken)[number]>;

export function toLine(row: StoredMemory, version: string): Insertable<Tables['memories']> {
  const { id, acl, kind, words, person, thread, source, speaker, channel, origin, link, talk, subject, trust } = row;
  return {
    id,
    acl,
    kind,
    text: storable(row.text),
    words,
    person,
    thread,
    at: instant(row.at),
    tainted: row.tainted ? 1 : 0,
    source,
    speaker,
    channel,
    origin,
    link,
    talk,
    subject,
    sources: JSON.stringify(row.sources),
    trust,
    expires_at: row.expiresAt === null ? null : instant(row.expiresAt),
    version,
    indexed: null,
    place: placeOf(acl, kind),
    corrected_by: row.corrected?.by ?? null,
    corrected_at: row.corrected ? instant(row.corrected.at) : null,
    keep_as: row.keepAs,
  };
}

export function toMemory(line: Line): MemoryRow {
  const { id, acl, text, person, thread, at, source, speaker, channel, origin, link, talk, subject } = line;
  return {
    id,
    acl,
    kind: line.kind as MemoryRow['kind'],
    text,
    person,
    thread,
    at,
    tainted: line.tainted === 1,
    source,
    speaker,
    channel,
    origin,
    link,
    talk,
    subject,
    sources: JSON.parse(line.sources) as string[],
    trust: line.trust as MemoryRow['trust'],
    expiresAt: line.expires_at,
    corrected:
      line.corrected_by !== null && line.corrected_at !== null
        ? { by: line.corrected_by, at: line.corrected_at }
        : null,
  };
}

export function toStored(line: Line): StoredMemory {
  return { ...toMemory(line), words: line.words, keepAs: line.keep_as as StoredMemory['keepAs'] };
}
