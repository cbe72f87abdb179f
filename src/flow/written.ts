/** Writes down what happened, so that every answer carries a reference that is found again in audit and log. */
import type { AuditEntry, AuditKind, AuditRow } from '../core/audit.ts';
import type { Job, Services } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import type { Outcome, RefusalCode } from '../core/outcome.ts';
import type { Plan } from '../core/plan.ts';
import { redactJson } from '../kit/redact.ts';
import type { ActionCall } from './call.ts';

/** The one way into the trail. */
export function writeDown(services: Services, entry: AuditEntry): Promise<AuditRow> {
  return services.audit.append(withoutSecrets(services, entry));
}

/** Nobody can take a row back: no secret may stand in it, neither in words nor in a name that somebody typed. */
export function withoutSecrets({ redact }: Pick<Services, 'redact'>, entry: AuditEntry): AuditEntry {
  const { action, facts, texts } = entry;
  return {
    ...entry,
    action: action === null ? null : redact(action),
    facts: redactJson(facts, redact),
    ...(texts === undefined ? {} : { texts: redactJson(texts, redact) }),
  };
}

export async function record(
  job: Job,
  kind: AuditKind,
  action: string | null,
  what: { facts?: JsonObject; texts?: Record<string, string>; approvalId?: string | null; person?: string },
): Promise<AuditRow> {
  const { services, run } = job;
  const row = await writeDown(services, {
    kind,
    at: services.now().toISOString(),
    runId: run.id,
    person: what.person ?? job.requester.id,
    action,
    approvalId: what.approvalId ?? null,
    facts: what.facts ?? {},
    ...(what.texts === undefined ? {} : { texts: what.texts }),
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
