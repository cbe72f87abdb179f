/** A Reply as Slack messages: pure, redacted before anything is shortened and again after. */
import type { Reply } from '../../../core/reply.ts';
import { type Block, plain, type Rendered } from '../blocks.ts';
import { problemsOfMessage } from '../limits.ts';
import { renderApprovals } from './approvals.ts';
import { renderCard } from './card.ts';
import { renderDigest } from './digest.ts';
import { cut } from './literal.ts';
import { renderOutcome } from './outcome.ts';
import { renderPlan } from './plan.ts';
import { renderProgress } from './progress.ts';
import { renderTable } from './table.ts';
import { renderWords } from './words.ts';

export type Redact = (text: string) => string;

/** One message for every kind but long words, which may take up to `mostMessages`. */
export function render(reply: Reply, redact: Redact, mostMessages = 1): Rendered[] {
  // A secret cut in half by shortening would no longer be found, so it goes first.
  const clean = everyString(reply, redact);
  return draw(clean, mostMessages).map((message) => sendable(everyString(message, redact)));
}

function draw(reply: Reply, mostMessages: number): Rendered[] {
  switch (reply.kind) {
    case 'words':
      return renderWords(reply, mostMessages);
    case 'card':
      return [renderCard(reply)];
    case 'approvals':
      return [renderApprovals(reply)];
    case 'plan':
      return [renderPlan(reply)];
    case 'progress':
      return [renderProgress(reply)];
    case 'outcome':
      return [renderOutcome(reply)];
    case 'digest':
      return [renderDigest(reply)];
    case 'table':
      return [renderTable(reply)];
  }
}

/** The last resort when a limit was overrun all the same: the words without the drawing, never a refused message. */
export function sendable(message: Rendered): Rendered {
  if (problemsOfMessage(message).length === 0) return message;
  const text = cut(message.text, 3000).trim() || 'Sophia';
  const words = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return { text, blocks: [plain(words) as Block] };
}

export function everyString<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => everyString(item, change)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, everyString(item, change)])) as T;
}
