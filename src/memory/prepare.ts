/** Makes a row of what is to be remembered: its name, its words, the burst of talk it belongs to. */
import { SophiaError } from '../core/error.ts';
import { hashJson } from '../core/hash.ts';
import type { MemoryRow, NewMemory } from '../core/memory.ts';
import type { MemoryRows, StoredMemory } from '../core/memory-rows.ts';
import type { PlaceKind } from '../core/place.ts';
import { withoutSecrets } from '../kit/secrets.ts';
import { isToken } from './access.ts';
import { wordsOf } from './words.ts';

/** A pause this long ends a burst of talk in a channel, and so does this much talk. */
const pauseMs = 30 * 60_000;
const longestTalkMs = 2 * 3_600_000;

export type Latest = Map<string, { at: string; talk: string | null } | null>;

/** How long words are kept, by the kind of place; what somebody asked to be remembered, and code, stay until they are forgotten. */
export type Keep = { days: Record<PlaceKind, number>; kindOf(channel: string): Promise<PlaceKind> };

/** `latest` carries the talks from row to row of one batch, whose earlier rows are not in the record yet. */
export async function prepare(
  given: NewMemory,
  rows: MemoryRows,
  { latest, keep }: { latest: Latest; keep?: Keep },
): Promise<StoredMemory | null> {
  if (given.text.trim() === '') return null;
  if (!isToken(given.acl)) throw new SophiaError('bad_input', `Not an access token: ${given.acl}`);
  const at = new Date(given.at).toISOString();
  const row = { ...usual, ...given, at, text: withoutSecrets(given.text.toWellFormed()) };
  return {
    ...row,
    id: idOf(row),
    talk: row.talk ?? (await talkOf(row, rows, latest)),
    words: searchWords(row),
    ...(await endOf(row, keep)),
  };
}

async function endOf(
  { acl, kind, trust, at, channel, expiresAt }: Omit<StoredMemory, 'id' | 'words' | 'talk' | 'keepAs'>,
  keep: Keep | undefined,
): Promise<Pick<StoredMemory, 'expiresAt' | 'keepAs'>> {
  const endless = trust === 'kept' || (kind !== 'message' && kind !== 'summary' && kind !== 'fact');
  if (!keep || endless) return { expiresAt, keepAs: null };
  const keepAs = await placeKindOf(acl, channel, keep);
  const end = new Date(Date.parse(at) + keep.days[keepAs] * 86_400_000).toISOString();
  return { expiresAt: expiresAt ?? end, keepAs };
}

export async function placeKindOf(acl: string, channel: string | null, keep: Keep): Promise<PlaceKind> {
  if (acl.endsWith(':public')) return 'public';
  if (/^[a-z]+:[^:]+:D/.test(acl)) return 'direct';
  // Kept as long as what is private until it is known.
  return keep.kindOf(channel ?? acl).then(
    (kind) => (kind === 'shared' ? 'shared' : 'private'),
    () => 'private',
  );
}

/** Who said it is searched as well, since people ask for it by name; of code its name counts most, then its path. */
export function searchWords(row: Pick<StoredMemory, 'text' | 'speaker' | 'origin' | 'kind'>): string {
  const { text, speaker, origin, kind } = row;
  if (kind !== 'code' && kind !== 'document') return wordsOf(speaker ? `${speaker}: ${text}` : text).join(' ');
  const [path = '', name = ''] = (origin ?? '').split('#');
  const file = path.split('/').slice(2).join('/');
  const names = new Set(wordsOf(name));
  return [...Array.from({ length: nameCounts }, () => [...names]).flat(), ...wordsOf(`${file} ${text}`)].join(' ');
}

const nameCounts = 12;

const collected = new Set<MemoryRow['kind']>(['code', 'document', 'record']);

const usual = {
  speaker: null,
  channel: null,
  origin: null,
  link: null,
  talk: null,
  subject: null,
  sources: [],
  trust: 'said' as const,
  expiresAt: null,
  corrected: null,
};

/**
 * Made from its name in the system it comes from, so that an edit replaces it; without one from the content, so that a
 * step repeated after a crash remembers the same row once.
 */
function idOf(row: Omit<StoredMemory, 'id' | 'words' | 'talk' | 'keepAs'>): string {
  const { acl, kind, person, thread, at, text, origin, channel } = row;
  if (origin === null) return hashJson('memory', { acl, kind, person, thread, at, text });
  // What was connected to several channels is a row for each.
  return hashJson('memory', collected.has(kind) ? { kind, origin, channel } : { kind, origin });
}

/** Replies have their thread; what stands in the channel itself belongs together while it comes without a pause. */
async function talkOf(
  row: Pick<StoredMemory, 'kind' | 'channel' | 'origin' | 'thread' | 'at'>,
  rows: MemoryRows,
  latest: Latest,
): Promise<string | null> {
  const { kind, channel, origin, thread, at } = row;
  if (kind !== 'message' || channel === null || (thread !== null && thread !== origin)) return null;
  const last = latest.has(channel) ? latest.get(channel) : await rows.latest(channel, at);
  const begun = last?.talk ? Date.parse(last.talk.slice(channel.length + 1)) : Number.NaN;
  const time = Date.parse(at);
  const goesOn = last?.talk && time - Date.parse(last.at) <= pauseMs && time - begun <= longestTalkMs;
  const talk = goesOn ? last.talk : `${channel}@${at}`;
  latest.set(channel, { at, talk });
  return talk;
}
