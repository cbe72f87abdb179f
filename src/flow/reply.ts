/** Turns what happened into what is said. */
import type { Action } from '../core/action.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Reply } from '../core/reply.ts';
import type { Worked } from './agent.ts';
import { listing } from './listing.ts';

export function sayOutcome(action: Action | undefined, title: string, outcome: Outcome): Reply {
  if (outcome.state === 'done' && action?.show) return action.show(outcome.output);
  if (outcome.state === 'done' && action?.effect === 'read') return listing(title, outcome.output);
  return { kind: 'outcome', title, outcome };
}

export function sayWorked(worked: Worked, run: string): Reply {
  const footer = [
    worked.model ?? 'no model answered',
    `$${worked.usd.toFixed(4)}`,
    ...(worked.fallbacks.length > 0 ? [`fell back after ${worked.fallbacks.join('; ')}`] : []),
    ...worked.notes,
    'An AI wrote this; check what matters.',
  ].join(' · ');
  return {
    kind: 'words',
    markdown: worked.text || 'I have nothing to add.',
    tone: worked.tone,
    footer,
    ...(worked.model === null ? {} : { feedback: run }),
  };
}

export function sayHelp(
  actions: ReadonlyMap<string, Action>,
  topic: string | null,
  off: ReadonlyMap<string, string>,
): Reply {
  const typed = [...actions.values()].filter((action) => action.usage !== undefined);
  if (topic !== null) return sayTopic(typed, topic);
  const parts = [
    part(
      'Change something',
      'I show the plan and ask whoever may approve',
      typed.filter((action) => action.effect !== 'read' && !own(action)),
    ),
    part(
      'Look something up',
      'nobody is asked',
      typed.filter((action) => action.effect === 'read' && !own(action)),
    ),
    ownPart(typed.filter(own)),
    [
      '**Also**',
      '- `plan <command>` shows what a command would do, and does nothing',
      '- `help <word>` tells what a command does, with examples: `help deploy`, `help release`',
      '- `break-glass <command> because <reason>` does it on your word alone, if the policy lets you: posted where all see it, reviewed the next day',
      '- mention me with a question in plain words',
    ].join('\n'),
    ...[...off.values()].map((hint) => `_${hint}_`),
  ];
  return {
    kind: 'words',
    markdown: ['Type these after `/sophia`, or after mentioning me.', ...parts.filter(Boolean)].join('\n\n'),
  };
}

function own(action: Action): boolean {
  return action.name.startsWith('sophia_');
}

/** There are many, and few are wanted at once: but for the workflows, what each does is told by `help <word>`. */
function part(title: string, about: string, actions: Action[]): string {
  if (actions.length === 0) return '';
  const told = actions.filter((action) => action.kind === 'workflow').map((action) => `- ${usageLine(action)}`);
  const rest = usages(actions.filter((action) => action.kind !== 'workflow'));
  return [`**${title}** (${about})`, ...told, ...(rest ? [rest] : [])].join('\n');
}

/** Only what each begins with: a page of grammar is read by nobody. */
function ownPart(actions: Action[]): string {
  const words = [...new Set(actions.map((action) => (action.usage ?? '').split(' ')[0]))].sort();
  return `**About me** (\`help <word>\` tells more of one)\n${words.map((word) => `\`${word}\``).join(' · ')}`;
}

/** One to a line, as one block: what each is drawn with counts towards the size of a message. */
function usages(actions: Action[]): string {
  return actions.length === 0 ? '' : ['```', ...actions.map((action) => action.usage), '```'].join('\n');
}

function usageLine(action: Action): string {
  return `\`${action.usage}\` – ${action.description}`;
}

function sayTopic(typed: Action[], topic: string): Reply {
  const about = (action: Action) => `${action.usage} ${action.name} ${action.description}`.toLowerCase();
  const wanted = typed.filter((action) => about(action).includes(topic.toLowerCase()));
  if (wanted.length === 0)
    return { kind: 'words', markdown: `I have no command about “${topic}”. \`/sophia help\` lists all.` };
  const rows = wanted.map((action) => `- ${usageLine(action)}${action.example ? `, e.g. \`${action.example}\`` : ''}`);
  return { kind: 'words', markdown: rows.join('\n') };
}
