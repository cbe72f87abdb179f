/** The stories under kill -9: they take minutes and have a command of their own, `npm run faults`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/faults/**/*.fault.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 3,
  },
});
