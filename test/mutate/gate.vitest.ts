/** The tests that judge mutants of the gate: those that call it directly, since a survivor is run through all of them. */
import { defineConfig } from 'vitest/config';

const judges = ['approve', 'begin', 'decide', 'entitled', 'execute', 'perform', 'ruling', 'second-try', 'workflow'];

export default defineConfig({
  test: {
    include: judges.map((name) => `test/flow/${name}.test.ts`),
    env: { TEST_PATIENCE: '4000' },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
