/** Who must say yes to what: rules as data, first match wins, and nothing a rule forgot is allowed by accident. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Rule } from '../core/approval.ts';
import { SophiaError } from '../core/error.ts';
import type { Policy, PolicyQuestion } from '../core/job.ts';
import type { Ruling } from '../core/reply.ts';
import { createRoster, type Directory, isLive } from './approvers.ts';
import { timeWindow, within } from './policy-time.ts';

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const duration = z.string().regex(/^[1-9]\d*(s|m|h|d)$/, 'a duration such as 30m, 1h or 2d');

const selector = z
  .string()
  .min(1)
  .refine(
    (name) => !/^(group|github):/.test(name) || /^(group:@?[\w.-]+|github:write)$/.test(name),
    'group:@handle or github:write',
  );

const match = z.strictObject({
  connector: oneOrMore.optional().describe('the first word of the action’s name: github, fly, sophia'),
  time: timeWindow.optional(),
  action: oneOrMore.optional().describe('action name; `*` at the end matches the rest: fly_*'),
  effect: z
    .union([z.enum(['read', 'write', 'destroy']), z.array(z.enum(['read', 'write', 'destroy'])).min(1)])
    .optional(),
  environment: oneOrMore.optional(),
  channel: oneOrMore.optional().describe('channel id'),
  person: oneOrMore
    .refine((names) => ![names].flat().some(isLive), 'a role or person ids: groups are asked for approvers only')
    .optional()
    .describe('role or person id of the one who asks'),
  taint: z.boolean().optional().describe('true: only when untrusted text is in the run'),
  egress: z.boolean().optional(),
  approver: z
    .boolean()
    .optional()
    .describe('true: only when who asks may decide the deed it is about (whose outcome is settled)'),
});

const policyRule = z
  .strictObject({
    name: z.string().min(1),
    match: match.default({}),
    // biome-ignore lint/suspicious/noThenProperty: the policy reads "match …, then ask"; it is data and never awaited
    then: z.enum(['allow', 'ask', 'refuse']),
    approvers: z
      .array(selector)
      .optional()
      .describe('roles, person ids, `group:@oncall`, `github:write`; default: admins'),
    quorum: z.int().min(1).max(10).default(1),
    self_approval: z.boolean().default(false),
    expires: duration.default('1h'),
    remind: duration.optional().describe('approvers are reminded this often, three times at most'),
    backup: z
      .strictObject({ approvers: z.array(selector).min(1), after: duration })
      .optional()
      .describe('who may decide as well after that time'),
    reason: z.string().optional().describe('said when it refuses'),
  })
  .refine((rule) => rule.then !== 'ask' || rule.approvers === undefined || rule.approvers.length > 0, {
    message: 'an empty approver list would let nobody decide',
  })
  .refine((rule) => !rule.backup || milliseconds(rule.backup.after) < milliseconds(rule.expires), {
    message: 'the backup would come in after it expires',
  });

export const policyDocument = z.strictObject({
  version: z.literal(1),
  roles: z.record(z.string(), z.array(z.string().min(1))).default({}),
  people: z
    .record(z.string(), z.strictObject({ github: z.string().min(1) }))
    .default({})
    .describe('person id → login elsewhere, for `github:write`'),
  break_glass: z
    .strictObject({
      who: z.array(selector).min(1),
      announce: z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'a channel id such as C0OPS'),
      review: z.array(selector).default(['admins']),
    })
    .optional()
    .describe('who may do one deed alone, where it is posted before it runs, and who reviews it'),
  rules: z.array(policyRule).default([]),
});

export type PolicyDocument = z.infer<typeof policyDocument>;
type PolicyRule = z.infer<typeof policyRule>;

const brakes = new Set(['sophia_stop_run', 'sophia_freeze', 'sophia_revoke_lease', 'sophia_review_break_glass']);

/** What holds where the document says nothing: reads are free, a write asks one who is not the requester, a destroy asks two. */
export const builtInRules: PolicyRule[] = [
  builtIn(
    'stopping, freezing, remembering, correcting and forgetting one’s own, and reviewing need nobody',
    [
      'sophia_stop_run',
      'sophia_freeze',
      'sophia_remember',
      'sophia_forget',
      'sophia_correct_memory',
      'sophia_keep_memory',
      'sophia_refuse_memory',
      'sophia_review_break_glass',
      'sophia_revoke_lease',
    ],
    'allow',
  ),
  {
    ...builtIn('an admin who has looked settles an unknown outcome', undefined, 'allow'),
    match: { action: 'sophia_settle_outcome', person: 'admins' },
  },
  {
    ...builtIn('who may decide a deed, and did not ask for it, settles its unknown outcome', undefined, 'allow'),
    match: { action: 'sophia_settle_outcome', approver: true },
  },
  { ...builtIn('reads are free', undefined, 'allow'), match: { effect: 'read' } },
  { ...builtIn('a write asks one other person', undefined, 'ask'), match: { effect: 'write' } },
  { ...builtIn('a destroy asks two other people', undefined, 'ask'), match: { effect: 'destroy' }, quorum: 2 },
];

