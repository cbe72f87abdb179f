/** The table of Block Kit's interactive elements and images, and which of them stand where. */
import * as part from './compositions.ts';
import { richTextBlock } from './rich-text.ts';
import {
  type Also,
  type Bag,
  boolean,
  exactlyOne,
  id,
  identifier,
  integer,
  isBag,
  list,
  number,
  oneOf,
  type Rule,
  shape,
  string,
  url,
} from './rule.ts';

const actionable = { type: string(), action_id: identifier };
const confirmable = { ...actionable, confirm: part.confirm };
const picker = { ...confirmable, placeholder: part.placeholder, focus_on_load: boolean };
const typed = {
  ...actionable,
  placeholder: part.placeholder,
  focus_on_load: boolean,
  dispatch_action_config: part.dispatchConfig,
};
const several = { max_selected_items: integer(1, 1000) };
const date = string({ pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, hint: 'must be YYYY-MM-DD' });
const time = string({ pattern: /^([01]\d|2[0-3]):[0-5]\d$/, hint: 'must be HH:mm' });
const decimal = string({ pattern: /^-?\d+(\.\d+)?$/, hint: 'must be a number' });
const optionLists = {
  options: list(part.plainOption, { min: 1, max: 100 }),
  option_groups: list(part.optionGroup, { min: 1, max: 100 }),
};

function offered(element: Bag): string[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [];
  const lists = [element.options, ...groups.map((group) => (isBag(group) ? group.options : []))];
  return lists.flatMap((options) => (Array.isArray(options) ? options.map((option) => JSON.stringify(option)) : []));
}

/** What is chosen at first must be among what is offered, to the letter. */
const initialAmongOptions: Also = (element, pointer, report) => {
  const chosen = 'initial_option' in element ? [element.initial_option] : element.initial_options;
  if (!Array.isArray(chosen)) return;
  const known = offered(element);
  if (chosen.some((option) => !known.includes(JSON.stringify(option))))
    report('initial option must exactly match one of the options', pointer);
};
const optionsOnce: Also = (element, pointer, report) => {
  exactlyOne('options', 'option_groups')(element, pointer, report);
  initialAmongOptions(element, pointer, report);
};
const inOrder =
  (low: string, high: string): Also =>
  (element, pointer, report) => {
    if (low in element && high in element && Number(element[low]) > Number(element[high]))
      report(`\`${low}\` must not be greater than \`${high}\``, pointer);
  };
const feedbackButton = shape(
  { text: part.plain(75), value: string({ max: 2000 }) },
  { accessibility_label: string({ max: 75 }) },
);

