/** Well-formed approvals, ledger entries and people for the store's tests. */
import type { Approval, Vote } from '../../src/core/approval.ts';
import type { LedgerEntry } from '../../src/core/ledger.ts';

export const alice = 'slack:T0ACME:U0ALICE';
export const bob = 'slack:T0ACME:U0BOB';
export const carol = 'slack:T0ACME:U0CAROL';

export const asked = '2026-03-02T10:00:00.000Z';
export const inTime = '2026-03-02T10:05:00.000Z';
export const expiry = '2026-03-02T10:15:00.000Z';

export function approval(over: Partial<Approval> = {}): Approval {
  return {
    id: 'approval-1',
    runId: 'run-1',
    call: '1',
    requester: carol,
    thread: 'slack:T0ACME:C0DEPLOYS:1718.22',
    plan: {
      action: 'fly_deploy_image',
      input: { app: 'acme-web' },
      effect: 'write',
      target: 'fly:acme-web',
      summary: 'Deploy acme-web',
      details: [],
      preconditions: [{ name: 'image', expected: 'registry.fly.io/acme-web:abc' }],
      hash: 'plan-hash',
    },
    rule: { name: 'write', approvers: [alice, bob], quorum: 1, selfApproval: false, expiresInMs: 900_000 },
    taint: [{ source: 'pull request #12' }],
    modelNote: 'They asked for it.',
    state: 'pending',
    votes: [],
    revision: 0,
    createdAt: asked,
    expiresAt: expiry,
    cards: [],
    ...over,
  };
}

export function rule(over: Partial<Approval['rule']>): Approval['rule'] {
  return { ...approval().rule, ...over };
}

export function vote(person: string, verdict: Vote['verdict'] = 'approve', at = inTime): Vote {
  return { person, verdict, at };
}

export function entry(over: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    key: 'run-1/1',
    runId: 'run-1',
    action: 'fly_deploy_image',
    planHash: 'plan-hash',
    approvalId: 'approval-1',
    grantStep: null,
    owner: 'process-1',
    attempt: 1,
    state: 'started',
    writeDeadline: '2026-03-02T10:06:00.000Z',
    result: null,
    startedAt: inTime,
    settledAt: null,
    ...over,
  };
}
