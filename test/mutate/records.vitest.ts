/** The tests that judge mutants of the records. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/store/**/*.test.ts'], testTimeout: 20_000, hookTimeout: 30_000 },
});
