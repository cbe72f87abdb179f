/** Sections about Sophia's own work: what waits for people, what was carried out, what went wrong, what it cost. */
import type { Chart } from '../../core/chart.ts';
import type { RunInfo } from '../../core/run.ts';
import { mentionOf } from '../house/people.ts';
import { maySee } from '../visible.ts';
import { localMinute } from './due.ts';
import { during, type Outlook, type Section, sectionOf } from './sections.ts';

const mostRuns = 300;
const mostDays = 14;

export const waitingApprovals: Section = async (outlook) => {
  const { services, viewer } = outlook;
  const items = [];
  for (const approval of await services.approvals.pending()) {
    if (!maySee(await services.runs.get(approval.runId), viewer, services.policy)) continue;
    const [card] = approval.cards;
    const link = card ? await services.surface(card.thread.split(':')[0] ?? '').permalink(card) : '';
    items.push({
      text: approval.plan.summary,
      detail: `asked by ${mentionOf(services, approval.requester)}, expires ${clock(approval.expiresAt, outlook)}`,
      ...(link ? { link } : {}),
    });
  }
  return sectionOf('Waiting for approval', items);
};

/** Deploys, rollbacks, merges: what changed the world, and how it ended. */
export const carriedOut: Section = async (outlook) => {
  const { services } = outlook;
  const items = [];
  for (const run of await runsDuring(outlook)) {
    const deeds = (await services.ledger.byRun(run.id)).filter((deed) => deed.grantStep === null);
    const told = deeds.filter((deed) => services.actions.get(deed.action)?.kind === 'workflow');
    for (const deed of told)
      items.push({
        text: run.title,
        detail: `${said[deed.state]} ${clock(deed.settledAt ?? deed.startedAt, outlook)}, asked by ${mentionOf(services, run.requester)}`,
      });
  }
  return sectionOf('Deploys, rollbacks and merges', items);
};

/** For whoever takes over: what runs, what broke, what nobody knows the end of. */
export const troubles: Section = async (outlook) => {
  const { services } = outlook;
  const items = [];
  for (const run of await runsDuring(outlook)) {
    const open = (await services.ledger.byRun(run.id)).filter((deed) => ['failed', 'unknown'].includes(deed.state));
    for (const deed of open)
      items.push({
        text: `${run.title}: ${deed.action} ${said[deed.state]}`,
        detail: `${clock(deed.settledAt ?? deed.startedAt, outlook)}, run ${run.id.slice(0, 8)}`,
      });
    if (run.state === 'running') items.push({ text: run.title, detail: `running: ${run.standing}` });
  }
  return sectionOf('Running, failed or unknown', items);
};

export const spend: Section = async (outlook) => {
  const { services, since } = outlook;
  const usd = await services.budgets.spent({ since: since.toISOString() });
  if (usd === 0) return null;
  const chart = await spendByDay(outlook);
  return { title: 'Spent', items: [{ text: `$${usd.toFixed(2)} on models` }], ...(chart ? { chart } : {}) };
};

/** Null for a day or less: one bar says nothing. */
async function spendByDay({ services, since, until, zone }: Outlook): Promise<Chart | null> {
  const dayMs = 86_400_000;
  const days = Math.floor((until.getTime() - since.getTime()) / dayMs);
  if (days < 2 || days > mostDays) return null;
  const starts = Array.from({ length: days + 1 }, (_, index) =>
    new Date(since.getTime() + index * dayMs).toISOString(),
  );
  const after = await Promise.all(starts.map((start) => services.budgets.spent({ since: start })));
  const values = starts.slice(0, days).map((_, index) => cents((after[index] ?? 0) - (after[index + 1] ?? 0)));
  return {
    shape: 'bar',
    categories: starts.slice(0, days).map((start) => dayOf(start, zone)),
    series: [{ name: 'dollars', values }],
  };
}

function cents(usd: number): number {
  return Math.max(0, Math.round(usd * 100) / 100);
}

/** `Nov 14`, the day on which these 24 hours began. */
function dayOf(at: string, zone: string): string {
  return new Date(at).toLocaleDateString('en-US', { month: 'short', day: 'numeric', timeZone: zone });
}

const said = { started: 'under way', done: 'done', failed: 'failed', unknown: 'unknown' } as const;

async function runsDuring(outlook: Outlook): Promise<RunInfo[]> {
  const { services, viewer } = outlook;
  const runs = await services.runs.list({ limit: mostRuns });
  return runs.filter(
    (run) =>
      (run.state === 'running' || during(run.endedAt ?? run.startedAt, outlook)) &&
      maySee(run, viewer, services.policy),
  );
}

function clock(at: string, { zone }: Outlook): string {
  return localMinute(new Date(at), zone).slice(11);
}
