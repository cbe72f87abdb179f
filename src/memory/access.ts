/** Which rows an answer may rest on: what the asker may read, narrowed to what everybody who will read the answer may. */
import type { Access, MemoryRow } from '../core/memory.ts';

type Token = { surface: string; team: string; place: string };

/**
 * In a channel: rows of that channel and of the team's public channels. In the asker's own direct messages: all the asker
 * may read. Anything malformed, and a place the asker cannot read, allows nothing.
 */
export function allowedTokens(access: Pick<Access, 'readable' | 'audience'>): string[] {
  const audience = parse(access.audience);
  const readable = new Set(access.readable.filter((token) => isOfTeam(parse(token), audience)));
  // A direct message that is not the asker's own would carry the asker's secrets to somebody else.
  if (!audience || !readable.has(access.audience)) return [];
  if (isDirect(audience)) return [...readable];
  const everybodys = `${audience.surface}:${audience.team}:public`;
  return [...new Set([access.audience, everybodys])].filter((token) => readable.has(token));
}

/** Whether a row may be told under this access: by its token, and by its channel where somebody who reads along is bound to one. */
export function mayTell(access: Access): (row: Pick<MemoryRow, 'acl' | 'channel'>) => boolean {
  const tokens = new Set(allowedTokens(access));
  return (row) => tokens.has(row.acl) && (access.only === undefined || row.channel === access.only);
}

/** Whether a row could ever be recalled under this token. */
export function isToken(token: string): boolean {
  return parse(token) !== null;
}

function isOfTeam(token: Token | null, audience: Token | null): boolean {
  return token !== null && audience !== null && token.surface === audience.surface && token.team === audience.team;
}

/** Group direct messages have another letter and count as channels. */
function isDirect(token: Token): boolean {
  return token.surface === 'slack' && /^D[A-Z0-9]+$/.test(token.place);
}

function parse(token: string): Token | null {
  const [, surface, team, place] = /^([a-z]+):([A-Za-z0-9_-]+):([A-Za-z0-9_-]+)$/.exec(token) ?? [];
  return surface && team && place ? { surface, team, place } : null;
}
