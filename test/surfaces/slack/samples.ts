/** Plans and approvals the Slack tests draw and click. */
import type { Approval } from '../../../src/core/approval.ts';
import type { Plan } from '../../../src/core/plan.ts';

export const samplePlan: Plan = {
  action: 'fly_deploy_image',
  input: { app: 'acme-web', image: 'registry.fly.io/acme-web:3f9a1c2' },
  effect: 'write',
  hash: 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90',
  target: 'fly:acme-web',
  summary: 'Deploy web 3f9a1c2 to production.',
  environment: 'production',
  details: [
    { label: 'Commit', value: '3f9a1c2 Cache the product page', link: 'https://github.com/acme/web/commit/3f9a1c2' },
    { label: 'Machines', value: 'iad, fra, syd' },
  ],
  steps: [
    { action: 'fly_update_machine', input: { machine: '1' }, summary: 'Update the machine in iad' },
    { action: 'fly_rollback', input: {}, summary: 'Roll back', when: 'if a machine is unhealthy' },
  ],
  diff: '- image: 1111111\n+ image: 3f9a1c2',
  cost: { usd: 0.25, note: 'per day' },
  undo: 'Deploy the image before it.',
  preconditions: [{ name: 'current image', expected: '1111111' }],
};

export function sampleApproval(change: Partial<Approval> = {}, plan: Partial<Plan> = {}): Approval {
  return {
    id: 'apr_7Zk2',
    runId: 'run-1',
    call: '1',
    requester: 'slack:T0ACME:U0CAROL',
    thread: 'slack:T0ACME:C0ENG:1700000000.000100',
    plan: { ...samplePlan, ...plan },
    rule: {
      name: 'production writes',
      approvers: ['slack:T0ACME:U0ALICE', 'slack:T0ACME:U0BOB'],
      quorum: 1,
      selfApproval: false,
      expiresInMs: 3_600_000,
    },
    taint: [],
    state: 'pending',
    votes: [],
    revision: 0,
    createdAt: '2026-11-20T10:00:00.000Z',
    expiresAt: '2026-11-20T11:00:00.000Z',
    cards: [],
    ...change,
  };
}
