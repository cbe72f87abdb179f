/** The inputs of a view or message: what is in them, what a person may put there, and what the client says of it. */
import { type Bag, isBag } from '../blocks/rule.ts';
import { elementsOf, withChildren } from '../blocks/validate.ts';
import type { FormValues, InputValue, JsonObject, SlackBlock, ViewValues } from '../types.ts';

export type Field = { block: Bag; element: Bag; blockId: string; actionId: string };

export function fieldsOf(blocks: readonly SlackBlock[]): Field[] {
  return blocks.flatMap(withChildren).flatMap((block) =>
    elementsOf(block)
      .filter((element) => element.type !== 'image')
      .map((element) => ({ block, element, blockId: String(block.block_id), actionId: String(element.action_id) })),
  );
}

export function findField(blocks: readonly SlackBlock[], actionId: string, blockId?: string): Field[] {
  return fieldsOf(blocks).filter(
    (field) => field.actionId === actionId && (blockId ?? field.blockId) === field.blockId,
  );
}

/** The member of the state that holds each element's value, and the member of the element it starts from. */
const holders: Record<string, [held: string, initial: string]> = {
  plain_text_input: ['value', 'initial_value'],
  email_text_input: ['value', 'initial_value'],
  url_text_input: ['value', 'initial_value'],
  number_input: ['value', 'initial_value'],
  rich_text_input: ['rich_text_value', 'initial_value'],
  file_input: ['files', ''],
  datepicker: ['selected_date', 'initial_date'],
  timepicker: ['selected_time', 'initial_time'],
  datetimepicker: ['selected_date_time', 'initial_date_time'],
  checkboxes: ['selected_options', 'initial_options'],
  radio_buttons: ['selected_option', 'initial_option'],
  static_select: ['selected_option', 'initial_option'],
  external_select: ['selected_option', 'initial_option'],
  multi_static_select: ['selected_options', 'initial_options'],
  multi_external_select: ['selected_options', 'initial_options'],
  users_select: ['selected_user', 'initial_user'],
  conversations_select: ['selected_conversation', 'initial_conversation'],
  channels_select: ['selected_channel', 'initial_channel'],
  multi_users_select: ['selected_users', 'initial_users'],
  multi_conversations_select: ['selected_conversations', 'initial_conversations'],
  multi_channels_select: ['selected_channels', 'initial_channels'],
};
export const holdsState = (element: Bag): boolean => Object.hasOwn(holders, String(element.type));
const isList = (type: string): boolean => type.startsWith('multi_') || type === 'checkboxes' || type === 'file_input';

/** `state.values`: every input, as filled in so far. */
export function stateOf(blocks: readonly SlackBlock[], entered: ViewValues = {}): ViewValues {
  const values: ViewValues = {};
  for (const { element, blockId, actionId } of fieldsOf(blocks)) {
    const type = String(element.type);
    const [held, initial] = holders[type] ?? [];
    if (!held) continue;
    const start = (initial ? element[initial] : undefined) ?? (isList(type) ? [] : null);
    const filled = entered[blockId]?.[actionId];
    values[blockId] = { ...values[blockId], [actionId]: filled ?? ({ type, [held]: start } as JsonObject) };
  }
  return values;
}

/** The value as state holds it. Refuses what the client would not offer. */
export function fill({ element, actionId }: Field, value: InputValue): JsonObject {
  const type = String(element.type);
  const [held] = holders[type] ?? [];
  if (!held) throw new Error(`${actionId} is a ${type}: nothing can be put into it`);
  const many = value === null ? [] : Array.isArray(value) ? value : [value];
  if (!isList(type) && many.length > 1) throw new Error(`${actionId} takes one value`);
  const [one] = many;
  if (held === 'selected_options') return { type, [held]: many.map((each) => optionOf(element, each)) };
  if (held === 'selected_option') return { type, [held]: one === undefined ? null : optionOf(element, one) };
  if (isList(type)) return { type, [held]: many };
  if (one === undefined || one === '') return { type, [held]: null };
  if (type === 'datetimepicker') return { type, [held]: Number(one) };
  if (type === 'rich_text_input') {
    const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text: one }] }];
    return { type, [held]: { type: 'rich_text', elements } };
  }
  return { type, [held]: one };
}

export function optionOf(element: Bag, value: string): JsonObject {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [];
  const lists = [element.options, ...groups.map((group) => (isBag(group) ? group.options : []))];
  const options = lists.flatMap((list) => (Array.isArray(list) ? list.filter(isBag) : []));
  const found = options.find((option) => option.value === value);
  if (!found) throw new Error(`"${value}" is not among the options of ${String(element.action_id)}`);
  return found as JsonObject;
}

/** What a person filled in, by block and action. Refuses fields that are not there. */
export function enter(blocks: readonly SlackBlock[], values: FormValues, before: ViewValues = {}): ViewValues {
  const entered = structuredClone(before);
  const put = (actionId: string, blockId: string | undefined, value: InputValue) => {
    const [field, another] = findField(blocks, actionId, blockId);
    if (!field) throw new Error(`there is no input ${blockId ? `${blockId}/` : ''}${actionId}`);
    if (another) throw new Error(`there are several inputs ${actionId}: name the block`);
    entered[field.blockId] = { ...entered[field.blockId], [actionId]: fill(field, value) };
  };
  for (const [key, value] of Object.entries(values)) {
    if (value === null || typeof value === 'string' || Array.isArray(value)) put(key, undefined, value);
    else for (const [actionId, inner] of Object.entries(value)) put(actionId, key, inner);
  }
  return entered;
}

/** What the client itself says before it sends anything, by block id. */
export function complaints(blocks: readonly SlackBlock[], values: ViewValues): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { block, element, blockId, actionId } of fieldsOf(blocks)) {
    if (block.type !== 'input') continue;
    const complaint = complaintOf(element, values[blockId]?.[actionId] ?? {}, block.optional === true);
    if (complaint) found[blockId] = complaint;
  }
  return found;
}

function complaintOf(element: Bag, state: JsonObject, optional: boolean): string | null {
  const [held = ''] = holders[String(element.type)] ?? [];
  const value = state[held];
  const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  if (empty) return optional ? null : 'Please complete this required field.';
  if (typeof value !== 'string') return null;
  if (element.type === 'plain_text_input') {
    if (typeof element.min_length === 'number' && value.length < element.min_length)
      return `Please enter at least ${element.min_length} characters.`;
    if (value.length > Number(element.max_length ?? 3000))
      return `Please enter at most ${String(element.max_length ?? 3000)} characters.`;
  }
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(value))
    return 'Please enter a valid email address.';
  if (element.type === 'url_text_input' && !/^https?:\/\/\S+$/.test(value)) return 'Please enter a valid URL.';
  if (element.type === 'number_input') {
    const number = Number(value);
    if (!Number.isFinite(number) || (element.is_decimal_allowed !== true && !Number.isInteger(number)))
      return 'Please enter a valid number.';
    if (element.min_value !== undefined && number < Number(element.min_value))
      return `Please enter a number of at least ${String(element.min_value)}.`;
    if (element.max_value !== undefined && number > Number(element.max_value))
      return `Please enter a number of at most ${String(element.max_value)}.`;
  }
  return null;
}
