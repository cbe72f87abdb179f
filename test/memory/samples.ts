/** Rows to remember, for the tests of memory. */
import type { NewMemory } from '../../src/core/memory.ts';
import type { StoredMemory } from '../../src/core/memory-rows.ts';
import { searchWords } from '../../src/memory/prepare.ts';

export const eng = 'slack:T0ACME:C0ENG';
export const deploys = 'slack:T0ACME:C0DEPLOYS';
export const everybodys = 'slack:T0ACME:public';
export const alices = 'slack:T0ACME:D0ALICE';
export const bobs = 'slack:T0ACME:D0BOB';
export const alice = 'slack:T0ACME:U0ALICE';

export function said(text: string, over: Partial<NewMemory> = {}): NewMemory {
  return {
    acl: eng,
    kind: 'message',
    text,
    person: alice,
    thread: `${eng}:1.1`,
    at: '2026-03-02T09:00:00.000Z',
    tainted: true,
    source: null,
    ...over,
  };
}

export function stored(id: string, text: string, over: Partial<StoredMemory> = {}): StoredMemory {
  const row = {
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
    keepAs: null,
    ...said(text),
    ...over,
  };
  return { ...row, id, words: searchWords(row) };
}
