/** Where a run stands: one line a step, with an icon and a detail. */
import type { ProgressStep, Reply } from '../../../core/reply.ts';
import { type Block, brief, type Drawn, line, note, rich, text } from '../blocks.ts';
import { deedButtons } from './deeds.ts';
import { fitted } from './fit.ts';
import { code, shorten } from './literal.ts';
import { noteLoss } from './loss.ts';
import { wholeOf } from './whole.ts';

const icons: Record<ProgressStep['state'], string> = {
  waiting: '▫️',
  running: '⏳',
  done: '✅',
  failed: '❌',
  skipped: '➖',
};

export function renderProgress(reply: Extract<Reply, { kind: 'progress' }>): Drawn {
  const done = reply.steps.filter((step) => step.state === 'done').length;
  const draw = (room: number): Block[] => {
    const most = Math.max(3, Math.floor(40 * room));
    const length = Math.floor(200 * room) + 20;
    const shown = window(reply.steps, most);
    const lines = shown.map((step) => {
      const detail = step.detail?.trim() ? ` — ${oneLine(step.detail)}` : '';
      return brief(`\n${icons[step.state]} ${shorten(oneLine(step.title), length)}${detail}`, 2 * length);
    });
    const rest = reply.steps.length - shown.length;
    return [
      rich(
        line(
          brief(oneLine(reply.title) || 'Progress', 300, { bold: true }),
          ...lines,
          ...(rest > 0 ? [text(`\n… and ${rest} more steps`)] : []),
        ),
      ),
      ...deedButtons(reply.buttons),
      note(`Run ${code(reply.runId, 80)}`),
    ];
  };
  return fitted(`${reply.title} (${done} of ${reply.steps.length})`, draw, () => wholeOf(reply));
}

/** The part of the list where something happens. */
function window(steps: ProgressStep[], most: number): ProgressStep[] {
  if (steps.length <= most) return steps;
  noteLoss();
  const active = steps.findIndex((step) => step.state === 'running' || step.state === 'failed');
  const from = Math.max(0, Math.min(active - Math.floor(most / 2), steps.length - most));
  return steps.slice(from, from + most);
}

function oneLine(said: string): string {
  return said.replace(/\s*\n\s*/g, ' ').trim();
}
