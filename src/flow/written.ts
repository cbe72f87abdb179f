/** Writes down what happened, so that every answer carries a reference that is found again in audit and log. */
import type { AuditKind, AuditRow } from '../core/audit.ts';
import type { Job } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import type { Outcome, RefusalCode } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import type { ActionCall } from './call.ts';

export async function record(
  job: Job,
  kind: AuditKind,
  action: string | null,
  what: { facts?: JsonObject; texts?: Record<string, string>; approvalId?: string | null; person?: string },
): Promise<AuditRow> {
  const { services, run } = job;
  const texts = Object.entries(what.texts ?? {}).map(([name, text]) => [name, services.redact(text)] as const);
  const row = await services.audit.append({
    kind,
    at: services.now().toISOString(),
    runId: run.id,
    person: what.person ?? job.requester.id,
    action,
    approvalId: what.approvalId ?? null,
    facts: what.facts ?? {},
    ...(texts.length > 0 ? { texts: Object.fromEntries(texts) } : {}),
  });
  services.log.info({ run: run.id, reference: row.reference, kind, action, ...what.facts }, 'audited');
  return row;
}

export async function refusal(
  job: Job,
  call: Pick<ActionCall, 'action' | 'ordinal'>,
  code: RefusalCode,
  reason: string,
  hint?: string,
  plan?: Plan,
): Promise<Outcome> {
  const row = await record(job, 'refused', call.action, {
    facts: { code, call: call.ordinal, ...(plan ? { plan: plan.hash, target: plan.target } : {}) },
    texts: { reason },
  });
  return { state: 'refused', code, reason, reference: row.reference, ...(hint ? { hint } : {}) };
}
