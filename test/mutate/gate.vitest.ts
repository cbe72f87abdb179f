/** The tests that judge mutants of the gate: the quick ones, since a survivor is run through all of them. */
import { defineConfig } from 'vitest/config';

const approvals = [
  'break-glass',
  'grouped',
  'leases',
  'listed-steps',
  'live-approvers',
  'policy-change',
  'reminders',
  'taint',
];

export default defineConfig({
  test: {
    include: [
      'test/flow/approve.test.ts',
      'test/flow/begin.test.ts',
      'test/flow/gate.test.ts',
      'test/flow/perform.test.ts',
      'test/flow/ruling.test.ts',
      'test/flow/workflow.test.ts',
      'test/flow/decide.test.ts',
      'test/flow/entitled.test.ts',
      ...approvals.map((name) => `test/approvals/${name}.test.ts`),
    ],
    env: { TEST_PATIENCE: '3000' },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
