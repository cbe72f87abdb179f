/** Asks humans about one exact plan: opens the approval, shows the card, waits for the decision, and counts each click. */
import type { Approval } from '../core/approval.ts';
import type { Choice } from '../core/door.ts';
import type { Job, Services } from '../core/job.ts';
import type { Message } from '../core/message.ts';
import type { Reply } from '../core/reply.ts';
import { type MessageRef, parseThreadId } from '../core/thread.ts';
import type { ActionCall, Ready } from './call.ts';
import { frozen } from './frozen.ts';
import { record } from './written.ts';

export type Decision =
  | { state: 'approved'; id: string }
  | { state: 'denied' | 'expired' | 'superseded' | 'stopped' | 'changed'; reason: string };

/** Workflow code: the wait stands between steps, and the decision itself lives in the approvals table. */
export async function ask(job: Job, call: ActionCall, ready: Ready, round: number): Promise<Decision> {
  const { run, services, surface, thread } = job;
  const name = (what: string) => `${call.ordinal} ${what} ${round}`;

  const asked = await run.step(name('ask'), async () => {
    const approval = await services.approvals.open(newApproval(job, call, ready));
    await record(job, 'asked', call.action, {
      approvalId: approval.id,
      facts: {
        plan: approval.plan.hash,
        quorum: approval.rule.quorum,
        approvers: approval.rule.approvers,
        expires: approval.expiresAt,
      },
      texts: { rule: approval.rule.name },
    });
    await services.runs.setStanding(run.id, `waiting for approval: ${approval.plan.summary}`);
    return { id: approval.id, expiresAt: approval.expiresAt };
  });
  await run.step(name('card'), async () => {
    const approval = await services.approvals.get(asked.id);
    if (!approval) return;
    await services.approvals.addCard(
      approval.id,
      await surface.post(thread, { kind: 'card', approval }, `${approval.id}/card`),
    );
    if (isPrivate(job.origin.message)) await tellApprovers(job, approval);
    await surface.setStatus(thread, 'suspended');
  });

  for (let look = 1; ; look++) {
    const seen = await run.step(`${name('decision')}.${look}`, () => readDecision(services, asked.id));
    if (seen.state !== 'pending') {
      await run.step(name('decided'), () => showDecision(job, asked.id));
      return seen;
    }
    await run.wait(`${name('wait')}.${look}`, `approval:${asked.id}`, new Date(asked.expiresAt));
  }
}

function newApproval(job: Job, call: ActionCall, ready: Ready): Approval {
  if (ready.ruling.verdict !== 'ask') throw new TypeError('only what must be asked has an approval');
  const now = job.services.now();
  const { rule } = ready.ruling;
  return {
    id: ready.approvalId,
    runId: job.run.id,
    call: call.ordinal,
    requester: job.requester.id,
    thread: job.thread,
    plan: ready.plan,
    rule,
    taint: job.taint,
    ...(call.modelNote ? { modelNote: call.modelNote } : {}),
    state: 'pending',
    votes: [],
    revision: 0,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + rule.expiresInMs).toISOString(),
    cards: [],
  };
}

async function readDecision(services: Services, id: string): Promise<Decision | { state: 'pending' }> {
  let approval = await services.approvals.get(id);
  if (approval?.state === 'pending' && services.now().toISOString() >= approval.expiresAt)
    approval =
      (await services.approvals.close(id, 'expired', 'Nobody decided in time.')) ?? (await services.approvals.get(id));
  if (!approval) return { state: 'stopped', reason: 'The question is no longer there.' };
  if (approval.state === 'pending') return { state: 'pending' };
  await services.approvals.notice(id);
  switch (approval.state) {
    case 'approved':
      return { state: 'approved', id };
    case 'denied': {
      const no = approval.votes.find((vote) => vote.verdict === 'deny');
      const who = no ? await nameOf(services, approval, no.person) : 'Somebody';
      return {
        state: 'denied',
        reason: `${who} said no${no?.reason ? `: “${no.reason}”` : '.'}`,
      };
    }
    case 'expired':
      return { state: 'expired', reason: 'Nobody decided in time, so nothing was done.' };
    case 'superseded':
      return { state: 'superseded', reason: approval.stateReason ?? 'A newer request took its place.' };
    case 'stopped':
      return { state: 'stopped', reason: approval.stateReason ?? 'The run was stopped.' };
    default:
      return { state: 'changed', reason: approval.stateReason ?? 'The approval no longer holds.' };
  }
}

async function nameOf(services: Services, approval: Approval, person: string): Promise<string> {
  try {
    return (await services.surface(parseThreadId(approval.thread).surface).person(person)).name;
  } catch {
    return 'Somebody';
  }
}

async function showDecision(job: Job, id: string): Promise<void> {
  const { services, surface, thread, run } = job;
  const approval = await services.approvals.get(id);
  if (approval) await refreshCards(services, approval);
  if (approval?.state === 'expired')
    await record(job, 'closed', approval.plan.action, { approvalId: id, facts: { state: 'expired' } });
  await services.runs.setStanding(run.id, 'running');
  await surface.setStatus(thread, 'processing');
}

/** Every copy of the card shows the same state; a surface that is away does not hold the deed up. */
export async function refreshCards(services: Services, approval: Approval): Promise<void> {
  await Promise.all(
    approval.cards.map(async (card) => {
      try {
        // A list shows several: it is drawn whole, each as it stands now.
        const together = await services.approvals.shownBy(card);
        const reply: Reply =
          together.length > 1 ? { kind: 'approvals', approvals: together } : { kind: 'card', approval };
        await services.surface(parseThreadId(card.thread).surface).update(card, reply);
      } catch (error) {
        services.log.warn({ approval: approval.id, error: String(error) }, 'a card could not be updated');
      }
    }),
  );
}

