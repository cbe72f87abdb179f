/** Pieces as messages, within Slack's limits; what takes too many of them goes into a file as a whole. */
import { type Block, type Drawn, line, type OutFile, plainNote, type Rendered, text } from '../blocks.ts';
import type { Piece } from './document.ts';
import { watchLoss } from './loss.ts';
import { pack } from './pack.ts';
import { fallback, plainText } from './plain-text.ts';

/** Of a long text that goes on in a file. */
const firstMessages = 2;

/** `foot` stands below the last message. At most `mostMessages`; beyond that the beginning, and the whole as a file. */
export function paged(
  pieces: () => Piece[],
  mostMessages: number,
  foot: () => Block[],
  whole: () => OutFile & { text: string },
): Drawn {
  const { drawn: pages, lost: cutInside } = watchLoss(() => pack(pieces()));
  const shown = pages.length <= mostMessages ? pages : pages.slice(0, Math.min(mostMessages, firstMessages));
  const rest = pages.slice(shown.length);
  const { drawn: footer, lost } = watchLoss(foot);
  const file = whole();
  const ending = [...(rest.length > 0 || cutInside ? [goesOn(file.text)] : []), ...footer];
  const messages = shown.map((blocks, index) => said(index === shown.length - 1 ? [...blocks, ...ending] : blocks));
  const needed = rest.length > 0 || lost || cutInside;
  const others = () => (lost || cutInside ? literalPages(file.text) : rest.map(said));
  return { messages, rest: others, ...(needed ? { file } : {}) };
}

/** A long text of any kind as messages, when it cannot be sent as a file. */
export function literalPages(whole: string): Rendered[] {
  return pack([{ kind: 'rich', element: line(text(whole)) }]).map(said);
}

function said(blocks: Block[]): Rendered {
  return { text: fallback(plainText(blocks)), blocks };
}

function goesOn(whole: string): Block {
  return plainNote(
    `This is the beginning. The whole (${whole.length.toLocaleString('en-US')} characters) follows below.`,
  );
}