export const elements: Record<string, Rule> = {
  button: shape(
    { type: oneOf('button'), text: part.plain(75) },
    {
      ...confirmable,
      value: string({ max: 2000 }),
      url: url(3000),
      style: part.style,
      accessibility_label: string({ max: 75 }),
    },
  ),
  workflow_button: shape(
    {
      type: oneOf('workflow_button'),
      text: part.plain(75),
      workflow: shape({
        trigger: shape(
          { url: url() },
          { customizable_input_parameters: list(shape({ name: string(), value: string({ min: 0 }) })) },
        ),
      }),
    },
    { ...confirmable, style: part.style, accessibility_label: string({ max: 75 }) },
  ),
  icon_button: shape(
    { type: oneOf('icon_button'), icon: oneOf('trash'), text: part.plain(75) },
    {
      ...confirmable,
      value: string({ max: 2000 }),
      accessibility_label: string({ max: 75 }),
      visible_to_user_ids: list(id('UW')),
    },
  ),
  feedback_buttons: shape(
    { type: oneOf('feedback_buttons'), positive_button: feedbackButton, negative_button: feedbackButton },
    actionable,
  ),
  image: shape(
    { type: oneOf('image'), alt_text: string({ max: 2000 }) },
    { image_url: url(), slack_file: part.slackFile },
    exactlyOne('image_url', 'slack_file'),
  ),
  checkboxes: shape(
    { options: list(part.markedOption, { min: 1, max: 10 }) },
    { ...confirmable, initial_options: list(part.markedOption, { min: 1 }), focus_on_load: boolean },
    initialAmongOptions,
  ),
  radio_buttons: shape(
    { options: list(part.markedOption, { min: 1, max: 10 }) },
    { ...confirmable, initial_option: part.markedOption, focus_on_load: boolean },
    initialAmongOptions,
  ),
  overflow: shape({ options: list(part.overflowOption, { min: 1, max: 5 }) }, confirmable),
  datepicker: shape({}, { ...picker, initial_date: date }),
  timepicker: shape({}, { ...picker, initial_time: time, timezone: string() }),
  datetimepicker: shape(
    {},
    { ...confirmable, focus_on_load: boolean, initial_date_time: integer(1_000_000_000, 9_999_999_999) },
  ),
  static_select: shape({}, { ...picker, ...optionLists, initial_option: part.plainOption }, optionsOnce),
  multi_static_select: shape(
    {},
    { ...picker, ...several, ...optionLists, initial_options: list(part.plainOption, { min: 1 }) },
    optionsOnce,
  ),
  external_select: shape({}, { ...picker, initial_option: part.plainOption, min_query_length: integer(0, 3000) }),
  multi_external_select: shape(
    {},
    { ...picker, ...several, initial_options: list(part.plainOption, { min: 1 }), min_query_length: integer(0, 3000) },
  ),
  users_select: shape({}, { ...picker, initial_user: id('UW') }),
  multi_users_select: shape({}, { ...picker, ...several, initial_users: list(id('UW'), { min: 1 }) }),
  conversations_select: shape(
    {},
    {
      ...picker,
      initial_conversation: string(),
      default_to_current_conversation: boolean,
      response_url_enabled: boolean,
      filter: part.conversationFilter,
    },
  ),
  multi_conversations_select: shape(
    {},
    {
      ...picker,
      ...several,
      initial_conversations: list(string(), { min: 1 }),
      default_to_current_conversation: boolean,
      filter: part.conversationFilter,
    },
  ),
  channels_select: shape({}, { ...picker, initial_channel: string(), response_url_enabled: boolean }),
  multi_channels_select: shape({}, { ...picker, ...several, initial_channels: list(string(), { min: 1 }) }),
  plain_text_input: shape(
    {},
    {
      ...typed,
      multiline: boolean,
      initial_value: string({ min: 0, max: 3000 }),
      min_length: integer(0, 3000),
      max_length: integer(1, 3000),
    },
    inOrder('min_length', 'max_length'),
  ),
  email_text_input: shape(
    {},
    { ...typed, initial_value: string({ pattern: /^\S+@\S+$/, hint: 'must be an email address' }) },
  ),
  url_text_input: shape({}, { ...typed, initial_value: url() }),
  number_input: shape(
    { is_decimal_allowed: boolean },
    { ...typed, initial_value: decimal, min_value: decimal, max_value: decimal },
    inOrder('min_value', 'max_value'),
  ),
  rich_text_input: shape(
    {},
    { ...typed, initial_value: richTextBlock, min_lines: integer(1, 100), max_lines: integer(1, 100) },
    inOrder('min_lines', 'max_lines'),
  ),
  file_input: shape({}, { ...actionable, filetypes: list(string()), max_files: integer(1, 10) }),
};

/** A source of a task card. */
export const urlSource: Rule = shape({ type: oneOf('url'), url: url(), text: string() });
export const rawText: Rule = shape({ type: oneOf('raw_text'), text: string() });
export const rawNumber: Rule = shape({ type: oneOf('raw_number'), value: number, text: string() });

const selects = ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
]);
const choices = ['checkboxes', 'radio_buttons', 'datepicker', 'timepicker', ...selects];
export const allowed = {
  actions: ['button', 'workflow_button', 'overflow', 'datetimepicker', 'rich_text_input', ...choices],
  section: ['button', 'workflow_button', 'overflow', 'image', ...choices],
  input: [
    'plain_text_input',
    'email_text_input',
    'url_text_input',
    'number_input',
    'rich_text_input',
    'file_input',
    'datetimepicker',
    ...choices,
  ],
  contextActions: ['feedback_buttons', 'icon_button'],
} as const;
