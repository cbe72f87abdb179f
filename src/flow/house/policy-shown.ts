/** Showing who approves what, and which policies were in force before. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import { nameOf } from '../policy-text.ts';
import { type RuleRow, ruleRows } from '../rule-rows.ts';
import { mentionOf } from './people.ts';

const cell = z.string();
const mostVersions = 30;

export function policyReads(services: () => Services): Action[] {
  const show = defineAction({
    name: 'sophia_show_policy',
    description:
      'shows who must say yes to what: every rule of the policy in force, in the order in which they are read',
    effect: 'read',
    usage: 'policy show',
    example: '/sophia policy show',
    input: z.strictObject({}),
    output: z.strictObject({
      inForce: z.string(),
      rules: z.array(
        z.strictObject({ rule: cell, matches: cell, verdict: cell, approvers: cell, quorum: cell, expires: cell }),
      ),
    }),
    async run() {
      const { policy } = services();
      const now = await policy.current();
      const by = now?.by ? `by ${mentionOf(services(), now.by)}` : 'from the server';
      const inForce = now ? `${nameOf(now)}, put in force ${by} at ${minute(now.at)} UTC` : nameOf(now);
      return {
        inForce,
        rules: ruleRows(now?.text ?? null, policy.admins(), (person) => mentionOf(services(), person)),
      };
    },
    show: (output) => {
      const { inForce, rules } = output as { inForce: string; rules: RuleRow[] };
      const columns = ['rule', 'matches', 'verdict', 'approvers', 'quorum', 'expires'] as const;
      return {
        kind: 'table',
        title: 'Policy in force: the first rule that matches decides',
        columns: [...columns],
        rows: rules.map((row) => columns.map((name) => row[name])),
        footer: `${inForce}. /sophia policy explain <command> says what it says of one.`,
      };
    },
  });

  const history = defineAction({
    name: 'sophia_list_policies',
    description:
      'lists the policies that were in force, the newest first, with who asked for each and which approval let it in',
    effect: 'read',
    usage: 'policy history',
    example: '/sophia policy history',
    input: z.strictObject({}),
    output: z.strictObject({
      policies: z.array(z.strictObject({ policy: cell, by: cell, at: cell, approval: cell })),
    }),
    async run() {
      const versions = await services().policies.latest(mostVersions);
      return {
        policies: versions.map((version) => ({
          policy: nameOf(version),
          by: version.by ? mentionOf(services(), version.by) : 'the server',
          at: minute(version.at),
          approval: version.approvalId?.slice(0, 8) ?? '–',
        })),
      };
    },
  });

  return [show, history];
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
