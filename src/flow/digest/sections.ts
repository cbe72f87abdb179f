/** What a digest is made of: each section looks at one part of the team's day. */
import type { LookContext } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import type { DigestSection } from '../../core/reply.ts';
import type { Viewer } from '../visible.ts';

/** `since` … `until`: the time the digest tells of. */
export type Outlook = {
  context: LookContext;
  services: Services;
  viewer: Viewer;
  since: Date;
  until: Date;
  /** Whose clock it tells times by. */
  zone: string;
};

/** Null when there is nothing to tell, or the part it looks at is not set up. */
export type Section = (outlook: Outlook) => Promise<DigestSection | null>;

/** Most lines of one section; the rest is counted. */
export const mostItems = 8;

export function during(at: string | null, { since, until }: Outlook): boolean {
  return at !== null && at >= since.toISOString() && at < until.toISOString();
}

/** The lines that fit, and a note of how many do not. */
export function sectionOf(title: string, items: DigestSection['items'], note?: string): DigestSection | null {
  const left = items.length - mostItems;
  const notes = [...(left > 0 ? [`${left} more.`] : []), ...(note ? [note] : [])].join(' ');
  if (items.length === 0 && !note) return null;
  return { title, items: items.slice(0, mostItems), ...(notes ? { note: notes } : {}) };
}
