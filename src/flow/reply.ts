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
  const others = typed.filter((action) => action.kind !== 'workflow' && !own(action));
  const parts = [
    workflows(typed.filter((action) => action.kind === 'workflow')),
    connectors(others),
    `**About me** (\`help <word>\` tells more of one)\n${firstWords(typed.filter(own))}`,
    [
      '**Also**',
      '- `plan <command>` shows what a command would do, and does nothing',
      '- `break-glass <command> because <reason>` does it on your word alone, if the policy lets you: posted where all see it, reviewed the next day',
    ].join('\n'),
    ...[...off.values()].map((hint) => `_${hint}_`),
  ];
  return {
    kind: 'words',
    markdown: [
      'Mention me with a question in plain words; or type one of these after `/sophia`, or after mentioning me.',
      ...parts.filter(Boolean),
    ].join('\n\n'),
  };
}

function own(action: Action): boolean {
  return action.name.startsWith('sophia_');
}

/** What people come for is told in full. */
function workflows(actions: Action[]): string {
  const told = actions.map((action) => `- ${usageLine(action)}`);
  return told.length === 0
    ? ''
    : ['**Change something** (I show the plan and ask whoever may approve)', ...told].join('\n');
}

/** Of all else, only how each begins: a page of grammar is read by nobody. */
function connectors(actions: Action[]): string {
  const groups = Map.groupBy(actions, (action) => action.name.split('_')[0] ?? '');
  const lines = [...groups].map(([name, members]) => `- \`help ${name}\`: ${firstWords(members)}`);
  return lines.length === 0 ? '' : ['**Everything else** (`help <word>` tells each in full)', ...lines].join('\n');
}

function firstWords(actions: Action[]): string {
  const words = [...new Set(actions.map((action) => (action.usage ?? '').split(' ')[0]))].sort();
  return words.map((word) => `\`${word}\``).join(' · ');
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
