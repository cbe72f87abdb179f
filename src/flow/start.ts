/** Starts the durable run of a message, once per job key. */
import type { Services } from '../core/job.ts';
import type { Json } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import type { RunInfo } from '../core/run.ts';

const titleCharacters = 80;

export async function start(services: Services, message: Message, jobKey: string): Promise<RunInfo> {
  // Redacted before it is cut: half a secret would no longer be known as one.
  const text = services.redact(message.text);
  const title = text.length > titleCharacters ? `${text.slice(0, titleCharacters - 1)}…` : text;
  return services.durable.start({
    jobKey,
    title: title || 'help',
    requester: message.person,
    channel: message.channel,
    audience: message.audience,
    thread: message.thread,
    input: message satisfies Message as Json,
  });
}
