/** Plans and runs a connector's actions without the rest of the house, as the gate would. */
import { z } from 'zod';
import type { Action, DeedContext, PlainAction, Reconciliation } from '../../src/core/action.ts';
import type { Connection } from '../../src/core/connector.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/plan.ts';

export const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function alone(connection: Connection) {
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
    heard: [],
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

/** What models, people and policies are promised of each action. */
export function promises(actions: Action[]) {
  return actions.map(({ name, effect, taints, usage, example, description, input }) => ({
    name,
    effect,
    taints: taints ?? false,
    usage: usage ?? null,
    example: example ?? null,
    description,
    input: z.toJSONSchema(input, { io: 'input' }),
  }));
}
