/** Changing the policy in force: a proposal is planned, judged by the policy it would replace, and put in force once. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Detail, Plan, PlanDraft } from '../../core/plan.ts';
import { parsePolicy } from '../policy.ts';
import { changedRules, lineDiff } from '../policy-diff.ts';
import { nameOf, policyHash, soundPolicy } from '../policy-text.ts';
import { surfaceOf } from './people.ts';

const put = z.strictObject({ number: z.int(), hash: z.string() });
type Put = z.infer<typeof put>;

export function policyActions(services: () => Services): Action[] {
  /** The same plan for a new text and for an earlier one. */
  async function propose(text: string, summary: string, change: Action): Promise<PlanDraft> {
    const { policy, policies } = services();
    const now = await policy.current();
    const hash = policyHash(text);
    if (now?.hash === hash)
      throw new SophiaError('conflict', `That is the policy in force already (${nameOf(now)}).`, {
        hint: '`/sophia policy show` shows it.',
      });
    const would = await policy.weigh(text, change);
    if (!would.changeable)
      throw new SophiaError(
        'bad_input',
        'Under that policy nobody could ever change the policy again, so I refuse it.',
        {
          hint: 'Look at its rules that name `sophia_change_policy`, and at who is an admin.',
        },
      );
    return {
      // Each text is a target of its own: two proposals may be open at once, and the first to be approved voids the other.
      target: `sophia:policy/${hash.slice(0, 8)}`,
      summary,
      details: [
        ...(await onlyAdmin(services())),
        ...(would.undecidable.length > 0
          ? [{ label: '⚠️ Nobody could approve', value: would.undecidable.join('; ') }]
          : []),
        { label: 'In force now', value: nameOf(now) },
        { label: 'Next', value: nameOf({ number: (now?.number ?? 0) + 1, hash }) },
        ...changedRules(now && parsePolicy(now.text), parsePolicy(text)),
      ],
      diff: lineDiff(now?.text ?? '', text),
      undo: now ? '/sophia policy back' : '/sophia policy apply, with a policy that has no rules',
      preconditions: [
        { name: 'the policy in force', expected: nameOf(now) },
        { name: 'hash of the policy in force', expected: now?.hash ?? 'none' },
        { name: 'the proposed policy', expected: hash },
      ],
      resolved: { text, hash, follows: await policies.number() },
    };
  }

  async function enact(plan: Plan, deed: string, requester: string): Promise<Put> {
    const { policies, ledger, now } = services();
    const text = String(plan.resolved?.text);
    const hash = String(plan.resolved?.hash);
    const follows = Number(plan.resolved?.follows);
    const approvalId = (await ledger.get(deed))?.approvalId ?? null;
    const at = now().toISOString();
    const next = await policies.put({ text, hash, by: requester, at, approvalId, deed }, follows, {
      kind: 'policy',
      at,
      runId: deed.split('/')[0] ?? null,
      person: requester,
      action: plan.action,
      approvalId,
      facts: { number: follows + 1, hash, follows },
    });
    if (!next)
      throw new SophiaError('conflict', 'Another policy was put in force just before this one, so this one was not.', {
        hint: 'Look at it with `/sophia policy show`, then ask again.',
      });
    return { number: next.number, hash: next.hash };
  }

  async function done(deed: string) {
    const version = await services().policies.byDeed(deed);
    return version
      ? ({ state: 'done', output: { number: version.number, hash: version.hash } } as const)
      : ({ state: 'not done' } as const);
  }

  const change: Action = defineAction({
    name: 'sophia_change_policy',
    description:
      'puts another policy in force: the file of SOPHIA_POLICY, or the YAML written after it; asks another admin',
    effect: 'write',
    worksFrozen: true,
    usage: 'policy apply [<text...>]',
    example: '/sophia policy apply',
    input: z.strictObject({ text: z.string().min(1).max(40_000).optional().describe('YAML; without it, the file') }),
    output: put,
    async plan(input) {
      const text = soundPolicy(input.text ?? fileText(services()));
      const from = input.text === undefined ? 'the policy file' : 'the policy that was written with the request';
      return propose(text, `Put ${from} in force`, change);
    },
    run: (plan, { deed, requester }) => enact(plan, deed, requester.id),
    reconcile: (_, { deed }) => done(deed),
  });

  const restore: Action = defineAction({
    name: 'sophia_restore_policy',
    description: 'puts the policy before this one in force again; asks another admin',
    effect: 'write',
    worksFrozen: true,
    usage: 'policy back',
    example: '/sophia policy back',
    input: z.strictObject({}),
    output: put,
    async plan() {
      const [, before] = await services().policies.latest(2);
      if (!before)
        throw new SophiaError('not_found', 'There is no earlier policy to go back to.', {
          hint: '`/sophia policy apply` puts the policy file in force.',
        });
      return propose(soundPolicy(before.text), `Go back to policy ${nameOf(before)}`, restore);
    },
    run: (plan, { deed, requester }) => enact(plan, deed, requester.id),
    reconcile: (_, { deed }) => done(deed),
  });

  return [change, restore];
}

function fileText(services: Services): string {
  if (!services.policyFile)
    throw new SophiaError('not_configured', 'No policy file is set.', {
      hint: 'Set SOPHIA_POLICY, or write the policy after the command: `/sophia policy apply` and then the YAML.',
    });
  return services.policyFile.read();
}

async function onlyAdmin(services: Services): Promise<Detail[]> {
  const [admin, other] = services.policy.admins();
  if (admin === undefined || other !== undefined) return [];
  const { name } = await surfaceOf(services, admin).person(admin);
  return [
    {
      label: '⚠️ ONE ADMIN ONLY',
      value: `${name} may approve this alone, own requests too: nobody else is there to look.`,
    },
  ];
}
