/** Sections about the team's repositories: merged and waiting pull requests, failing checks. Reads go through the actions of GitHub. */
import { z } from 'zod';
import { toSophiaError } from '../../core/error.ts';
import type { DigestItem, DigestSection } from '../../core/reply.ts';
import { during, type Outlook, type Section, sectionOf } from './sections.ts';

/** The parts of the actions' outputs that are rested on here. */
const repositories = z.object({
  repositories: z.array(z.object({ repo: z.string(), default_branch: z.string(), archived: z.boolean() })),
});
const pull = z.object({
  number: z.number(),
  title: z.string(),
  author: z.string(),
  state: z.string(),
  draft: z.boolean(),
  url: z.string(),
  checks: z.string().optional(),
  reviews: z.string().optional(),
  mergeable: z.boolean().nullable().optional(),
  updated_at: z.string(),
  merged_at: z.string().nullable(),
});
const pulls = z.object({ pull_requests: z.array(pull) });
const checks = z.object({ state: z.string(), summary: z.string(), sha: z.string() });
type Pull = z.infer<typeof pull>;

/** The most recently pushed ones: a digest of a hundred repositories is read by nobody. */
const mostRepositories = 8;
const mostPulls = 30;

export const merged: Section = (outlook) =>
  overRepositories(outlook, 'Merged', async (repo) =>
    (await pullsOf(outlook, repo, 'closed'))
      .filter((one) => during(one.merged_at, outlook))
      .map((one) => ({ ...itemOf(repo, one), detail: `by ${one.author}` })),
  );

/** What changed since the last digest stands in full, the rest is counted. */
export const waiting: Section = (outlook) => {
  let unchanged = 0;
  let shown = 0;
  return overRepositories(
    outlook,
    'Waiting pull requests',
    async (repo) => {
      const open = (await pullsOf(outlook, repo, 'open')).filter((one) => !one.draft);
      const changed = open.filter((one) => during(one.updated_at, outlook));
      unchanged += open.length - changed.length;
      shown += changed.length;
      return changed.map((one) => ({
        ...itemOf(repo, one),
        detail: `by ${one.author}; checks ${one.checks ?? 'unknown'}; reviews ${one.reviews ?? 'unknown'}${one.mergeable === false ? '; conflicts' : ''}`,
        ...(ready(one) ? { button: { label: 'Merge', action: 'merge', input: { number: one.number, repo } } } : {}),
      }));
    },
    () =>
      unchanged > 0
        ? `${unchanged}${shown > 0 ? ' more' : ''} ${unchanged === 1 ? 'waits' : 'wait'} unchanged.`
        : undefined,
  );
};

export const failingChecks: Section = (outlook) =>
  overRepositories(outlook, 'Failing checks', async (repo, branch) => {
    const seen = checks.parse(await outlook.context.look('github_list_checks', { repo, ref: branch }));
    if (seen.state !== 'failing') return [];
    return [{ text: `${repo} ${branch}: ${seen.summary}` }];
  });

function ready(one: Pull): boolean {
  return one.checks === 'passing' && one.reviews === 'approved' && one.mergeable !== false;
}

function itemOf(repo: string, one: Pull): DigestItem {
  return { text: `${repo} #${one.number} ${one.title}`, link: one.url };
}

async function pullsOf({ context }: Outlook, repo: string, state: 'open' | 'closed'): Promise<Pull[]> {
  return pulls.parse(await context.look('github_list_pull_requests', { repo, state, limit: mostPulls })).pull_requests;
}

/** One repository that cannot be read does not silence the others: it is named. */
async function overRepositories(
  outlook: Outlook,
  title: string,
  tell: (repo: string, branch: string) => Promise<DigestItem[]>,
  note?: () => string | undefined,
): Promise<DigestSection | null> {
  if (!outlook.services.actions.has('github_list_repositories')) return null;
  const items: DigestItem[] = [];
  const unread: string[] = [];
  try {
    const { repositories: all } = repositories.parse(
      await outlook.context.look('github_list_repositories', { limit: mostRepositories }),
    );
    for (const { repo, default_branch, archived } of all) {
      if (archived) continue;
      try {
        items.push(...(await tell(repo, default_branch)));
      } catch (error) {
        unread.push(`${repo}: ${toSophiaError(error).message}`);
      }
    }
  } catch (error) {
    unread.push(toSophiaError(error).message);
  }
  const notes = [note?.(), ...(unread.length > 0 ? [`Could not be read: ${unread.join('; ')}`] : [])].filter(Boolean);
  return sectionOf(title, items, notes.join(' ') || undefined);
}
