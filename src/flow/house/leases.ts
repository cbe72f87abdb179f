/** Leases: one approval of a shape of deeds, for a while. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Lease } from '../../core/lease.ts';
import { revokeButton, votersOf } from '../lease-use.ts';
import { leaseUsd, leaseUses, readTypedLease } from '../typed-lease.ts';
import { type ReadShape, shapeAround, showShape } from '../typed-shape.ts';
import { mentionOf } from './people.ts';

/** What `run` needs, as the card showed it. */
type Resolved = { shape: Lease['shape']; minutes: number; uses: number; usd: number | null };

const longestMinutes = 24 * 60;
const usualUses = 20;
const leaseId = z.string().regex(/^L[1-9]\d{0,8}$/i, 'an id such as L3');
const duration = z.string().regex(/^[1-9]\d{0,3}(m|h)$/, 'a time such as 30m or 2h');

export function leaseActions(services: () => Services): Action[] {
  const grantLease = defineAction({
    name: 'sophia_grant_lease',
    description:
      'lets you do deeds of one shape here for a while without asking each time, once those who decide them agree',
    effect: 'write',
    usage: 'allow <duration> [uses <uses>] [up to <usd>] <deed...>',
    example: '/sophia allow 1h uses 3 up to $20 deploy web to staging ref *',
    input: z.strictObject({
      duration,
      deed: z
        .string()
        .max(500)
        .optional()
        .describe('a command; `*` stands for any value of an argument, `v1*` for what begins so'),
      action: z
        .string()
        .optional()
        .describe('instead of a command: the action, its input, and which arguments may vary'),
      input: z.record(z.string(), z.json()).optional(),
      vary: z.array(z.string()).optional(),
      uses: leaseUses.default(usualUses).describe('how often at most'),
      usd: leaseUsd.optional().describe('dollars in all'),
    }),
    output: z.strictObject({ lease: z.string(), shape: z.string(), until: z.string(), uses: z.number() }),
    async plan(input, context) {
      const minutes = minutesOf(input.duration);
      if (minutes > longestMinutes) throw new SophiaError('bad_input', 'A lease lasts a day at most.');
      const { action, shape, fixed, sample, uses, usd } = shapeFrom(input);
      if (action.effect !== 'write' || action.name.startsWith('sophia_'))
        throw new SophiaError('forbidden', `${action.name} is asked for each time: it cannot be allowed ahead.`);
      const free = Object.entries(shape.arguments).filter(([, pattern]) => !('is' in pattern));
      return {
        target: `lease:${context.requester.id}`,
        summary: `Allow ${context.requester.name} here for ${input.duration}, up to ${uses} times: ${showShape(shape)}`,
        details: [
          { label: 'Shape', value: showShape(shape) },
          { label: 'May vary', value: free.map(([name]) => name).join(', ') || 'nothing: exactly this deed' },
          {
            label: 'At most',
            value: [`${uses} times`, ...(usd ? [`$${usd.toFixed(2)}`] : [])].join(', '),
          },
          { label: 'Ends', value: `${input.duration} after it is granted, or when anybody revokes it` },
        ],
        undo: '`revoke <lease>`, by anybody',
        preconditions: [],
        covers: await covered(action, fixed, sample, context),
        resolved: { shape, minutes, uses, usd: usd ?? null },
      };
    },
    async run(plan, context) {
      const { leases, runs } = services();
      const run = await runs.get(context.run);
      if (!run) throw new SophiaError('internal', 'The run is not there.');
      const { approvalId, voters } = await votersOf(services(), context.deed);
      const now = context.now();
      const { shape, minutes, uses, usd } = plan.resolved as unknown as Resolved;
      const lease = await leases.grant(
        {
          holder: context.requester.id,
          channel: run.channel,
          audience: run.audience,
          shape,
          environment: plan.covers?.plan.environment ?? null,
          approvalId,
          voters,
          grantedAt: now.toISOString(),
          expiresAt: new Date(now.getTime() + minutes * 60_000).toISOString(),
          usesLeft: uses,
          usdLeft: usd,
        },
        context.deed,
      );
      return outputOf(lease);
    },
    reconcile: async (_plan, context) => {
      const lease = await services().leases.grantedBy(context.deed);
      return lease ? { state: 'done', output: outputOf(lease) } : { state: 'not done' };
    },
    show: (output) => {
      const { lease, shape, until, uses } = output as ReturnType<typeof outputOf>;
      return {
        kind: 'words',
        markdown: `Lease **${lease}** is open: \`${shape}\`, ${uses} times at most, until ${until} UTC. Each use is told in its thread.`,
        buttons: [revokeButton(lease)],
      };
    },
  });

  function shapeFrom(input: {
    deed?: string | undefined;
    action?: string | undefined;
    input?: unknown;
    vary?: string[] | undefined;
    uses: number;
    usd?: number | undefined;
  }): ReadShape & { uses: number; usd: number | undefined } {
    const { actions } = services();
    const { uses, usd } = input;
    if (input.deed !== undefined) return readTypedLease(input.deed, { uses, usd }, actions);
    const action = actions.get(input.action ?? '');
    if (!action)
      throw new SophiaError('bad_input', 'Say which deed to allow.', {
        hint: '`allow 1h deploy web to staging ref *`',
      });
    return { ...shapeAround(action, (input.input ?? {}) as never, input.vary ?? []), uses, usd };
  }

  /** What the policy would be asked for a deed of this shape; planned where its fixed arguments make a whole deed. */
  async function covered(action: Action, fixed: ReadShape['fixed'], sample: ReadShape['sample'], context: LookContext) {
    const facts = { action: action.name, effect: action.effect, ...(action.egress ? { egress: true as const } : {}) };
    const named = typeof fixed.environment === 'string' ? { environment: fixed.environment } : {};
    const repository = typeof fixed.repo === 'string' ? { repository: fixed.repo } : {};
    if (sample && action.plan) {
      const draft = await action.plan(sample, context).catch(() => null);
      if (draft) {
        const place = draft.environment ?? services().environmentOf(draft.target);
        const from = draft.repository ? { repository: draft.repository } : repository;
        return { ...facts, plan: { target: draft.target, ...(place ? { environment: place } : {}), ...from } };
      }
    }
    return { ...facts, plan: { target: `lease:${action.name}`, ...named, ...repository } };
  }

  const revokeLease = defineAction({
    name: 'sophia_revoke_lease',
    description: 'ends a lease at once; anybody may',
    effect: 'write',
    worksFrozen: true,
    usage: 'revoke <lease>',
    example: '/sophia revoke L3',
    input: z.strictObject({ lease: leaseId }),
    output: z.strictObject({ revoked: z.string() }),
    async plan({ lease }) {
      const found = await services().leases.get(lease);
      if (!found)
        throw new SophiaError('not_found', `There is no lease ${lease}.`, { hint: '`leases` lists those open.' });
      return {
        target: `lease:${found.id}`,
        summary: `Revoke lease ${found.id}: ${showShape(found.shape)}`,
        details: [{ label: 'Held by', value: mentionOf(services(), found.holder) }],
        preconditions: [],
      };
    },
    async run(plan, context) {
      await services().leases.revoke(plan.input.lease, context.requester.id, context.now().toISOString());
      return { revoked: plan.input.lease.toUpperCase() };
    },
    reconcile: async ({ input }) => {
      const found = await services().leases.get(input.lease);
      return found?.state === 'revoked' ? { state: 'done', output: { revoked: found.id } } : { state: 'not done' };
    },
  });

  const listLeases = defineAction({
    name: 'sophia_list_leases',
    description: 'lists the leases that are open here',
    effect: 'read',
    usage: 'leases',
    example: '/sophia leases',
    input: z.strictObject({}),
    output: z.strictObject({ leases: z.array(z.record(z.string(), z.string())) }),
    async run(_plan, context) {
      const open = await services().leases.live(context.now().toISOString());
      const here = open.filter(
        (lease) => lease.audience.endsWith(':public') || lease.audience === context.place.audience,
      );
      return {
        leases: here.map((lease) => ({
          lease: lease.id,
          holder: mentionOf(services(), lease.holder),
          shape: showShape(lease.shape),
          left: `${lease.usesLeft} uses${lease.usdLeft === null ? '' : `, $${lease.usdLeft.toFixed(2)}`}`,
          until: lease.expiresAt.slice(0, 16).replace('T', ' '),
        })),
      };
    },
  });

  return [grantLease, revokeLease, listLeases];
}

function minutesOf(text: string): number {
  return Number(text.slice(0, -1)) * (text.endsWith('h') ? 60 : 1);
}

function outputOf(lease: Lease) {
  return {
    lease: lease.id,
    shape: showShape(lease.shape),
    until: lease.expiresAt.slice(0, 16).replace('T', ' '),
    uses: lease.usesLeft,
  };
}