function builtIn(name: string, action: string[] | undefined, then: PolicyRule['then']): PolicyRule {
  return { name, match: action ? { action } : {}, then, quorum: 1, self_approval: false, expires: '1h' };
}

export function parsePolicy(text: string): PolicyDocument {
  let data: unknown;
  try {
    data = parse(text);
  } catch (cause) {
    throw new SophiaError(
      'not_configured',
      `The policy is not YAML: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
  const parsed = policyDocument.safeParse(data);
  if (!parsed.success)
    throw new SophiaError('not_configured', `The policy does not hold: ${z.prettifyError(parsed.error)}`, {
      hint: 'See docs/policy.md for the format.',
    });
  return parsed.data;
}

export type PolicyOptions = {
  document: PolicyDocument | null;
  /** Person ids or their short form (`U0ALICE`). */
  admins: string[];
  /** Short id → person id of the workspace. */
  personId(short: string): string;
  /** For rules that look at the time. */
  now?(): Date;
  /** Asked live for groups and rights elsewhere; without it they name nobody. */
  directory?: Directory;
  /** Where nothing can be asked (the command line): groups and rights elsewhere count as enough people. */
  assumeLive?: true;
};

export function createPolicy(options: PolicyOptions): Policy {
  const { document, now = () => new Date() } = options;
  const logins = Object.entries(document?.people ?? {}).map(([person, { github }]) => [person, github] as const);
  const roster = createRoster({
    roles: document?.roles ?? {},
    logins: Object.fromEntries(logins),
    admins: options.admins,
    personId: options.personId,
    directory: options.directory,
  });

  function fits(rule: PolicyRule, question: PolicyQuestion): boolean {
    const { action, plan, requester, channel, taint } = question;
    const wanted = rule.match;
    const parts: [string | string[] | undefined, (value: string) => boolean][] = [
      [
        wanted.action,
        (value) => (value.endsWith('*') ? action.name.startsWith(value.slice(0, -1)) : action.name === value),
      ],
      [wanted.effect, (value) => action.effect === value],
      [wanted.environment, (value) => plan.environment === value],
      [wanted.channel, (value) => channel === value || channel.endsWith(`:${value}`)],
      [wanted.person, (value) => roster.known([value]).includes(requester.id)],
      [wanted.connector, (value) => action.name.split('_')[0] === value],
    ];
    if (wanted.time !== undefined && !within(wanted.time, now())) return false;
    if (wanted.taint !== undefined && wanted.taint !== taint.length > 0) return false;
    if (wanted.egress !== undefined && wanted.egress !== (action.egress === true)) return false;
    if (wanted.approver !== undefined && wanted.approver !== (plan.deciders ?? []).includes(requester.id)) return false;
    return parts.every(([want, test]) => want === undefined || [want].flat().some(test));
  }

  async function ask(rule: PolicyRule, question: PolicyQuestion): Promise<Ruling> {
    const { named, unread } = await roster.resolve(rule.approvers ?? ['admins'], question.plan);
    const backup = rule.backup ? await roster.resolve(rule.backup.approvers, question.plan) : null;
    const approvers = [
      ...new Set(named.flatMap((one) => (options.assumeLive && isLive(one.selector) ? [one.selector] : one.people))),
    ];
    const all = [...new Set([...approvers, ...(backup?.named ?? []).flatMap((one) => one.people)])];
    const eligible = rule.self_approval ? all : all.filter((person) => person !== question.requester.id);
    const wanted: Rule = {
      name: rule.name,
      approvers,
      named,
      quorum: rule.quorum,
      selfApproval: rule.self_approval,
      expiresInMs: milliseconds(rule.expires),
      ...(rule.remind ? { remindEveryMs: milliseconds(rule.remind) } : {}),
      ...(rule.backup && backup ? { backup: { named: backup.named, afterMs: milliseconds(rule.backup.after) } } : {}),
    };
    // Never ask for what could not be granted.
    const assumed =
      options.assumeLive && [rule.approvers, rule.backup?.approvers].flat().some((name) => name && isLive(name));
    if (eligible.length < rule.quorum && !assumed) {
      const because = [...unread, ...(backup?.unread ?? [])].map((one) => ` I cannot tell who ${one}.`).join('');
      return {
        verdict: 'refuse',
        rule: rule.name,
        reason: `It needs ${rule.quorum} approval${rule.quorum === 1 ? '' : 's'}, but only ${eligible.length} of the people named may give one${rule.self_approval ? '' : ' (you may not approve your own request)'}.${because}`,
      };
    }
    return { verdict: 'ask', rule: wanted };
  }

  const rules = [...(document?.rules ?? []), ...builtInRules];
  return {
    admins: () => roster.admins,
    async breakGlass(person) {
      const glass = document?.break_glass;
      const among = async (names: string[]) =>
        (await roster.resolve(names, { target: 'sophia:break-glass' })).named.some((one) =>
          one.people.includes(person),
        );
      const mayReview = roster.admins.includes(person) || (await among(glass?.review ?? []));
      if (!glass)
        return {
          state: 'may not',
          reason: 'The policy lets nobody break the glass (`break_glass` is not in it).',
          mayReview,
        };
      if (!(await among(glass.who)))
        return { state: 'may not', reason: `Only ${glass.who.join(', ')} may break the glass.`, mayReview };
      return { state: 'may', announce: channelId(options, glass.announce), mayReview };
    },
    async rule(question) {
      const rule = rules.find((candidate) => judges(candidate, question.action.name) && fits(candidate, question));
      if (!rule) return { verdict: 'refuse', rule: 'nothing matches', reason: 'No policy rule covers this.' };
      if (rule.then === 'refuse')
        return { verdict: 'refuse', rule: rule.name, reason: rule.reason ?? 'The policy forbids it.' };
      if (rule.then === 'ask') return ask(rule, question);
      // Untrusted text in the run raises what would be free; nothing ever lowers.
      const risky = question.action.effect !== 'read' || question.action.egress === true;
      if (question.taint.length > 0 && risky)
        return ask({ ...rule, name: `${rule.name}; asked because untrusted text is in this run` }, question);
      return { verdict: 'allow', rule: rule.name };
    },
  };
}

/** `C0OPS` → `slack:T1:C0OPS`: channels and people of a workspace are named alike. */
function channelId(options: PolicyOptions, short: string): string {
  return options.personId(short);
}

/** What only stops things must not wait because somebody wrote “every write asks”: such an action is judged by rules that name it. */
function judges(rule: PolicyRule, action: string): boolean {
  if (!brakes.has(action) || builtInRules.includes(rule)) return true;
  return [rule.match.action ?? []].flat().some((name) => name.startsWith('sophia_'));
}

function milliseconds(text: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) as 's' | 'm' | 'h' | 'd'];
  return Number(text.slice(0, -1)) * unit;
}
