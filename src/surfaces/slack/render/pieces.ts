/** What a card and a plan have in common: details, steps, diff, cost, undo, links. All of it literal text. */
import type { Plan, PlannedStep } from '../../../core/plan.ts';
import { stepLimits } from '../../../core/shape.ts';
import {
  type Block,
  brief,
  header,
  type Leaf,
  line,
  link,
  plain,
  preformatted,
  type Rich,
  rich,
  text,
} from '../blocks.ts';
import { limits } from './limits.ts';
import { cut, shorten, visible } from './literal.ts';
import { firstOf, noteLoss, shownElsewhere } from './loss.ts';
import { linkLine } from './words.ts';

const effects = { read: 'read', write: 'write', destroy: 'destroy: cannot simply be undone' };

/** `room` from 1 down to nearly 0; `where` says where the rest can be seen. */
export function planPieces(plan: Plan, room: number, where: string): Block[] {
  const value = Math.max(24, Math.floor(300 * room));
  const most = Math.max(2, Math.floor(20 * room));
  const left: string[] = [];
  const title = visible(plan.summary).replaceAll('\n', ' ');
  const blocks: Block[] = [shownElsewhere(() => header(plan.summary))];
  if (title.length > limits.header) blocks.push(plain(plan.summary, Math.floor(1200 * room) + 200));

  blocks.push(rich(line(...details(plan, value, most, left))));
  if (plan.steps && plan.steps.length > 0) blocks.push(rich(...steps(plan, plan.steps, value, most, left)));
  if (plan.diff) blocks.push(rich(diff(plan.diff, Math.floor(1800 * room), left)));
  if (plan.links && plan.links.length > 0) blocks.push(rich(linkLine(firstOf(plan.links, most))));
  if (left.length > 0) blocks.push(plain(`Not shown here: ${left.join(', ')}. ${where}`));
  return blocks;
}

function details(plan: Plan, value: number, most: number, left: string[]): Leaf[] {
  const rows: [string, Leaf][] = [
    ['Action', brief(plan.action, 120, { code: true })],
    ['Effect', text(effects[plan.effect])],
    ['Target', brief(plan.target, value, { code: true })],
  ];
  if (plan.environment) rows.push(['Environment', brief(plan.environment, 80)]);
  for (const detail of firstOf(plan.details, most)) {
    const said = shorten(visible(detail.value).replaceAll('\n', ' ⏎ '), value) || ' ';
    if (detail.link !== undefined && detail.link.length >= 300) noteLoss();
    const reachable = detail.link !== undefined && detail.link.length < 300;
    rows.push([cut(visible(detail.label).trim() || '?', 60), reachable ? link(detail.link ?? '', said) : text(said)]);
  }
  if (plan.details.length > most) left.push(`${plan.details.length - most} more details`);
  if (plan.details.some((detail) => visible(detail.value).length > value)) left.push('the full length of some values');
  if (plan.cost) {
    const price = `$${plan.cost.usd.toFixed(2)}${plan.cost.note ? ` (${plan.cost.note})` : ''}`;
    rows.push(['Cost', brief(price, value)]);
  }
  if (plan.undo) rows.push(['Undo', brief(plan.undo, value)]);
  return rows.flatMap(([label, shown], index) => [
    text(`${index > 0 ? '\n' : ''}${visible(label).replaceAll('\n', ' ')}: `, { bold: true }),
    shown,
  ]);
}

function steps(
  plan: Pick<Plan, 'lease'>,
  all: NonNullable<Plan['steps']>,
  value: number,
  most: number,
  left: string[],
): Rich[] {
  if (all.length > most) left.push(`${all.length - most} more steps`);
  const items = firstOf(all, most).map((step) => {
    const when = step.when ? [text(' '), brief(`(${step.when})`, value, { italic: true })] : [];
    const wider = stepLimits(step);
    const limits = wider === '' ? [] : [text(' '), text(`(${wider})`, { bold: true })];
    return line(brief(step.summary.trim() || step.action, value), ...when, ...limits);
  });
  return [
    line(text(stepsTitle(plan, all), { bold: true })),
    { type: 'rich_text_list', style: 'ordered', indent: 0, elements: items as never },
  ];
}

function stepsTitle({ lease }: Pick<Plan, 'lease'>, all: PlannedStep[]): string {
  const often = all.every((step) => (step.times ?? 1) === 1) ? ', each once' : '';
  const within = lease ? `, within ${lease.minutes} min of the start and $${lease.usd.toFixed(2)} in all` : '';
  return `Steps${often}${within} (${all.length})`;
}

function diff(whole: string, most: number, left: string[]): Rich {
  if (whole.length <= most) return preformatted(whole);
  const shown = cut(whole, Math.max(100, most)).replace(/\n[^\n]*$/, '');
  const lines = whole.split('\n').length - shown.split('\n').length;
  left.push(lines > 0 ? `${lines} more lines of the diff` : 'the rest of the diff');
  return preformatted(shown);
}
