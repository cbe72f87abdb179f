/** The policy in force: read from the store before every ruling, so that a change on one replica holds on all at once. */
import type { Action } from '../core/action.ts';
import { SophiaError, toSophiaError } from '../core/error.ts';
import type { PolicyInForce, PolicyQuestion } from '../core/job.ts';
import type { Policies, PolicyVersion } from '../core/policies.ts';
import type { Ruling } from '../core/reply.ts';
import { explain } from './explain.ts';
import { guardChanges, type PolicyOf } from './guard-changes.ts';
import { beyondAnybody, canBeChanged } from './lock-out.ts';
import { parsePolicy } from './policy.ts';
import { policyHash } from './policy-text.ts';
import { strictest } from './strictest.ts';

type Held = { version: PolicyVersion; policy: ReturnType<PolicyOf> };

/** What stays possible when nobody can say what the policy is: looking at Sophia herself, and stopping things. */
const alwaysPossible = ['sophia_stop_run', 'sophia_freeze'];

export function createPolicyInForce(parts: { policies: Policies; policyOf: PolicyOf }): PolicyInForce {
  const { policies, policyOf } = parts;
  // Never held: it costs nothing, and the people of SOPHIA_ADMINS may be all there is.
  const builtIn = () => guardChanges(policyOf, null);
  let held: Held | null = null;

  async function load(): Promise<Held | null> {
    const number = await policies.number();
    if (number === 0) {
      held = null;
      return null;
    }
    if (held?.version.number === number) return held;
    const version = await policies.get(number);
    if (!version || policyHash(version.text) !== version.hash)
      throw new SophiaError('internal', `Policy #${number} is not as it was approved: its text and its hash differ.`, {
        hint: 'Put a good one in force from the server: `npm run sophia -- policy adopt`.',
      });
    held = { version, policy: guardChanges(policyOf, parsePolicy(version.text)) };
    return held;
  }

  return {
    async rule(question) {
      let policy: ReturnType<PolicyOf>;
      try {
        policy = (await load())?.policy ?? builtIn();
      } catch (error) {
        return unreadable(question, toSophiaError(error).message);
      }
      const { covers } = question.plan;
      const own = await policy.rule(question);
      if (!covers) return own;
      const action = {
        ...question.action,
        name: covers.action,
        effect: covers.effect,
        egress: covers.egress,
      } as Action;
      return strictest(own, await policy.rule({ ...question, action, plan: covers.plan }), question.requester.id);
    },
    async breakGlass(person) {
      try {
        return await ((await load())?.policy ?? builtIn()).breakGlass(person);
      } catch (error) {
        const reason = `I cannot read the policy in force. ${toSophiaError(error).message}`;
        return { state: 'may not', reason, mayReview: false };
      }
    },
    // As read last; every ruling reads anew.
    admins: () => (held?.policy ?? builtIn()).admins(),
    current: async () => (await load())?.version ?? null,
    explain: async (question) => {
      const now = await load();
      return explain(policyOf, now && parsePolicy(now.version.text), question);
    },
    async weigh(text, change) {
      const document = parsePolicy(text);
      return {
        changeable: await canBeChanged(policyOf, document, change),
        undecidable: await beyondAnybody(policyOf, document, change),
      };
    },
  };
}

function unreadable({ action }: PolicyQuestion, problem: string): Ruling {
  const own = action.effect === 'read' && action.name.startsWith('sophia_');
  if (own || alwaysPossible.includes(action.name)) return { verdict: 'allow', rule: 'the policy cannot be read' };
  return {
    verdict: 'refuse',
    rule: 'the policy cannot be read',
    reason: `I cannot read the policy in force, so I do nothing that it would have to judge. ${problem}`,
  };
}
