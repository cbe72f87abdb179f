/** What every write promises: that it can be found out afterwards whether it was done. */
import { expect, test } from 'vitest';
import { fly } from '../../src/connectors/fly/index.ts';
import { github } from '../../src/connectors/github/index.ts';
import type { Services } from '../../src/core/job.ts';
import { houseActions } from '../../src/flow/house/index.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const actions = [
  ...github.connect(github.config.parse({ GITHUB_TOKEN: 'none' }), { log }).actions,
  ...fly.connect(fly.config.parse({ FLY_API_TOKEN: 'none' }), { log }).actions,
  ...houseActions((): Services => {
    throw new Error('nothing is run here');
  }),
];
const writes = actions.filter((action) => action.kind === 'action' && action.effect !== 'read');

test('there are writes to look at', () => {
  expect(writes.length).toBeGreaterThan(15);
});

test.each(writes.map((action) => [action.name, action] as const))(
  '%s can be looked up after a crash',
  (_name, action) => {
    expect(action.kind === 'action' && action.reconcile).toBeTypeOf('function');
  },
);
