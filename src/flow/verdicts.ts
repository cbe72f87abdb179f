/** What machines make of the deeds that models asked for (their tests, their health) is told to routing: at once, or when it can be seen. */
import type { LookContext } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { Job, Services } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { Awaited } from '../core/routing.ts';
import { parseThreadId } from '../core/thread.ts';
import { type ActionCall, keyOf } from './call.ts';
import { parseInput } from './input.ts';
import { planOf } from './plan.ts';

/** What has not ended by then is not waited for. */
const windowMs = 3 * 3_600_000;
const lookMs = 30_000;

/** Nothing is learned where no model answered: routing knows. A step of a workflow is judged with the whole. */
export async function judgeDeed(
  job: Job,
  call: ActionCall,
  { state, result }: Pick<LedgerEntry, 'state' | 'result'>,
): Promise<void> {
  const { services, run } = job;
  const output = (result as { output?: Json } | null)?.output;
  if (call.grant || state === 'unknown' || output === undefined || output === null) return;
  const deed = keyOf(job, call);
  try {
    const verdict = services.actions.get(call.action)?.verdict?.(output) ?? null;
    if (verdict === null) return;
    if (typeof verdict === 'object') await services.routing.expect({ run: run.id, deed, ...verdict });
    else await services.routing.learn({ run: run.id, kind: 'ci', good: verdict === 'good', deed });
  } catch (error) {
    services.log.warn({ run: run.id, deed, error: String(error) }, 'nothing could be learned of how a deed turned out');
  }
}

/** Looks whether the checks of earlier deeds are through. Safe to do at every replica: each deed counts once. */
export async function lookAtVerdicts(services: Services): Promise<void> {
  const since = new Date(services.now().getTime() - windowMs).toISOString();
  for (const awaited of await services.routing.awaited(since)) {
    const verdict = await seen(services, awaited).catch((error) => {
      services.log.debug({ ...awaited, error: String(error) }, 'it could not be seen how a deed turned out');
      return null;
    });
    if (verdict === 'good' || verdict === 'bad')
      await services.routing.learn({ run: awaited.run, kind: 'ci', good: verdict === 'good', deed: awaited.deed });
  }
}

/** On behalf of whoever asked, as long as they are a member here; nobody is shown it. */
async function seen(services: Services, { run, deed, look, input }: Awaited) {
  const action = services.actions.get(look);
  const row = await services.runs.get(run);
  if (action?.kind !== 'action' || action.effect !== 'read' || !row?.thread) return null;
  const requester = await services.surface(parseThreadId(row.thread).surface).person(row.requester);
  const parsed = parseInput(action, input);
  if (requester.kind !== 'member' || parsed.state === 'wrong') return null;
  const context: LookContext = {
    ...{ requester, run, heard: [], place: { thread: row.thread, audience: row.audience } },
    now: () => services.now(),
    signal: AbortSignal.timeout(lookMs),
    look: () => Promise.reject(new SophiaError('internal', 'a look looks no further')),
  };
  const plan = await planOf(action, parsed.input, { ...context, taint: [], environmentOf: services.environmentOf });
  const output = action.output.parse(await action.run({ ...plan, input: parsed.input }, { ...context, deed })) as Json;
  return action.verdict?.(output) ?? null;
}
