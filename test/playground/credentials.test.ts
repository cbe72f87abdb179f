/** The playground never runs with a key to anything real, and hands none on. */
import { expect, test } from 'vitest';
import { inheritedEnvironment, refuseRealCredentials } from '../../src/playground/credentials.ts';

test('a real key is refused by name, without showing its value', () => {
  expect(() => refuseRealCredentials({ GITHUB_TOKEN: 'ghp_secret', PATH: '/bin' })).toThrow(/GITHUB_TOKEN/);
  expect(() => refuseRealCredentials({ GITHUB_TOKEN: 'ghp_secret' })).not.toThrow(/ghp_secret/);
});

test('the model key and an empty variable are no reason to refuse', () => {
  expect(() => refuseRealCredentials({ OPENROUTER_API_KEY: 'sk-or', FLY_API_TOKEN: '' })).not.toThrow();
});

test('the app inherits the way to Node and nothing it was not meant to have', () => {
  const given = inheritedEnvironment({
    PATH: '/bin',
    AWS_SECRET_ACCESS_KEY: 'x',
    NODE_ENV: 'production',
    NO_PROXY: 'a',
  });
  expect(given).toEqual({ PATH: '/bin', NO_PROXY: 'a,127.0.0.1,localhost' });
});
