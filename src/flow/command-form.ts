/** A command typed without all of its arguments, as a form; what is filled in becomes the command. */
import type { Action } from '../core/action.ts';
import type { CommandForm, EditAnswer, EditField } from '../core/door.ts';
import type { Services } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import { fieldsOf, readFields } from './edit-fields.ts';
import { couldBe, fromTyped } from './input.ts';
import { leadingWords, type Missing, matchUsage, placesOf } from './usage.ts';

/** Null when the words are whole, or are about something else. */
export function commandForm(services: Services, message: Pick<Message, 'text' | 'kind'>): CommandForm | null {
  if (message.kind !== 'command') return null;
  let nearest: { action: Action; missing: Missing; depth: number } | null = null;
  for (const action of services.actions.values()) {
    const usage = action.usage ?? '';
    const match = matchUsage(usage, message.text.trim(), couldBe(action));
    if (match.state === 'matched') return null;
    const begun = match.depth >= leadingWords(usage).split(' ').length;
    if (match.missing && begun && match.depth > (nearest?.depth ?? 0))
      nearest = { action, missing: match.missing, depth: match.depth };
  }
  if (!nearest) return null;
  const { action, missing } = nearest;
  const fields = formFields(action, fromTyped(action, missing.values));
  return { action: action.name, title: leadingWords(action.usage ?? ''), about: action.description, fields };
}

/** The message that the filled-in form stands for, or what does not fit. */
export function filledForm(
  services: Services,
  message: Message,
  name: string,
  values: Record<string, string>,
): { state: 'filled'; message: Message } | Extract<EditAnswer, { state: 'wrong' | 'refused' }> {
  const action = services.actions.get(name);
  if (!action?.usage) return { state: 'refused', words: 'I no longer know this command.' };
  const read = readFields(formFields(action, {}), {}, values);
  if (read.state === 'wrong') return read;
  const parsed = action.input.safeParse(read.input);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => [String(issue.path[0] ?? ''), issue.message] as const);
    return { state: 'wrong', errors: Object.fromEntries(errors) };
  }
  const input = parsed.data as JsonObject;
  const given = Object.values(read.input).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const text = [leadingWords(action.usage), ...given].join(' ');
  return { state: 'filled', message: { ...message, text, act: { action: name, input } } };
}

/** Those that could have been typed, in that order, and whatever else is needed. */
function formFields(action: Action, input: JsonObject): EditField[] {
  const places = placesOf(action.usage ?? '');
  const order = (name: string) => (places.includes(name) ? places.indexOf(name) : places.length);
  return fieldsOf(action, input)
    .filter((field) => places.includes(field.name) || !field.optional)
    .sort((a, b) => order(a.name) - order(b.name));
}
