/** Stopping writes, all or those of one scope, and letting them go again. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import { everything, type Freeze } from '../../core/freeze.ts';
import type { Services } from '../../core/job.ts';
import { explicitScope, scopesNamed } from './freeze-scope.ts';
import { mentionOf, surfaceOf } from './people.ts';

const stored = z.object({ scope: z.string(), by: z.string(), reason: z.string(), since: z.string() });
const scopesIn = z.object({ scopes: z.array(z.string()) });
const thawing = z.object({ freezes: z.array(stored) });
const same = (a: Freeze, b: Freeze) =>
  a.scope === b.scope && a.by === b.by && a.reason === b.reason && a.since === b.since;

export function freezeActions(services: () => Services): Action[] {
  const now = () => services().now().toISOString();

  const freeze = defineAction({
    name: 'sophia_freeze',
    description: 'stops all writes, or those of one environment, connector, target or service, until somebody thaws',
    effect: 'write',
    worksFrozen: true,
    usage: 'freeze [in <scope>] [<reason...>]',
    example: '/sophia freeze in production because of the database migration',
    input: z.strictObject({
      scope: z.string().max(200).optional(),
      reason: z.string().max(500).default('no reason given'),
    }),
    output: z.strictObject({ frozen: z.array(z.string()) }),
    async plan(input) {
      const { scopes, reason, note } = readScope(services(), input);
      return {
        // A target of its own: a freeze never waits behind a question about thawing.
        target: `sophia:freeze:${scopes.join(',')}`,
        summary: `Freeze ${scopes.includes(everything) ? 'all writes' : scopes.join(' and ')}: ${reason}${note}`,
        details: [],
        undo: scopes.includes(everything) ? '/sophia thaw' : `/sophia thaw in ${scopes[0]}`,
        preconditions: [],
        resolved: { scopes, reason },
      };
    },
    async run(plan, context) {
      const { scopes } = scopesIn.parse(plan.resolved);
      const freezes = scopes.map((scope) => ({
        scope,
        by: context.requester.id,
        reason: String(plan.resolved?.reason),
        since: now(),
      }));
      for (const one of freezes) await services().freezes.freeze(one);
      return { frozen: scopes };
    },
    async reconcile(plan) {
      const { scopes } = scopesIn.parse(plan.resolved);
      const all = (await services().freezes.all()).map((one) => one.scope);
      return scopes.every((scope) => all.includes(scope))
        ? { state: 'done', output: { frozen: scopes } }
        : { state: 'not done' };
    },
  });

  const thaw = defineAction({
    name: 'sophia_thaw',
    description: 'lets writes go again after a freeze of everything, or of one scope',
    effect: 'write',
    worksFrozen: true,
    usage: 'thaw [in <scope>]',
    example: '/sophia thaw in production',
    input: z.strictObject({ scope: z.string().max(200).optional() }),
    output: z.strictObject({ thawed: z.array(z.string()) }),
    async plan({ scope }) {
      const all = await services().freezes.all();
      if (all.length === 0) throw new SophiaError('conflict', 'Nothing is frozen.');
      const wanted = scope === undefined ? [everything] : scopesNamed(services(), scope);
      const freezes = all.filter((one) => (wanted.length > 0 ? wanted : [scope?.toLowerCase()]).includes(one.scope));
      if (freezes.length === 0)
        throw new SophiaError('conflict', `${scope ?? 'Everything at once'} is not frozen.`, {
          hint: `Frozen now: ${all.map((one) => `\`${one.scope}\``).join(', ')}. For example: \`/sophia thaw${thawWords(all[0])}\`.`,
        });
      const left = all.filter((one) => !freezes.includes(one)).map((one) => one.scope);
      const people = await Promise.all(freezes.map((one) => surfaceOf(services(), one.by).person(one.by)));
      return {
        target: `sophia:thaw:${freezes.map((one) => one.scope).join(',')}`,
        summary: `Let writes go again: ${freezes.map((one) => one.scope).join(' and ')}`,
        details: [
          ...freezes.flatMap((one, index) => [
            { label: 'Frozen by', value: people[index]?.name ?? one.by },
            { label: 'Since', value: one.since },
            { label: 'Reason', value: one.reason },
          ]),
          ...(left.length > 0 ? [{ label: 'Stays frozen', value: left.join(', ') }] : []),
        ],
        undo: `/sophia freeze${thawWords(freezes[0])}`,
        preconditions: [{ name: 'freeze', expected: freezes }],
        resolved: { freezes },
      };
    },
    async run(plan) {
      const { freezes } = thawing.parse(plan.resolved);
      for (const one of freezes) {
        if (await services().freezes.thaw(one)) continue;
        // Gone is as good as thawed: an interrupted try may have ended this one.
        if ((await services().freezes.all()).some((other) => other.scope === one.scope))
          throw new SophiaError('conflict', `${one.scope} was frozen anew in the meantime, and stays frozen.`);
      }
      return { thawed: freezes.map((one) => one.scope) };
    },
    async reconcile(plan) {
      const { freezes } = thawing.parse(plan.resolved);
      const all = await services().freezes.all();
      return freezes.some((one) => all.some((other) => same(one, other)))
        ? { state: 'not done' }
        : { state: 'done', output: { thawed: freezes.map((one) => one.scope) } };
    },
  });

  const list = defineAction({
    name: 'sophia_list_freezes',
    description: 'lists what is frozen, by whom and why',
    effect: 'read',
    usage: 'frozen',
    example: '/sophia frozen',
    input: z.strictObject({}),
    output: z.strictObject({
      frozen: z.array(z.strictObject({ scope: z.string(), by: z.string(), since: z.string(), reason: z.string() })),
    }),
    async run() {
      const all = await services().freezes.all();
      return { frozen: all.map((one) => ({ ...one, by: mentionOf(services(), one.by) })) };
    },
  });

  return [freeze, thaw, list];
}

function thawWords(freeze: Freeze | undefined): string {
  return freeze === undefined || freeze.scope === everything ? '' : ` in ${freeze.scope}`;
}

/** What cannot be understood as a scope is part of the reason, and then everything is frozen: too much rather than too little. */
function readScope(
  services: Services,
  { scope, reason }: { scope?: string | undefined; reason: string },
): { scopes: string[]; reason: string; note: string } {
  if (scope === undefined) {
    const [first = '', ...rest] = reason.split(/\s+/);
    const named = explicitScope(services, first);
    if (named) return { scopes: [named], reason: rest.join(' ') || 'no reason given', note: '' };
    return { scopes: [everything], reason, note: '' };
  }
  const scopes = scopesNamed(services, scope);
  if (scopes.length > 0) return { scopes, reason, note: '' };
  const words = reason === 'no reason given' ? `in ${scope}` : `in ${scope} ${reason}`;
  return { scopes: [everything], reason: words, note: ` (I know no scope “${scope}”, so it is everything)` };
}
