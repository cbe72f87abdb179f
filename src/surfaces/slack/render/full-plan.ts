/** “View full plan”: every argument of the plan, as canonical JSON, page by page. */
import type { Approval } from '../../../core/approval.ts';
import { canonicalJson } from '../../../core/hash.ts';
import type { Json } from '../../../core/json.ts';
import { actions, type Block, button, header, type Modal, note, preformatted, rich } from '../blocks.ts';
import { code, cut, visible } from './literal.ts';

export const pageActions = { next: 'approval_plan_next', previous: 'approval_plan_previous' };
const largestChunk = 2500;
const chunksPerPage = 12;

/** `page` counts from 0; one beyond the end shows the last. */
export function renderFullPlan(approval: Approval, wanted: number): Modal {
  const pages = paged(chunks(indented(approval.plan)));
  const page = Math.min(Math.max(0, Math.trunc(wanted) || 0), pages.length - 1);
  const blocks: Block[] = [
    header(approval.plan.summary),
    note(`SHA-256 of the plan: ${code(approval.plan.hash, 80)}`),
    ...(pages[page] ?? []).map((chunk) => rich(preformatted(chunk))),
  ];
  if (pages.length > 1) {
    blocks.push(note(`Page ${page + 1} of ${pages.length}`));
    const turn = [
      ...(page > 0 ? [button('Previous page', pageActions.previous, approval.id)] : []),
      ...(page < pages.length - 1 ? [button('Next page', pageActions.next, approval.id)] : []),
    ];
    blocks.push(actions(...turn));
  }
  return {
    type: 'modal',
    callback_id: 'approval_plan',
    private_metadata: JSON.stringify({ approvalId: approval.id, page }),
    title: { type: 'plain_text', text: 'Full plan' },
    close: { type: 'plain_text', text: 'Close' },
    blocks,
  };
}

/** Canonical order, one member a line. */
function indented(plan: Approval['plan']): string {
  const json = plan as unknown as Json;
  try {
    return JSON.stringify(JSON.parse(canonicalJson(json)), null, 2);
  } catch {
    // A lone surrogate has no canonical form; it is shown as it is.
    return JSON.stringify(json, null, 2);
  }
}

function chunks(text: string): string[] {
  const out: string[] = [];
  let current = '';
  for (const whole of text.split('\n')) {
    for (let rest = visible(whole); ; ) {
      const piece = cut(rest, largestChunk);
      if (current.length + piece.length + 1 > largestChunk && current !== '') {
        out.push(current);
        current = '';
      }
      current += current === '' ? piece : `\n${piece}`;
      rest = rest.slice(piece.length);
      if (rest === '') break;
    }
  }
  return [...out, current];
}

function paged(all: string[]): string[][] {
  const out: string[][] = [];
  for (let from = 0; from < all.length; from += chunksPerPage) out.push(all.slice(from, from + chunksPerPage));
  return out;
}
