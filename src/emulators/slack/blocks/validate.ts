/** Checks the blocks of a message or a whole view as Slack does: each block, then what holds between them. */
import { type BlockSurface, blockOn } from './blocks.ts';
import { plain } from './compositions.ts';
import { type Bag, boolean, check, isBag, list, oneOf, type Problem, type Rule, shape, string } from './rule.ts';

const mostBlocks: Record<BlockSurface, number> = { message: 50, modal: 100, home: 100 };
const mostMarkdown = 12_000;
/**
 * Slack refuses long block lists with `msg_blocks_too_long` at an undocumented size. Measured by others (slackapi/bolt-js#2509):
 * 13,297 characters in one block, and 125 fewer for a divider beside it. This is the line through both points.
 */
const mostCharacters = 13_297;
const costOfAnotherBlock = 125;

export type Verdict = { ok: true; blocks: Bag[] } | { ok: false; error: string; problems: Problem[] };

export function validateMessageBlocks(value: unknown): Verdict {
  if (!Array.isArray(value)) return { ok: false, error: 'invalid_blocks_format', problems: [] };
  const problems = checkBlocks(value, 'message', '/blocks');
  if (problems.length > 0) return { ok: false, error: 'invalid_blocks', problems };
  const size = characters(value) + Math.max(0, value.length - 1) * costOfAnotherBlock;
  if (size > mostCharacters) return { ok: false, error: 'msg_blocks_too_long', problems: [] };
  return { ok: true, blocks: value };
}

export function validateView(view: unknown, surface: 'modal' | 'home'): Problem[] {
  return check(surface === 'modal' ? modal : home, view, '/view');
}

export function checkBlocks(value: unknown, surface: BlockSurface, pointer: string): Problem[] {
  const problems = check(list(blockOn(surface), { max: mostBlocks[surface] }), value, pointer);
  if (problems.length > 0 || !Array.isArray(value)) return problems;
  const report = (message: string, where: string) => problems.push({ message, pointer: where });
  const seen = new Set<string>();
  const focused: string[] = [];
  let markdown = 0;
  let tables = 0;
  let charts = 0;
  for (const [index, block] of (value as Bag[]).entries()) {
    const here = `${pointer}/${index}`;
    for (const inner of withChildren(block)) {
      const id = inner.block_id;
      if (typeof id === 'string' && seen.has(id)) report(`\`block_id\` "${id}" already exists`, here);
      if (typeof id === 'string') seen.add(id);
      const actions = new Set<string>();
      for (const element of elementsOf(inner)) {
        const action = element.action_id;
        if (typeof action === 'string' && actions.has(action))
          report(`\`action_id\` "${action}" already exists in this block`, here);
        if (typeof action === 'string') actions.add(action);
        if (element.focus_on_load === true) focused.push(here);
      }
      if (inner.type === 'table') tables++;
      if (inner.type === 'data_visualization') charts++;
    }
    if (block.type === 'markdown') markdown += String(block.text).length;
  }
  if (markdown > mostMarkdown)
    report(`markdown blocks must be less than ${mostMarkdown + 1} characters in all`, pointer);
  if (tables > 1) report('only one table block allowed', pointer);
  if (charts > 2) report('only two data_visualization blocks allowed', pointer);
  if (focused.length > 1) report('only one element may have `focus_on_load`', focused[1] ?? pointer);
  return problems;
}

/** The block and the blocks inside it. */
export function withChildren(block: Bag): Bag[] {
  const children = [block.child_blocks, block.type === 'carousel' ? block.elements : [], block.tasks];
  return [block, ...children.flatMap((inner) => (Array.isArray(inner) ? inner.filter(isBag) : []))];
}

/** Every element of the block that may carry an `action_id`. */
export function elementsOf(block: Bag): Bag[] {
  const lists = [block.type === 'actions' || block.type === 'context_actions' ? block.elements : [], block.actions];
  const single = [block.accessory, block.element].filter(isBag);
  return [...lists.flatMap((inner) => (Array.isArray(inner) ? inner.filter(isBag) : [])), ...single];
}

function characters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + characters(entry), 0);
  if (!isBag(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, entry]) => sum + (typeof entry === 'string' ? (key === 'text' ? entry.length : 0) : characters(entry)),
    0,
  );
}

const blocksOf =
  (surface: BlockSurface): Rule =>
  (value, pointer, report) => {
    for (const problem of checkBlocks(value, surface, pointer)) report(problem.message, problem.pointer);
  };
const shared = {
  private_metadata: string({ min: 0, max: 3000 }),
  callback_id: string({ min: 0, max: 255 }),
  external_id: string({ min: 0, max: 255 }),
};
const modal = shape(
  { type: oneOf('modal'), title: plain(24), blocks: blocksOf('modal') },
  { ...shared, submit: plain(24), close: plain(24), clear_on_close: boolean, notify_on_close: boolean },
  (view, pointer, report) => {
    const asks = Array.isArray(view.blocks) && view.blocks.some((block) => isBag(block) && block.type === 'input');
    if (asks && !('submit' in view)) report('missing required field: submit', pointer);
  },
);
const home = shape({ type: oneOf('home'), blocks: blocksOf('home') }, shared);
