/** The playground never holds a key to anything real, except the model's. */
import { SophiaError } from '../core/error.ts';

const real = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'GITHUB_TOKEN',
  'GITHUB_APP_PRIVATE_KEY',
  'GITHUB_WEBHOOK_SECRET',
  'FLY_API_TOKEN',
  'LAMBDA_API_KEY',
];

/** What a child process needs to find Node, its temporary files and the way to the model; nothing else is inherited. */
const inherited = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'SystemRoot',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_ENV_PROXY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
];

export type Environment = Record<string, string | undefined>;

/** Throws when a real key is set: what looks like play must not be able to touch what is not. */
export function refuseRealCredentials(environment: Environment): void {
  const found = real.filter((name) => environment[name]);
  if (found.length === 0) return;
  throw new SophiaError('forbidden', `The playground does not run with real credentials set: ${found.join(', ')}.`, {
    hint: `Unset ${found.length === 1 ? 'it' : 'them'} to play (everything there is emulated), or set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET too to run for real.`,
  });
}

export function inheritedEnvironment(environment: Environment): Record<string, string> {
  const kept = inherited.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  const direct = [environment.NO_PROXY, '127.0.0.1', 'localhost'].filter(Boolean).join(',');
  return { ...Object.fromEntries(kept), NO_PROXY: direct };
}
