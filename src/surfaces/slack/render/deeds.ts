/** Buttons that ask for a deed: what they carry is the deed itself, and whoever clicks asks for it as themselves. */
import { z } from 'zod';
import type { JsonObject } from '../../../core/json.ts';
import type { Button } from '../../../core/reply.ts';
import { actions, type Block, button } from '../blocks.ts';
import { limits } from './limits.ts';
import { cut, visible } from './literal.ts';
import { shownElsewhere } from './loss.ts';

export const deedAction = 'deed_';
const mostButtons = 10;

/**
 * No signature of ours: a click comes in a request signed by Slack, and the gate asks of the clicker exactly what it
 * would ask had they typed the deed. A deed too long for a button is left out: the words beside it say what to type.
 */
export function deedButtons(buttons: Button[] | undefined): Block[] {
  const drawn = (buttons ?? []).flatMap((one, index) => {
    const value = JSON.stringify({ action: one.action, input: one.input });
    const label = shownElsewhere(() => cut(visible(one.label).trim(), limits.buttonText));
    if (value.length > limits.buttonValue || label === '') return [];
    const plain = (text: string) => ({ type: 'plain_text' as const, text });
    const confirm = one.confirm
      ? {
          title: plain(label),
          text: plain(shownElsewhere(() => cut(visible(one.confirm ?? ''), limits.confirmText)).trim() || 'Sure?'),
          confirm: plain('Yes'),
          deny: plain('Not now'),
        }
      : undefined;
    const extra = { ...(one.style ? { style: one.style } : {}), ...(confirm ? { confirm } : {}) };
    return [button(label, `${deedAction}${index}`, value, extra)];
  });
  return drawn.length > 0 ? [actions(...drawn.slice(0, mostButtons))] : [];
}

const carried = z.strictObject({ action: z.string().min(1).max(100), input: z.record(z.string(), z.json()) });

/** Null when the value is none of ours. */
export function readDeed(value: unknown): { action: string; input: JsonObject } | null {
  if (typeof value !== 'string') return null;
  try {
    const parsed = carried.safeParse(JSON.parse(value));
    return parsed.success ? { action: parsed.data.action, input: parsed.data.input as JsonObject } : null;
  } catch {
    return null;
  }
}
