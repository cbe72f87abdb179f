/** Access token and kind of a row as words of the full-text index, so that it filters by them as it searches. */
import { createHash } from 'node:crypto';
import type { MemoryKind } from '../core/memory.ts';

export function placeOf(acl: string, kind: MemoryKind): string {
  return `${tokenWord(acl)} ${kindWord(kind)}`;
}

/** Two tokens that shared a word would be told apart by the table's own column, which is asked as well. */
export function tokenWord(acl: string): string {
  return `a${createHash('sha256').update(acl).digest('hex').slice(0, 20)}`;
}

export function kindWord(kind: MemoryKind): string {
  return `k${kind}`;
}
