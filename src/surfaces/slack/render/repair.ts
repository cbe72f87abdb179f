/** The last look at a message before it leaves: what breaks a limit all the same goes out as plain words, never refused. */
import type { Log } from '../../../core/connector.ts';
import { type Block, chartIn, drawn, plain, type Rendered, rich } from '../blocks.ts';
import type { Call } from '../web.ts';
import { figuresOf } from './chart-figures.ts';
import { limits, problemsOfMessage } from './limits.ts';
import { cut, visible } from './literal.ts';
import { monospaceTable } from './table-text.ts';

/** The words without the drawing. */
export function sendable(message: Rendered): Rendered {
  if (problemsOfMessage(message).length === 0) return message;
  const text = cut(message.text, limits.section).trim() || 'Sophia';
  const words = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return { text, blocks: [plain(words) as Block] };
}

/** Where a workspace does not know charts yet, their figures stand in a table. */
function withoutCharts(blocks: Block[]): Block[] {
  return blocks.map((block) => {
    const chart = chartIn(block);
    if (!chart) return block;
    const { columns, rows } = figuresOf(chart);
    return rich(drawn(`${visible(chart.title)}\n\n${monospaceTable(columns, rows)}`));
  });
}

/** A call that sends no message Slack would refuse, whoever drew it. */
export function repairing(call: Call, log: Log): Call {
  return async (method, args) => {
    const { text, blocks } = args as Partial<Rendered>;
    if (typeof text !== 'string' || !Array.isArray(blocks)) return call(method, args);
    const message = sendable({ text, blocks });
    if (message.blocks !== blocks)
      log.warn(
        { method, problems: problemsOfMessage({ text, blocks }) },
        'A message broke a limit; its words alone are sent.',
      );
    const answer = await call(method, { ...args, ...message });
    const refused =
      !answer.ok && answer.failure.kind === 'refused' && answer.failure.error.startsWith('invalid_blocks');
    if (!refused || !message.blocks.some(chartIn)) return answer;
    log.warn({ method }, 'This workspace takes no charts; their figures are sent as a table.');
    return call(method, { ...args, ...message, blocks: withoutCharts(message.blocks) });
  };
}
