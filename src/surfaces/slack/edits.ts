/** Editing a request: the window with its arguments, and what is made of it when it is sent. */
import { z } from 'zod';
import type { Door } from '../../core/door.ts';
import { parseThreadId } from '../../core/thread.ts';
import { type Modal, plain } from './blocks.ts';
import type { App } from './bolt.ts';
import { personOf } from './clicks.ts';
import type { PrivateAnswer } from './private-answer.ts';
import { fits, renderEditForm } from './render/edit-form.ts';
import { everyString, type Redact } from './render/index.ts';
import { escaped } from './render/literal.ts';

/** The window for this person, or why there is none. */
export type EditWindow = (
  approvalId: string,
  person: string,
) => Promise<{ state: 'open'; view: Modal } | { state: 'refused'; words: string }>;

const user = z.object({ id: z.string(), team_id: z.string().nullish() });
const team = z.object({ id: z.string() }).nullish();
export const filled = z.object({
  user,
  team,
  view: z.object({
    private_metadata: z.string(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: z.object({ value: z.string() }).nullish(),
          }),
        ),
      ),
    }),
  }),
});

export function registerEdits(options: { app: App; door: Door; answer: PrivateAnswer; redact: Redact }): EditWindow {
  const { app, door, answer, redact } = options;

  /** The window is gone when a submission comes out of the inbox again: its editor is told in the thread. */
  async function tell(user: string, approvalId: string, person: string, words: string): Promise<void> {
    const thread = await door.approval(approvalId, person).then((found) => found && parseThreadId(found.thread));
    const said = { text: escaped(words), blocks: [plain(words)] };
    await answer({ user, channel: thread?.channel, root: thread?.root }, said);
  }

  app.view('approval_edit', async ({ ack, body, context }) => {
    const submission = filled.parse(body);
    const approvalId = submission.view.private_metadata;
    const values = valuesOf(submission);
    const edited = { approvalId, person: personOf(submission), values };
    const result = await door.submitEdit(edited);
    if (Number(context.attempt ?? 0) > 0) {
      const words = result.state === 'wrong' ? Object.values(result.errors).join(' ') : result.words;
      return tell(submission.user.id, approvalId, edited.person, words);
    }
    if (result.state !== 'wrong') {
      await ack(result.state === 'asked' ? undefined : { response_action: 'update', view: saidModal(result.words) });
      return;
    }
    await ack({ response_action: 'errors', errors: errorsFor(values, result.errors) });
  });

  return async (approvalId, person) => {
    const form = await door.edit(approvalId, person);
    if (form.state === 'refused') return form;
    if (!form.fields.every(fits))
      return { state: 'refused', words: 'This request is too long for a window. Deny it, and type it anew.' };
    const view = renderEditForm(approvalId, form.fields);
    // A secret in an argument must not be shown in clear, nor be sent back as its stand-in.
    if (JSON.stringify(everyString(view, redact)) !== JSON.stringify(view))
      return { state: 'refused', words: 'This request holds a secret, so it cannot be edited here.' };
    return { state: 'open', view };
  };
}

export function valuesOf(submission: z.infer<typeof filled>): Record<string, string> {
  const fields = Object.entries(submission.view.state.values);
  return Object.fromEntries(
    fields.map(([name, input]) => [name, input.value?.value ?? input.value?.selected_option?.value ?? '']),
  );
}

/** Each under its input; what belongs to none of them stands under the first. */
export function errorsFor(values: Record<string, string>, errors: Record<string, string>): Record<string, string> {
  const known = Object.entries(errors).filter(([name]) => Object.hasOwn(values, name));
  if (known.length > 0) return Object.fromEntries(known);
  return { [Object.keys(values)[0] ?? '']: Object.values(errors)[0] ?? 'It does not fit.' };
}

export function saidModal(words: string): Modal {
  return {
    type: 'modal',
    callback_id: 'said',
    title: { type: 'plain_text', text: 'Not edited' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [plain(words)],
  };
}
