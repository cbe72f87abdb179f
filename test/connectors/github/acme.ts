/** The emulated GitHub of Acme, and a way to plan and run the connector's actions without the rest of the house. */
import { onTestFinished } from 'vitest';
import { connectGitHub, type GitHubConfig } from '../../../src/connectors/github/index.ts';
import { type SophiaError, toSophiaError } from '../../../src/core/error.ts';
import {
  createGitHubEmulator,
  type GitHubEmulator,
  type GitHubEmulatorOptions,
} from '../../../src/emulators/github/index.ts';
import { alone, silent } from '../alone.ts';

export const repo = 'acme/web';

export async function acme(options: GitHubEmulatorOptions = {}): Promise<GitHubEmulator> {
  const emulator = await createGitHubEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** What changed something at GitHub, as `METHOD /path`. */
export function writes(emulator: GitHubEmulator): string[] {
  return emulator.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
}

export function connect(
  world: { url: string; token: string },
  config: Partial<GitHubConfig> = { GITHUB_TOKEN: world.token },
) {
  const connection = connectGitHub({ GITHUB_API_URL: world.url, ...config } as GitHubConfig, { log: silent });
  return alone(connection);
}

/** The error a promise ends with; a promise that succeeds is a failure of the test. */
export async function refusal(promise: Promise<unknown>): Promise<SophiaError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in outcome) throw new Error(`it was not refused: ${JSON.stringify(outcome.value)}`);
  return toSophiaError(outcome.error);
}
