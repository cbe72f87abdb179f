/** The tests that judge mutants of the gate. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/flow/gate.test.ts', 'test/flow/workflow.test.ts', 'test/approvals/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
