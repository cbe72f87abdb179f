/** Asks humans about one exact plan: opens the approval, shows the card, waits for the decision. */
import type { Approval } from '../core/approval.ts';
import { toSophiaError } from '../core/error.ts';
import type { Job, Services } from '../core/job.ts';
import type { Message } from '../core/message.ts';
import { type MessageRef, parseThreadId } from '../core/thread.ts';
import type { ActionCall, Ready } from './call.ts';
import { groupCards, refreshCards } from './cards.ts';
import { letGo } from './followups.ts';
import { type Due, nextReminder, type Reminded, remind } from './remind.ts';
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
    await job.live?.pause();
    // It may take hours: nobody's next question waits for it.
    await letGo(services, run.id);
    const card = await postCard(job, approval);
    await services.approvals.addCard(approval.id, card.message);
    if (card.aside || isPrivate(job.origin.message)) await tellApprovers(job, approval);
    await groupCards(services, approval);
    await surface.setStatus(thread, 'suspended');
  });

  const done: Reminded = { times: 0, backedUp: false };
  for (let look = 1; ; look++) {
    const seen = await run.step(`${name('decision')}.${look}`, () => readDecision(services, asked.id, { ...done }));
    if (seen.state !== 'pending') {
      await run.step(name('decided'), () => showDecision(job, asked.id));
      return seen;
    }
    const { due, isDue } = seen;
    if (due && isDue) {
      await run.step(`${name(due.what)} ${done.times + 1}`, () => remind(job, asked.id, due));
      done.backedUp ||= due.what === 'backup';
      done.times = due.times;
      continue;
    }
    await run.wait(`${name('wait')}.${look}`, `approval:${asked.id}`, new Date(due?.at ?? asked.expiresAt));
  }
}

/** In the thread; where that is closed to her, to the one who asked, and then to each approver as well. */
async function postCard(job: Job, approval: Approval): Promise<{ message: MessageRef; aside: boolean }> {
  const { surface, thread, requester, services } = job;
  const card = { kind: 'card', approval } as const;
  try {
    return { message: await surface.post(thread, card, `${approval.id}/card`), aside: false };
  } catch (error) {
    const problem = toSophiaError(error);
    if (problem.code !== 'forbidden' && problem.code !== 'not_found') throw error;
    services.log.info({ approval: approval.id, problem: problem.message }, 'a card goes to people directly');
    return { message: await surface.tell(requester.id, card, `${approval.id}/card/direct`), aside: true };
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

type Waiting = { state: 'pending'; due: Due | null; isDue: boolean };

async function readDecision(services: Services, id: string, done: Reminded): Promise<Decision | Waiting> {
  let approval = await services.approvals.get(id);
  if (approval?.state === 'pending' && services.now().toISOString() >= approval.expiresAt)
    approval =
      (await services.approvals.close(id, 'expired', 'Nobody decided in time.')) ?? (await services.approvals.get(id));
  if (!approval) return { state: 'stopped', reason: 'The question is no longer there.' };
  if (approval.state === 'pending') {
    const due = nextReminder(approval, done, services.now());
    return { state: 'pending', due, isDue: due !== null && services.now().toISOString() >= due.at };
  }
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

function isPrivate(message: Message): boolean {
  return !message.audience.endsWith(':public');
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
