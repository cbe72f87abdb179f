/** The last look at a message before it leaves: what breaks a limit all the same goes out as plain words, never refused. */
import type { Log } from '../../../core/connector.ts';
import { type Block, plain, type Rendered } from '../blocks.ts';
import type { Call } from '../web.ts';
import { limits, problemsOfMessage } from './limits.ts';
import { cut } from './literal.ts';

/** The words without the drawing. */
export function sendable(message: Rendered): Rendered {
  if (problemsOfMessage(message).length === 0) return message;
  const text = cut(message.text, limits.section).trim() || 'Sophia';
  const words = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return { text, blocks: [plain(words) as Block] };
}

/** A call that sends no message Slack would refuse, whoever drew it. */
export function repairing(call: Call, log: Log): Call {
  return (method, args) => {
    const { text, blocks } = args as Partial<Rendered>;
    if (typeof text !== 'string' || !Array.isArray(blocks)) return call(method, args);
    const message = sendable({ text, blocks });
    if (message.blocks === blocks) return call(method, args);
    log.warn(
      { method, problems: problemsOfMessage({ text, blocks }) },
      'A message broke a limit; its words alone are sent.',
    );
    return call(method, { ...args, ...message });
  };
}
