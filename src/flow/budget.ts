/** Whether dollars are left for a deed or a model's turn, and the words when they are not. */
import type { Room, Spend } from '../core/budget.ts';
import type { Job } from '../core/job.ts';

/** What was refused and what to do about it. */
export type Over = { reason: string; hint: string };

/** Looks without setting anything aside; null when it fits. */
export async function overBudget(job: Job, usd: number): Promise<Over | null> {
  if (usd === 0) return null;
  return overOf(job, usd, await job.services.budgets.room(spendOf(job, usd, 'estimate'), job.services.limits));
}

/** Sets the dollars aside under `id` until they are settled; null when they fit. */
export async function reserve(job: Job, id: string, usd: number, what: string): Promise<Over | null> {
  const { budgets, limits } = job.services;
  return overOf(job, usd, await budgets.reserve(id, spendOf(job, usd, what), limits));
}

const named = {
  run: "this run's budget",
  person: 'your budget of today',
  channel: "this channel's budget of today",
  day: "the workspace's budget of today",
  month: "the workspace's budget of this month",
} as const;

const settings = {
  run: 'SOPHIA_BUDGET_RUN_USD',
  person: 'SOPHIA_BUDGET_PERSON_USD',
  channel: 'SOPHIA_BUDGET_CHANNEL_USD',
  day: 'SOPHIA_BUDGET_DAY_USD',
  month: 'SOPHIA_BUDGET_MONTH_USD',
} as const;

function overOf(job: Job, usd: number, room: Room): Over | null {
  if (room.state === 'fits') return null;
  const { cap, limitUsd, spentUsd } = room;
  const frees = {
    run: 'Ask anew in a new message',
    person: 'It begins anew at midnight UTC',
    channel: 'It begins anew at midnight UTC',
    day: 'It begins anew at midnight UTC',
    month: 'It begins anew with the month',
  }[cap];
  job.services.log.info({ run: job.run.id, cap, limitUsd, spentUsd, wantedUsd: usd }, 'over budget');
  return {
    reason: `It may cost ${dollars(usd)}, and ${dollars(spentUsd)} of ${named[cap]} (${dollars(limitUsd)}) is spent or set aside.`,
    hint: `${frees}; an admin can raise ${settings[cap]}. \`budget\` shows where it went.`,
  };
}

function spendOf(job: Job, usd: number, what: string): Spend {
  const { run, requester, origin, services } = job;
  return {
    runId: run.id,
    person: requester.id,
    channel: origin.message.channel,
    usd,
    what,
    at: services.now().toISOString(),
  };
}

function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? 'less than $0.01' : `$${usd.toFixed(2)}`;
}
