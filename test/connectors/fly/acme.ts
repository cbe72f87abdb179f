/** Acme's app on an emulated Fly, and a way to plan and run the connector's actions without the rest of the house. */
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/connectors/fly/clock.ts';
import { connectFly, type FlyOptions } from '../../../src/connectors/fly/index.ts';
import type { DeedContext, PlainAction, Reconciliation } from '../../../src/core/action.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { Plan } from '../../../src/core/plan.ts';
import { createFlyEmulator, type FlyEmulator, type FlyEmulatorOptions } from '../../../src/emulators/fly/index.ts';

export const oldSha = '1111111111111111111111111111111111111111';
export const newSha = '2222222222222222222222222222222222222222';
export const image = (sha: string) => `registry.fly.io/acme-web:${sha}`;

/** Pauses at once, and says that the time has passed. */
export function quickClock(): Clock & { pauses: number[]; onPause?: (milliseconds: number) => void } {
  let ahead = 0;
  const clock: ReturnType<typeof quickClock> = {
    pauses: [],
    now: () => Date.now() + ahead,
    async pause(milliseconds) {
      ahead += milliseconds;
      clock.pauses.push(milliseconds);
      clock.onPause?.(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}

export async function acme(options: FlyEmulatorOptions = {}): Promise<FlyEmulator & { machines: string[] }> {
  const emulator = await createFlyEmulator({ stepMs: 1, ...options });
  onTestFinished(() => emulator.close());
  emulator.addImage('acme-web', oldSha, { revision: oldSha });
  emulator.addImage('acme-web', newSha, { revision: newSha });
  const machines = emulator.addApp({
    name: 'acme-web',
    org: 'acme',
    image: image(oldSha),
    machines: [{ region: 'iad' }, { region: 'fra' }, { region: 'syd' }],
  });
  return { ...emulator, machines };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function connect(
  world: { url: string; registryUrl: string; token: string },
  options: FlyOptions & { token?: string; organization?: string } = {},
) {
  const { token = world.token, organization, ...rest } = options;
  const connection = connectFly(
    {
      FLY_API_TOKEN: token,
      FLY_API_URL: world.url,
      FLY_REGISTRY_URL: world.registryUrl,
      ...(organization ? { FLY_ORG: organization } : {}),
    },
    { log: silent },
    { clock: quickClock(), ...rest },
  );
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

/** The machine as the emulator has it. */
export function seen(emulator: FlyEmulator, id: string) {
  const found = emulator
    .snapshot()
    .apps.flatMap((app) => app.machines)
    .find((machine) => machine.id === id);
  if (!found) throw new Error(`no machine ${id}`);
  return found;
}
