/** Reads what a message asks for, without a model: an exact command is a deed, anything else is a question. */
import { distance } from 'fastest-levenshtein';
import type { Action } from '../core/action.ts';
import type { Intent } from '../core/intent.ts';
import type { Message } from '../core/message.ts';
import { couldBe, fromTyped } from './input.ts';
import { leadingWords, matchUsage } from './usage.ts';

/** A command this long that fits nothing is a question somebody typed after the slash. */
const questionWords = 4;

const asksForHelp = /^(?:what (?:can|do) (?:you|i) (?:do|ask)(?: you)?|commands)\s*[?!.]*$/i;

export function readIntent(
  message: Pick<Message, 'text' | 'kind' | 'act'>,
  actions: ReadonlyMap<string, Action>,
): Intent {
  if (message.act) return { kind: 'act', ...message.act, planOnly: false };
  const text = message.text.trim();
  const help = /^(?:help|\?)(?:\s+(.+))?$/i.exec(text);
  if (text === '' || help || asksForHelp.test(text)) return { kind: 'help', topic: help?.[1] ?? null };

  const glass = /^break[- ]?glass\b\s*(.*)$/is.exec(text);
  if (glass) return readGlass(glass[1] ?? '', actions);

  const planned = /^plan\s+(.+)$/is.exec(text);
  const command = planned?.[1] ?? text;
  const typed = [...actions.values()].filter((action) => action.usage !== undefined);
  let nearest: { action: Action; depth: number; problem: string } | null = null;
  for (const action of typed) {
    const match = matchUsage(action.usage ?? '', command, couldBe(action));
    if (match.state === 'matched')
      return { kind: 'act', action: action.name, input: fromTyped(action, match.values), planOnly: planned !== null };
    if (match.depth > (nearest?.depth ?? 0)) nearest = { action, ...match };
  }

  // In a sentence ("deploy failed again, why?") only an exact command is a command.
  if (message.kind === 'words') return { kind: 'ask', question: text };
  if (nearest && nearest.depth >= leadingWords(nearest.action.usage ?? '').split(' ').length)
    return {
      kind: 'unclear',
      problem: `${nearest.problem} The command is \`${nearest.action.usage}\`.`,
      suggestions: [nearest.action.example ?? nearest.action.usage ?? ''],
    };
  const suggestions = nearestCommands(command, typed);
  const count = text.split(/\s+/).length;
  if (
    count >= questionWords &&
    (suggestions.length === 0 || /\?$|^(what|who|why|when|where|how|which|is|are|can|show)\b/i.test(text))
  )
    return { kind: 'ask', question: text };
  return {
    kind: 'unclear',
    problem: `I do not know the command “${text.split(/\s+/)[0]}”.`,
    suggestions,
    unknown: true,
  };
}

const glassUsage = 'break-glass <command> because <reason>';
const leastReason = 10;

/** Typed by a person, as a whole: a command that fits exactly, and why they do it alone. */
function readGlass(text: string, actions: ReadonlyMap<string, Action>): Intent {
  const parts = /^(.+?)\s+(?:because|--)\s+(.+)$/is.exec(text);
  const reason = parts?.[2]?.trim() ?? '';
  const unclear = (problem: string): Intent => ({
    kind: 'unclear',
    problem,
    suggestions: ['break-glass rollback web to production because the site is down and nobody answers'],
  });
  if (!parts?.[1] || reason.length < leastReason)
    return unclear(`Say why, in a few words: \`${glassUsage}\`. All will see it.`);
  const intent = readIntent({ text: parts[1], kind: 'command' }, actions);
  if (intent.kind !== 'act' || intent.planOnly)
    return unclear(`“${parts[1]}” is no command I can carry out. It is \`${glassUsage}\`.`);
  return { ...intent, breakGlass: reason };
}

/** The commands whose first word is nearest to the one typed: put right where the rest fits, else an example. */
function nearestCommands(command: string, typed: Action[]): string[] {
  const [word = '', ...rest] = command.split(/\s+/);
  const begin = (action: Action) => (action.usage ?? '').split(/\s+/)[0] ?? '';
  const near = typed
    .map((action) => ({ action, far: distance(word.toLowerCase(), begin(action).toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(1, Math.floor(word.length / 2)));
  const nearest = near.filter(({ far }) => far === Math.min(...near.map((one) => one.far)));
  const fixed = nearest
    .map(({ action }) => ({ action, line: [begin(action), ...rest].join(' ') }))
    .find(({ action, line }) => matchUsage(action.usage ?? '', line, couldBe(action)).state === 'matched');
  const examples = nearest.map(({ action }) => action.example ?? action.usage ?? action.name);
  return [...new Set([...(fixed ? [`/sophia ${fixed.line}`] : []), ...examples])].slice(0, fixed ? 1 : 3);
}
