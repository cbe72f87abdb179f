/** Whether a standing lease covers a deed now: the same person and place, a fitting shape, and people whose word would do for this very deed. */
import type { Rule } from '../core/approval.ts';
import type { Job, Services } from '../core/job.ts';
import type { Lease } from '../core/lease.ts';
import type { Plan } from '../core/plan.ts';
import { fitsShape } from '../core/shape.ts';
import { showShape } from './typed-shape.ts';

/** `rule`: what the policy in force would ask for this deed. Untrusted text in the run: no lease holds. */
export async function leaseFor(job: Job, plan: Plan, rule: Rule): Promise<Lease | null> {
  const { services, requester, origin } = job;
  if (job.taint.length > 0) return null;
  const usd = plan.cost?.usd ?? 0;
  for (const lease of await services.leases.live(services.now().toISOString())) {
    const { channel, audience } = origin.message;
    // Who reads there is part of the place: a channel that was opened to all is another one.
    const same = lease.holder === requester.id && lease.channel === channel && lease.audience === audience;
    if (!same || !fitsShape(lease.shape, plan.action, plan.input)) continue;
    if (lease.usdLeft !== null && lease.usdLeft < usd) continue;
    if (await enough(job, lease, rule)) return lease;
  }
  return null;
}

/** Those who said yes to the lease are held to what this deed asks now, and must still be full members. */
async function enough({ surface }: Job, lease: Lease, rule: Rule): Promise<boolean> {
  const standing = new Set<string>();
  for (const person of lease.voters) {
    const own = person === lease.holder && !rule.selfApproval;
    if (!own && rule.approvers.includes(person) && (await surface.person(person)).kind === 'member')
      standing.add(person);
  }
  return standing.size >= rule.quorum;
}

/** One visible line for each use, with the way to end it. */
export async function tellUse(job: Job, id: string, key: string): Promise<void> {
  const { services, surface, thread } = job;
  const lease = await services.leases.get(id);
  if (!lease) return;
  const left = [
    `${lease.usesLeft} ${lease.usesLeft === 1 ? 'use' : 'uses'} left`,
    ...(lease.usdLeft === null ? [] : [`$${lease.usdLeft.toFixed(2)} left`]),
    `until ${lease.expiresAt.slice(0, 16).replace('T', ' ')} UTC`,
  ].join(', ');
  const reply = {
    kind: 'words' as const,
    markdown: `Allowed by lease ${lease.id} (\`${showShape(lease.shape)}\`): ${left}.`,
    buttons: [revokeButton(lease.id)],
  };
  await surface
    .post(thread, reply, `${key}/lease`)
    .catch((error: unknown) => services.log.warn({ lease: id, error: String(error) }, 'a use could not be told'));
}

export function revokeButton(lease: string) {
  return { label: `Revoke ${lease}`, style: 'danger' as const, action: 'sophia_revoke_lease', input: { lease } };
}

/** Who said yes to the deed of this ledger key. */
export async function votersOf(
  services: Services,
  key: string,
): Promise<{ approvalId: string | null; voters: string[] }> {
  const approvalId = (await services.ledger.get(key))?.approvalId ?? null;
  const approval = approvalId === null ? null : await services.approvals.get(approvalId);
  const yes = (approval?.votes ?? []).filter((vote) => vote.verdict === 'approve');
  return { approvalId, voters: yes.map((vote) => vote.person) };
}
