/** The tests that judge mutants of the policy. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/flow/policy*.test.ts', 'test/flow/strictest.test.ts', 'test/flow/approvers.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
