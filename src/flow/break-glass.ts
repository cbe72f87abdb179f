/** Breaking the glass: one deed by one person alone, in the open, and looked at by somebody else the next day. */
import { toSophiaError } from '../core/error.ts';
import type { Job, Services } from '../core/job.ts';
import type { Reply, Ruling } from '../core/reply.ts';
import type { ActionCall, Ready } from './call.ts';
import { record } from './written.ts';

const confirmMs = 10 * 60_000;

/** Whether this deed, or the workflow whose step it is, is done with broken glass: freezes do not hold it up. */
export function glassBroken(call: Pick<ActionCall, 'breakGlass' | 'grant'>): boolean {
  return call.breakGlass !== undefined || call.grant?.glassBroken === true;
}

/** Whether this person may break it for this deed; null when they may. A refusal of the policy stays one. */
export async function mayNotBreak(job: Job, action: string): Promise<string | null> {
  // The rules of the house itself are not what a fire is put out with.
  if (action.startsWith('sophia_')) return 'The glass is for deeds on your systems, not for my own rules.';
  if (job.taint.length > 0)
    return `Untrusted text is in this run (${job.taint.map((one) => one.source).join(', ')}): break the glass in a message of your own.`;
  const glass = await job.services.policy.breakGlass(job.requester.id);
  return glass.state === 'may' ? null : glass.reason;
}

/** The one who breaks it confirms their own plan, on a card only they can confirm. */
export async function glassRuling(job: Job, reason: string): Promise<Ruling> {
  const glass = await job.services.policy.breakGlass(job.requester.id);
  if (glass.state === 'may not') return { verdict: 'refuse', rule: 'break-glass', reason: glass.reason };
  return {
    verdict: 'ask',
    rule: {
      name: 'break-glass',
      approvers: [job.requester.id],
      quorum: 1,
      selfApproval: true,
      expiresInMs: confirmMs,
      glass: { reason, announce: glass.announce },
    },
  };
}

/** Posted where all see it, before anything runs: null, or why it could not be posted, and then nothing runs. */
export async function announce(job: Job, call: ActionCall, ready: Ready, approvalId: string): Promise<string | null> {
  const { services, requester, surface } = job;
  const glass = ready.ruling.verdict === 'ask' ? ready.ruling.rule.glass : undefined;
  if (!glass) return null;
  const { plan } = ready;
  const now = services.now();
  const review = await services.reviews.open(
    {
      runId: job.run.id,
      person: requester.id,
      action: call.action,
      planHash: plan.hash,
      summary: plan.summary,
      reason: services.redact(glass.reason),
      channel: glass.announce,
      at: now.toISOString(),
      dueAt: nextWorkday(now).toISOString(),
    },
    approvalId,
  );
  const reply: Reply = {
    kind: 'words',
    tone: 'warning',
    people: [requester.id],
    markdown: `**Break-glass** by ${surface.mention(requester.id)}: ${plan.summary}\nReason: ${glass.reason}\nNobody else approved this. Somebody else reviews it (${review.id}) from ${review.dueAt.slice(0, 10)} on: \`review ${review.id} <finding>\`.`,
    footer: `Plan ${plan.hash.slice(0, 12)}, run ${job.run.id.slice(0, 8)}`,
  };
  try {
    await surface.announce(glass.announce, reply, `${approvalId}/glass`);
  } catch (error) {
    return `I could not post to the channel where this has to be seen: ${toSophiaError(error).message}`;
  }
  await record(job, 'broke glass', call.action, {
    approvalId,
    facts: { plan: plan.hash, target: plan.target, call: call.ordinal, review: review.id },
    texts: { reason: glass.reason, summary: plan.summary },
  });
  for (const admin of services.policy.admins().filter((one) => one !== requester.id))
    await surface
      .tell(admin, reply, `${approvalId}/glass/${admin}`)
      .catch((error: unknown) => services.log.warn({ admin, error: String(error) }, 'an admin could not be told'));
  return null;
}

/** At three in the morning somebody else's open question must not be in the way: it is superseded, and told so in its thread. */
export async function takePlace(job: Job, target: string, holderRun: string): Promise<void> {
  const { services, surface, requester } = job;
  const pending = await services.approvals.pending({ runId: holderRun });
  for (const { id, thread } of pending) {
    const closed = await services.approvals.close(id, 'superseded', `${requester.name} broke the glass for ${target}.`);
    if (!closed) continue;
    await surface.post(
      thread,
      {
        kind: 'words',
        people: [requester.id],
        markdown: `${surface.mention(requester.id)} broke the glass for \`${target}\`, so this request is withdrawn. Ask anew when that has ended.`,
      },
      `${id}/glass`,
    );
    await services.durable.wake(`approval:${id}`);
  }
}

/** Those due are asked for where they were announced: once a day, whichever replica looks. */
export async function remindReviews(services: Services): Promise<void> {
  const now = services.now().toISOString();
  for (const review of await services.reviews.unreviewed()) {
    if (review.dueAt > now) continue;
    const surface = services.surface(review.channel.split(':')[0] ?? '');
    const button = (label: string, finding: string) => ({
      label,
      action: 'sophia_review_break_glass',
      input: { review: review.id, finding },
    });
    const reply: Reply = {
      kind: 'words',
      people: [review.person],
      markdown: `**Review ${review.id}** is due: on ${review.at.slice(0, 16).replace('T', ' ')} UTC ${surface.mention(review.person)} broke the glass: ${review.summary}\nReason: ${review.reason}\nSomebody else looks at it and types \`review ${review.id} <finding>\`.`,
      buttons: [button('Justified', 'justified'), button('Not justified', 'not justified')],
    };
    await surface
      .announce(review.channel, reply, `review/${review.id}/${now.slice(0, 10)}`)
      .catch((error: unknown) =>
        services.log.warn({ review: review.id, error: String(error) }, 'a review could not be asked for'),
      );
  }
}

/** Nine o'clock UTC of the next day that is no weekend. */
export function nextWorkday(from: Date): Date {
  const next = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate() + 1, 9));
  while ([0, 6].includes(next.getUTCDay())) next.setUTCDate(next.getUTCDate() + 1);
  return next;
}
