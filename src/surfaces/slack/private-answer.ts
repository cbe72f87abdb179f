/** Says something to one person alone, by the best way that works: the click's own address, the thread, a direct message. */
import type { Log } from '../../core/connector.ts';
import type { Rendered } from './blocks.ts';
import type { Places } from './places.ts';
import type { Respond } from './respond.ts';
import type { Call } from './web.ts';

export type Place = {
  user: string;
  responseUrl?: string | undefined;
  channel?: string | undefined;
  root?: string | undefined;
};
export type PrivateAnswer = (place: Place, message: Rendered) => Promise<void>;

export function createPrivateAnswer(options: {
  call: Call;
  places: Places;
  respond: Respond;
  log: Log;
}): PrivateAnswer {
  const { call, places, respond, log } = options;
  return async ({ user, responseUrl, channel, root }, message) => {
    if (responseUrl && (await respond(responseUrl, message, root))) return;
    if (channel && !channel.startsWith('D')) {
      const thread = root ? { thread_ts: root } : {};
      const answer = await call('chat.postEphemeral', { channel, user, ...thread, ...message });
      if (answer.ok) return;
    }
    const direct = await places.direct(user).catch(() => null);
    const inThread = root && channel === direct ? { thread_ts: root } : {};
    const answer =
      direct === null
        ? null
        : await call('chat.postMessage', { channel: direct, ...inThread, ...message, unfurl_links: false });
    if (!answer?.ok) log.warn({ user }, 'A private answer reached nobody.');
  };
}
