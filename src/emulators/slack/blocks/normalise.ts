/** Stores blocks as Slack returns them: generated `block_id` and `action_id`, defaults of text objects filled in. */
import { randomBytes } from 'node:crypto';
import type { SlackBlock } from '../types.ts';
import { type Bag, isBag } from './rule.ts';
import { elementsOf, withChildren } from './validate.ts';

export function normalise(blocks: readonly Bag[]): SlackBlock[] {
  const copy = structuredClone(blocks) as Bag[];
  for (const block of copy) {
    for (const inner of withChildren(block)) {
      inner.block_id ??= short();
      for (const element of elementsOf(inner)) if (element.type !== 'image') element.action_id ??= short();
    }
    fillText(block);
  }
  return copy as SlackBlock[];
}

function fillText(value: unknown): void {
  if (Array.isArray(value)) for (const entry of value) fillText(entry);
  if (!isBag(value)) return;
  if (value.type === 'plain_text') value.emoji ??= true;
  if (value.type === 'mrkdwn') value.verbatim ??= false;
  for (const entry of Object.values(value)) fillText(entry);
}

/** Five characters, as in Slack's own generated ids. */
export function short(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
