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

export function sayWorked(worked: Worked): Reply {
  const footer = [
    worked.model ?? 'no model answered',
    `$${worked.usd.toFixed(4)}`,
    ...(worked.fallbacks.length > 0 ? [`fell back after ${worked.fallbacks.join('; ')}`] : []),
    ...worked.notes,
    'An AI wrote this; check what matters.',
  ].join(' · ');
  return { kind: 'words', markdown: worked.text || 'I have nothing to add.', tone: worked.tone, footer };
}

export function sayHelp(
  actions: ReadonlyMap<string, Action>,
  topic: string | null,
  off: ReadonlyMap<string, string>,
): Reply {
  const typed = [...actions.values()].filter((action) => action.usage !== undefined);
  const wanted =
    topic === null
      ? typed
      : typed.filter((action) =>
          `${action.usage} ${action.name} ${action.description}`.toLowerCase().includes(topic.toLowerCase()),
        );
  if (wanted.length === 0)
    return { kind: 'words', markdown: `I have no command about “${topic}”. \`/sophia help\` lists all.` };
  const rows = wanted.map((action) => {
    const mark = action.effect === 'read' ? '' : ' _(may ask for approval)_';
    return `• \`${action.usage}\` – ${action.description}${mark}${action.example ? `\n   e.g. \`${action.example}\`` : ''}`;
  });
  const rest =
    topic === null
      ? [
          '• `plan <command>` – shows what a command would do, without asking or doing',
          '• `help [<topic>]`',
          '\nOr mention me with a question in plain words.',
          ...(off.size > 0 ? [`\nOff: ${[...off.values()].join(' ')}`] : []),
        ]
      : [];
  return {
    kind: 'words',
    markdown: ['**What you can type after `/sophia` (or after mentioning me)**', ...rows, ...rest].join('\n'),
  };
}
