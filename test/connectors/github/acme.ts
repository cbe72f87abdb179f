/** The emulated GitHub of Acme, and a way to plan and run the connector's actions without the rest of the house. */
import { onTestFinished } from 'vitest';
import { connectGitHub, type GitHubConfig } from '../../../src/connectors/github/index.ts';
import type { DeedContext, PlainAction, Reconciliation } from '../../../src/core/action.ts';
import { type SophiaError, toSophiaError } from '../../../src/core/error.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { Plan } from '../../../src/core/plan.ts';
import {
  createGitHubEmulator,
  type GitHubEmulator,
  type GitHubEmulatorOptions,
} from '../../../src/emulators/github/index.ts';

export const repo = 'acme/web';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

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
  const actions = new Map(connection.actions.map((action) => [action.name, action as PlainAction]));
  const find = (name: string): PlainAction => {
    const action = actions.get(name);
    if (!action) throw new Error(`no action ${name}`);
    return action;
  };
  const context = (deed: string, signal = AbortSignal.timeout(15_000)): DeedContext => ({
    requester: { id: 'slack:T0ACME:U0ALICE', name: 'Alice Moreno', kind: 'member' },
    place: { thread: 'slack:T0ACME:C0ENG:1.2', audience: 'slack:T0ACME:public' },
    run: 'run-1',
    now: () => new Date(),
    signal,
    look: () => Promise.reject(new Error('no other actions here')),
    deed,
  });
  return {
    connection,
    async plan(name: string, input: JsonObject): Promise<Plan> {
      const action = find(name);
      const parsed = action.input.parse(input);
      const draft = (await action.plan?.(parsed, context('none'))) ?? {
        target: 'none',
        summary: name,
        details: [],
        preconditions: [],
      };
      return { ...draft, action: name, input: parsed, effect: action.effect, hash: 'not hashed here' };
    },
    async run(plan: Plan, deed = 'run1/1', signal?: AbortSignal): Promise<Json> {
      const action = find(plan.action);
      // What is stored between planning and running is JSON.
      const stored = JSON.parse(JSON.stringify(plan)) as Plan;
      return action.output.parse(await action.run(stored, context(deed, signal))) as Json;
    },
    /** Plans and runs at once. */
    async act<T = Record<string, unknown>>(name: string, input: JsonObject, deed?: string): Promise<T> {
      return (await this.run(await this.plan(name, input), deed)) as T;
    },
    async reconcile(plan: Plan, deed = 'run1/1'): Promise<Reconciliation> {
      const action = find(plan.action);
      if (!action.reconcile) throw new Error(`${plan.action} cannot reconcile`);
      return action.reconcile(plan, context(deed));
    },
  };
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
