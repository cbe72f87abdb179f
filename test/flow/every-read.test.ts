/** Whose words a read brings in has to be decided for each of them: those that bring only our own or a machine's figures are named here. */
import { expect, test } from 'vitest';
import { fly } from '../../src/connectors/fly/index.ts';
import { github } from '../../src/connectors/github/index.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const reads = [
  ...github.connect(github.config.parse({ GITHUB_TOKEN: 'none' }), { log }).actions,
  ...fly.connect(fly.config.parse({ FLY_API_TOKEN: 'none' }), { log }).actions,
].filter((action) => action.effect === 'read');

/** Names, states and figures that only people with write access to the system itself can set. */
const clean: Record<string, string> = {
  github_list_repositories: 'names of repositories the token can see; no descriptions',
  fly_list_apps: 'names of our own apps',
  fly_get_status: 'states, images and checks of our own machines',
  fly_get_machine: 'the same of one machine',
  fly_list_events: 'event types and times',
  fly_list_versions: 'images our own machines ran',
  fly_resolve_image: 'a digest and a commit id',
  fly_wait_healthy: 'a yes or a no with a reason of ours',
  fly_list_releases: 'images our own machines ran, and when',
  fly_list_secrets: 'names, like those of variables, and digests; never a value',
  fly_list_volumes: 'names of 30 letters at most, sizes and states',
  fly_list_snapshots: 'ids, times and sizes',
};

test('every read taints, or is named with the reason why not', () => {
  expect(reads.filter((action) => !action.taints).map((action) => action.name)).toEqual(Object.keys(clean));
});
