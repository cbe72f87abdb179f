/** Telling why the policy says what it says of one command, with live data and for the one who asks. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { PolicyQuestion, Services } from '../../core/job.ts';
import { parseThreadId } from '../../core/thread.ts';
import { explanationLines, verdictLine } from '../explain.ts';
import { parseInput } from '../input.ts';
import { readIntent } from '../intent.ts';
import { planOf } from '../plan.ts';
import { mentionOf } from './people.ts';

export function policyExplanations(services: () => Services): Action[] {
  const explainPolicy = defineAction({
    name: 'sophia_explain_policy',
    description:
      'tells what the policy says of a command and why: which rule decides, and why the rules before it do not',
    effect: 'read',
    usage: 'policy explain <command...>',
    example: '/sophia policy explain stop',
    input: z.strictObject({ command: z.string().min(1).max(2000) }),
    output: z.strictObject({ text: z.string() }),
    async run(plan, context) {
      const { actions, policy, environmentOf } = services();
      const intent = readIntent({ text: plan.input.command.replace(/^\/sophia\s+/, ''), kind: 'command' }, actions);
      const action = intent.kind === 'act' ? actions.get(intent.action) : undefined;
      if (intent.kind !== 'act' || !action)
        throw new SophiaError('bad_input', `“${plan.input.command}” is no command that I know.`, {
          hint: 'Write it as you would after `/sophia`: `policy explain deploy web to production`.',
        });
      const parsed = parseInput(action, intent.input);
      if (parsed.state === 'wrong') throw new SophiaError('bad_input', `That does not fit: ${parsed.problem}.`);
      const planned = await planOf(action, parsed.input, { ...context, taint: [], environmentOf });
      const { surface, team, channel } = parseThreadId(context.place.thread);
      const question: PolicyQuestion = {
        action,
        plan: planned,
        requester: context.requester,
        channel: `${surface}:${team}:${channel}`,
        taint: [],
      };
      const clean = await policy.explain(question);
      const tainted = await policy.explain({ ...question, taint: [{ source: 'untrusted text' }] });
      const mention = (person: string) => mentionOf(services(), person);
      return {
        text: [
          `**${action.name}** in ${planned.environment ?? 'no environment'}, asked by you, here:`,
          ...explanationLines(clean, mention),
          tainted.ruling.verdict === clean.ruling.verdict
            ? 'Untrusted text in the run would change nothing.'
            : `With untrusted text in the run: ${verdictLine(tainted, mention)}`,
        ].join('\n'),
      };
    },
    show: (output) => ({ kind: 'words', markdown: (output as { text: string }).text }),
  });

  return [explainPolicy];
}
