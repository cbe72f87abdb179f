/** Draws a message with as much room as Slack's limits leave: the same drawing with less and less until it fits. */
import { type Block, plain, type Rendered } from '../blocks.ts';
import { limits, problemsOfMessage } from '../limits.ts';
import { cut, escaped, shorten } from './literal.ts';

const rooms = [1, 0.6, 0.35, 0.2, 0.1, 0.05];

/** `summary` becomes the fallback text: escaped here, so it is given as plain text. */
export function fitted(summary: string, draw: (room: number) => Block[]): Rendered {
  const text = fallback(summary);
  for (const room of rooms) {
    const message = { text, blocks: draw(room).slice(0, limits.messageBlocks) };
    if (problemsOfMessage(message).length === 0) return message;
  }
  return { text, blocks: [plain(`${cut(summary, 1500)}\n(The rest does not fit into a Slack message.)`)] };
}

/** What notifications and screen readers get. */
export function fallback(words: string): string {
  return cut(escaped(shorten(words.trim() || 'Sophia', 1500)), limits.fallback);
}
