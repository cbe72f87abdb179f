/** Issues, pull requests and what is said on them, as memory keeps them. */
import { z } from 'zod';
import type { Thing } from '../../core/collections.ts';

const account = z.object({ login: z.string() }).nullish();
const body = z.string().nullish();

/** An issue or a pull request, in GitHub's answers and in its notices. */
export const topic = z.object({
  number: z.number(),
  title: z.string(),
  body,
  state: z.string(),
  html_url: z.string(),
  user: account,
  author_association: z.string().optional(),
  created_at: z.string(),
  draft: z.boolean().nullish(),
  merged: z.boolean().nullish(),
  merged_at: z.string().nullish(),
  pull_request: z.object({ merged_at: z.string().nullish() }).nullish(),
});
export type Topic = z.infer<typeof topic>;

export const comment = z.object({
  id: z.number(),
  body,
  html_url: z.string(),
  user: account,
  author_association: z.string().optional(),
  created_at: z.string().nullish(),
  submitted_at: z.string().nullish(),
  path: z.string().nullish(),
});
export type Comment = z.infer<typeof comment>;

/** Those who belong to the house that owns the repository; everybody else may write on a public one as well. */
const ours = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);
const longest = 8_000;

/** `pull` and `issues` as GitHub's own addresses have it; a comment is told apart by what it is said on. */
export function originOf(collection: string, number: number): string {
  return `${collection}/discussion/${number}#`;
}

export function thingOf(collection: string, given: Topic, isPull: boolean): Thing {
  const { number, title, state } = given;
  const merged = given.merged === true || Boolean(given.merged_at ?? given.pull_request?.merged_at);
  const standing = [merged ? 'merged' : state, ...(given.draft ? ['draft'] : [])].join(', ');
  const origin = originOf(collection, number);
  return {
    origin,
    kind: 'document',
    text: cut(`${isPull ? 'Pull request' : 'Issue'} #${number}: ${title} (${standing})\n\n${given.body ?? ''}`),
    ...written(given),
    thread: origin,
    link: given.html_url,
    at: given.created_at,
  };
}

/** `about`: the issue or pull request it was said on. */
export function saidOf(
  collection: string,
  about: Pick<Topic, 'number' | 'title'>,
  given: Comment,
  kind: string,
): Thing | null {
  if (!given.body?.trim()) return null;
  const thread = originOf(collection, about.number);
  const place = given.path ? `, ${given.path}` : '';
  return {
    origin: `${thread}${kind}-${given.id}`,
    kind: 'document',
    text: cut(`On #${about.number} (${about.title}${place}): ${given.body}`),
    ...written(given),
    thread,
    link: given.html_url,
    at: given.created_at ?? given.submitted_at ?? new Date(0).toISOString(),
  };
}

function written({ user, author_association: association }: Pick<Topic, 'user' | 'author_association'>) {
  return { speaker: user?.login ?? null, outsider: !ours.has(association ?? '') };
}

function cut(text: string): string {
  return text.length <= longest ? text.trim() : `${text.slice(0, longest)}… (cut)`;
}
