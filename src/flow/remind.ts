/** Reminds approvers who have not decided, and tells the backups once it is their turn. */
import type { Approval } from '../core/approval.ts';
import type { Job, Services } from '../core/job.ts';
import { refreshCards } from './cards.ts';
import { asItStands, currentApprovers } from './entitled.ts';

/** How often a card was reminded of, and whether its backups were told: kept by the run's remembered steps. */
export type Reminded = { times: number; backedUp: boolean };
/** `times`: how often a card counts as reminded of once this is told; what fell due during a downtime is told once. */
export type Due = { what: 'remind' | 'backup'; at: string; times: number };

const mostReminders = 3;

/** The next moment at which somebody is to be told something; null when there is none before it expires. */
export function nextReminder({ rule, createdAt, expiresAt }: Approval, done: Reminded, now: Date): Due | null {
  const begun = Date.parse(createdAt);
  const moments: Due[] = [];
  const at = (ms: number) => new Date(begun + ms).toISOString();
  if (rule.remindEveryMs && done.times < mostReminders)
    moments.push({
      what: 'remind',
      at: at(rule.remindEveryMs * (done.times + 1)),
      times: Math.max(done.times + 1, Math.floor((now.getTime() - begun) / rule.remindEveryMs)),
    });
  if (rule.backup && !done.backedUp) moments.push({ what: 'backup', at: at(rule.backup.afterMs), times: done.times });
  const [next] = moments.filter((one) => one.at < expiresAt).sort((a, b) => a.at.localeCompare(b.at));
  return next ?? null;
}

/** Told where the card stands, and in private places one by one. Nobody being reached does not hold the card up. */
export async function remind(job: Job, approvalId: string, due: Due): Promise<void> {
  const { services } = job;
  const asked = await services.approvals.get(approvalId);
  if (asked?.state !== 'pending') return;
  const approval = await asItStands(services, asked);
  // Whoever joined a group since, or left it, shows on the card from now on.
  await refreshCards(services, asked);
  const people = await peopleFor(services, asked, due);
  if (people.length === 0) return;
  const words = due.what === 'backup' ? 'may decide now as well' : 'are still asked';
  const until = `${approval.expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
  const said = `“${approval.plan.summary}” waits for approval until ${until}.`;
  const key = `${approval.id}/${due.what}/${due.at}`;
  const tries = job.origin.message.audience.endsWith(':public')
    ? [
        () =>
          job.surface.post(
            job.thread,
            {
              kind: 'words',
              people,
              markdown: `${people.map((person) => job.surface.mention(person)).join(' ')}: you ${words}. ${said}`,
            },
            key,
          ),
      ]
    : people.map((person) => async () => {
        const reply = { kind: 'card', approval, note: `You ${words}. ${said}` } as const;
        await services.approvals.addCard(approval.id, await job.surface.tell(person, reply, `${key}/${person}`));
      });
  for (const one of tries)
    await one().catch((error: unknown) =>
      services.log.warn({ approval: approval.id, error: String(error) }, 'a reminder could not be given'),
    );
  services.log.info({ approval: approval.id, what: due.what, people: people.length }, 'reminded');
}

/** Those who may decide now, have not, and are not asked for their own request. */
async function peopleFor(services: Services, approval: Approval, due: Due): Promise<string[]> {
  const now = await currentApprovers(services, approval);
  const voted = new Set(approval.votes.map((vote) => vote.person));
  const open = now.approvers.filter(
    (person) => !voted.has(person) && (now.selfApproval || person !== approval.requester),
  );
  return due.what === 'remind' ? open : open.filter((person) => !approval.rule.approvers.includes(person));
}
