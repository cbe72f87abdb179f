/** The tests that judge mutants: those of the gate, the approvals and the record-keeping. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{approvals,core,flow,store}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
