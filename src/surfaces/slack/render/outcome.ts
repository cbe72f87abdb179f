/** How a deed ended, in one plain sentence, with the cause, what to do next, and the reference people quote. */
import type { Outcome } from '../../../core/outcome.ts';
import type { Reply } from '../../../core/reply.ts';
import { type Block, brief, type Drawn, type Leaf, line, note, plain, preformatted, rich, text } from '../blocks.ts';
import { deedButtons } from './deeds.ts';
import { fitted } from './fit.ts';
import { code, cut, shorten, visible } from './literal.ts';
import { wholeOf } from './whole.ts';
import { linkLine } from './words.ts';

export function renderOutcome(reply: Extract<Reply, { kind: 'outcome' }>): Drawn {
  const { outcome, title } = reply;
  const draw = (room: number): Block[] => {
    const most = Math.floor(2000 * room) + 100;
    const blocks: Block[] = [
      rich(
        line(...head(outcome, cut(visible(title), 300)), brief(sentence(outcome).trim() || 'no further word', most)),
      ),
    ];
    if (outcome.state === 'unknown') {
      blocks.push(rich(preformatted(shorten(visible(outcome.evidence), most))));
      blocks.push(plain('Please look whether it happened, then settle it; I will not try again by myself.'));
    }
    if ('hint' in outcome && outcome.hint?.trim())
      blocks.push(rich(line(text('What to do next: ', { bold: true }), brief(outcome.hint, most))));
    if (reply.links && reply.links.length > 0) blocks.push(rich(linkLine(reply.links)));
    blocks.push(...deedButtons(reply.buttons));
    const references = [outcome.reference, reply.audited === outcome.reference ? undefined : reply.audited];
    const quoted = references.filter((reference) => reference?.trim()).map((reference) => code(reference ?? '', 200));
    if (quoted.length > 0) blocks.push(note(`Reference ${quoted.join(' · ')}`));
    return blocks;
  };
  return fitted(`${icon(outcome)} ${title}: ${sentence(outcome)}`, draw, () => wholeOf(reply));
}

function icon(outcome: Outcome): string {
  return { done: '✅', refused: '🚫', failed: '❌', unknown: '❓' }[outcome.state];
}

function head(outcome: Outcome, title: string): Leaf[] {
  const states = { done: 'Done', refused: 'Not done', failed: 'Failed', unknown: 'Not known whether it happened' };
  const named = title.trim() ? `: ${title.replace(/\s*\n\s*/g, ' ')}` : '';
  return [text(`${icon(outcome)} ${states[outcome.state]}${named}`, { bold: true }), text('\n')];
}

function sentence(outcome: Outcome): string {
  return outcome.state === 'done' ? outcome.summary : outcome.reason;
}