/** A message that shows approvals is a card of each of them; what was decided while it was on its way is drawn now. */
export async function joinCards(services: Services, shown: Approval[], card: MessageRef): Promise<void> {
  for (const { id } of shown) await services.approvals.addCard(id, card);
  for (const { id } of shown) {
    const now = await services.approvals.get(id);
    if (now && now.state !== 'pending') return refreshCards(services, now);
  }
}

/** In a private place the approvers may not see the card: each gets a copy in a direct message. */
async function tellApprovers(job: Job, approval: Approval): Promise<void> {
  for (const person of approval.rule.approvers) {
    if (person === approval.requester) continue;
    try {
      const card = await job.surface.tell(person, { kind: 'card', approval }, `${approval.id}/tell/${person}`);
      await job.services.approvals.addCard(approval.id, card);
    } catch (error) {
      job.services.log.warn({ approval: approval.id, person, error: String(error) }, 'an approver could not be told');
    }
  }
}

function isPrivate(message: Message): boolean {
  return !message.audience.endsWith(':public');
}

/** A click, authorised here each time whatever the surface says; `words` are for the clicker alone. */
export async function decide(services: Services, choice: Choice): Promise<{ counted: boolean; words: string }> {
  const no = (words: string) => ({ counted: false, words });
  const approval = await services.approvals.get(choice.approvalId);
  if (!approval) return no('I do not know this request. It may be from another workspace or already cleaned up.');
  if (approval.state !== 'pending') {
    await refreshCards(services, approval);
    return no(
      `Too late: this request is already ${approval.state === 'consumed' ? 'approved and carried out' : approval.state}.`,
    );
  }
  // Live look-ups come before the transaction that counts the vote.
  const surface = services.surface(parseThreadId(approval.thread).surface);
  const clicker = await surface.person(choice.person);
  const refused = await mayDecide(services, approval, clicker.id, clicker.kind, choice.verdict);
  if (refused) return no(refused);

  const reason = choice.reason?.trim();
  const at = services.now().toISOString();
  const result = await services.approvals.vote(approval.id, {
    person: choice.person,
    verdict: choice.verdict,
    ...(reason ? { reason } : {}),
    at,
  });
  if (result.state === 'not found') return no('I do not know this request.');
  const after = result.approval;
  if (result.state === 'counted')
    await services.audit.append({
      kind: 'voted',
      at,
      runId: after.runId,
      person: choice.person,
      action: after.plan.action,
      approvalId: after.id,
      facts: { verdict: choice.verdict, plan: after.plan.hash, state: after.state, votes: after.votes.length },
      ...(reason ? { texts: { reason: services.redact(reason) } } : {}),
    });
  if (after.state !== 'pending') await services.durable.wake(`approval:${after.id}`);
  await refreshCards(services, after);
  if (result.state === 'already voted') return no('Your vote is already counted.');
  if (result.state === 'too late') return no(`Too late: this request is ${after.state}.`);
  if (choice.verdict === 'deny') return { counted: true, words: 'Denied. Nothing will be done.' };
  const held = await frozen(services, services.actions.get(after.plan.action), after.plan);
  const missing = after.rule.quorum - after.votes.filter((vote) => vote.verdict === 'approve').length;
  return {
    counted: true,
    words:
      after.state !== 'approved'
        ? `Counted. ${missing} more approval${missing === 1 ? ' is' : 's are'} needed.${held ? ` As things stand it will not run: ${held.reason}` : ''}`
        : held
          ? `Approved, but it will not run: ${held.reason} Ask anew after \`/sophia thaw\`.`
          : 'Approved. I am starting now.',
  };
}

async function mayDecide(
  services: Services,
  approval: Approval,
  person: string,
  kind: string,
  verdict: Choice['verdict'],
): Promise<string | null> {
  if (kind !== 'member') return 'Only full members of this workspace may decide.';
  // Taking one's own request back needs no right.
  if (verdict === 'deny' && person === approval.requester) return null;
  const now = await currentApprovers(services, approval);
  const mention = services.surface(parseThreadId(approval.thread).surface).mention;
  if (!now.approvers.includes(person))
    return `You are not among the people who may decide this: ${now.approvers.map(mention).join(', ') || 'nobody'}.`;
  if (verdict === 'approve' && person === approval.requester && !now.selfApproval)
    return `You asked for this yourself, so somebody else has to approve it: ${
      now.approvers
        .filter((other) => other !== person)
        .map(mention)
        .join(', ') || 'nobody else may'
    }.`;
  return null;
}

/** Those named on the card who are still named by the policy in force: it may have grown stricter since. */
export async function currentApprovers(
  services: Services,
  approval: Approval,
): Promise<{ approvers: string[]; quorum: number; selfApproval: boolean; refused?: string }> {
  const none = { approvers: [], quorum: approval.rule.quorum, selfApproval: false };
  const action = services.actions.get(approval.plan.action);
  const run = await services.runs.get(approval.runId);
  if (!action || !run) return { ...none, refused: 'The action or its run is no longer there.' };
  const requester = await services.surface(parseThreadId(approval.thread).surface).person(approval.requester);
  const ruling = await services.policy.rule({
    action,
    plan: approval.plan,
    requester,
    channel: run.channel,
    taint: approval.taint,
  });
  if (ruling.verdict === 'refuse') return { ...none, refused: ruling.reason };
  // A policy that has come to allow it outright does not undo a question already put.
  if (ruling.verdict === 'allow') return approval.rule;
  return {
    approvers: approval.rule.approvers.filter((person) => ruling.rule.approvers.includes(person)),
    quorum: Math.max(approval.rule.quorum, ruling.rule.quorum),
    selfApproval: approval.rule.selfApproval && ruling.rule.selfApproval,
  };
}
