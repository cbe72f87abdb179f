/** A command typed without all of its arguments opens a window; what is filled in there is the command. */
import { z } from 'zod';
import type { Door } from '../../core/door.ts';
import type { Message } from '../../core/message.ts';
import type { App } from './bolt.ts';
import { personOf } from './clicks.ts';
import { errorsFor, filled, saidModal, valuesOf } from './edits.ts';
import type { Places } from './places.ts';
import type { Self } from './receive.ts';
import { fits, renderCommandForm } from './render/edit-form.ts';
import { everyString, type Redact } from './render/index.ts';
import type { Call } from './web.ts';

/** True when a window was opened for it. */
export type CommandWindow = (message: Message, triggerId: string) => Promise<boolean>;

const carriedSchema = z.object({ action: z.string(), channel: z.string(), callback: z.string().optional() });

export function registerCommandForms(options: {
  app: App;
  door: Door;
  call: Call;
  places: Places;
  self: Self;
  redact: Redact;
  now: () => Date;
}): CommandWindow {
  const { app, door, call, places, self, redact, now } = options;

  app.view('command_form', async ({ ack, body }) => {
    const submission = filled.extend({ view: filled.shape.view.extend({ id: z.string() }) }).parse(body);
    const carried = carriedSchema.parse(JSON.parse(submission.view.private_metadata));
    const values = valuesOf(submission);
    const message: Message = {
      surface: 'slack',
      channel: `slack:${self.team}:${carried.channel}`,
      thread: null,
      person: personOf(submission),
      text: '',
      kind: 'command',
      audience: await places.audience(carried.channel),
      ...(carried.callback ? { callback: carried.callback } : {}),
      at: now().toISOString(),
    };
    const result = await door.fillCommand(message, carried.action, values, `form:${submission.view.id}`);
    if (result.state === 'wrong') return ack({ response_action: 'errors', errors: errorsFor(values, result.errors) });
    await ack(result.state === 'asked' ? undefined : { response_action: 'update', view: saidModal(result.words) });
  });

  return async (message, triggerId) => {
    const form = door.commandForm(message);
    if (!form || form.fields.length === 0 || !form.fields.every(fits)) return false;
    const channel = message.channel.split(':').at(-1) ?? '';
    const carried = JSON.stringify({ action: form.action, channel, callback: message.callback });
    const view = everyString(renderCommandForm(form, carried), redact);
    return (await call('views.open', { trigger_id: triggerId, view })).ok;
  };
}
