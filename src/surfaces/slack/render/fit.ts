/** Draws a message with as much room as Slack's limits leave; what had to be cut away follows as a file. */
import { type Block, type Drawn, type OutFile, plain, type Rendered } from '../blocks.ts';
import { problemsOfMessage } from './limits.ts';
import { cut } from './literal.ts';
import { watchLoss } from './loss.ts';
import { literalPages } from './pages.ts';
import { fallback } from './plain-text.ts';

const rooms = [1, 0.6, 0.35, 0.2, 0.1, 0.05];

/** `summary` becomes the fallback text: escaped here, so it is given as plain text. `whole` says everything, as text. */
export function fitted(
  summary: string,
  draw: (room: number) => Block[],
  whole: () => OutFile & { text: string },
): Drawn {
  const { message, lost } = squeezed(fallback(summary), summary, draw);
  if (!lost) return { messages: [message], rest: () => [] };
  const file = whole();
  return { messages: [message], rest: () => literalPages(file.text), file };
}

function squeezed(
  text: string,
  summary: string,
  draw: (room: number) => Block[],
): { message: Rendered; lost: boolean } {
  for (const room of rooms) {
    const { drawn: blocks, lost } = watchLoss(() => draw(room));
    const message = { text, blocks };
    if (problemsOfMessage(message).length === 0) return { message, lost };
  }
  const words = `${cut(summary, 1500)}\n(The rest does not fit into a Slack message.)`;
  return { message: { text, blocks: [plain(words)] }, lost: true };
}
