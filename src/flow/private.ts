/** What is for the asker alone is answered in their own place, wherever they asked. */
import type { Services } from '../core/job.ts';
import type { Message } from '../core/message.ts';
import { readIntent } from './intent.ts';

/** The message as it was, or moved to where the asker and she are alone, which they are told. */
export async function inPrivate(services: Services, message: Message): Promise<Message> {
  const intent = readIntent(message, services.actions);
  if (intent.kind !== 'act' || !services.actions.get(intent.action)?.private) return message;
  const surface = services.surface(message.surface);
  const own = await surface.own(message.person);
  if (message.channel === own) return message;
  try {
    await surface.aside(message, { kind: 'words', markdown: 'That is for you alone: I answer in our direct message.' });
  } catch (error) {
    services.log.warn({ error: String(error) }, 'an asker could not be told where the answer is');
  }
  return { ...message, channel: own, audience: own, thread: null };
}
