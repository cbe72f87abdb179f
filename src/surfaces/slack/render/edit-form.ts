/** The window behind “Edit”: one input for each argument of the request. */
import type { InputBlock } from '@slack/types';
import type { CommandForm, EditField } from '../../../core/door.ts';
import { type Modal, note, plainNote } from '../blocks.ts';
import { cut, visible } from './literal.ts';

const longestText = 3000;
/** Slack's own limits of a select. */
const options = { most: 100, value: 150, text: 75 };
const plain = (text: string, most: number) => ({ type: 'plain_text' as const, text: cut(visible(text), most) });

export function renderEditForm(approvalId: string, fields: EditField[]): Modal {
  return {
    type: 'modal',
    callback_id: 'approval_edit',
    private_metadata: approvalId,
    title: plain('Edit and ask anew', 24),
    submit: plain('Ask anew', 24),
    close: plain('Back', 24),
    blocks: [
      note(
        'The request is withdrawn and asked anew as *yours*: with a new plan, and somebody else may have to approve it.',
      ),
      ...fields.filter(fits).map(input),
    ],
  };
}

/** The window of a command typed without all of its arguments; `carried` comes back with what was filled in. */
export function renderCommandForm(form: CommandForm, carried: string): Modal {
  const title = `${form.title.slice(0, 1).toUpperCase()}${form.title.slice(1)}`;
  return {
    type: 'modal',
    callback_id: 'command_form',
    private_metadata: carried,
    title: plain(title, 24),
    submit: plain('Go on', 24),
    close: plain('Back', 24),
    blocks: [plainNote(form.about), ...form.fields.filter(fits).map(input)],
  };
}

/** A value longer than an input can hold must not be cut by opening it: such a request is asked anew by typing. */
export function fits(field: EditField): boolean {
  return field.value.length <= longestText;
}

/** What a select cannot offer whole is typed: options too many, too long, or alike once cut. */
function selectable(all: string[]): boolean {
  const shown = new Set(all.map((one) => plain(one, options.text).text.trim()));
  const fit = all.every((one) => one.trim() !== '' && one.length <= options.value);
  return all.length > 0 && all.length <= options.most && fit && shown.size === all.length;
}

function input(field: EditField): InputBlock {
  return {
    type: 'input',
    block_id: field.name,
    optional: field.optional,
    label: plain(field.name, 200),
    ...(field.hint ? { hint: plain(field.hint, 200) } : {}),
    element: element(field),
  };
}

function element({ kind, value, options: offered = [] }: EditField): InputBlock['element'] {
  const action_id = 'value';
  const choices = kind === 'switch' ? ['true', 'false'] : kind === 'choice' ? offered : [];
  if (selectable(choices)) {
    const option = (one: string) => ({ text: plain(one, options.text), value: one });
    const chosen = choices.includes(value) ? { initial_option: option(value) } : {};
    return { type: 'static_select', action_id, options: choices.map(option), ...chosen };
  }
  const initial = value === '' ? {} : { initial_value: value };
  return {
    type: 'plain_text_input',
    action_id,
    multiline: kind === 'json' || value.length > 80,
    max_length: longestText,
    ...initial,
  };
}
