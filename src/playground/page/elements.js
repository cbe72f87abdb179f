/** Block Kit's interactive elements: what is chosen goes to the emulator, which builds Slack's payload from it. */
import { confirmFirst } from './confirm.js';
import { h } from './dom.js';

/**
 * @typedef {{
 *   names: import('./mrkdwn.js').Names & { people: { id: string, name: string }[], channels: { id: string, name: string }[] },
 *   act(click: { actionId: string, blockId: string, value?: string | string[] | null }): Promise<unknown>,
 *   register?(blockId: string, actionId: string, read: () => string | string[] | null, node: HTMLElement): void,
 * }} Context
 */

/** @param {object} element @param {string} blockId @param {Context} context @param {boolean} dispatches */
export function interactive(element, blockId, context, dispatches = true) {
  const make = makers[element.type];
  if (!make) return h('span', { class: 'unsupported' }, `(${element.type} is not shown here)`);
  const send = async (value) => {
    if (!dispatches || !(await confirmFirst(element.confirm, context.names))) return;
    await context.act({ actionId: element.action_id, blockId, ...(value === undefined ? {} : { value }) });
  };
  const focus = { focus: `${blockId}/${element.action_id}` };
  return make({ element, blockId, context, send, focus });
}

const makers = {
  button: ({ element, send, focus }) => {
    const style = ['primary', 'danger'].includes(element.style) ? ` ${element.style}` : '';
    const text = plain(element.text);
    const props = { class: `button${style}`, 'aria-label': element.accessibility_label, data: focus };
    if (element.url && /^https?:/.test(element.url))
      return h('a', { ...props, href: element.url, target: '_blank', rel: 'noopener noreferrer' }, text);
    const button = h('button', { ...props, type: 'button' }, text);
    // Not `disabled`: that would take the focus away from who pressed it.
    button.addEventListener('click', async () => {
      if (button.ariaDisabled === 'true') return;
      button.ariaDisabled = 'true';
      await send(element.value);
      button.ariaDisabled = 'false';
    });
    return button;
  },
  overflow: ({ element, send, focus }) => {
    const choose = async (event) => {
      const option = element.options[Number(event.target.value)];
      event.target.value = '';
      if (option) await send(option.value);
    };
    return h(
      'select',
      { class: 'overflow', 'aria-label': 'More actions', data: focus, on: { change: choose } },
      h('option', { value: '' }, '⋯'),
      element.options.map((option, index) => h('option', { value: String(index) }, plain(option.text))),
    );
  },
  static_select: (all) => select(all, optionsOf(all.element)),
  external_select: (all) => select(all, optionsOf(all.element)),
  users_select: (all) => select(all, people(all.context, all.element.initial_user)),
  conversations_select: (all) => select(all, channels(all.context, all.element.initial_conversation)),
  channels_select: (all) => select(all, channels(all.context, all.element.initial_channel)),
  multi_static_select: (all) => choices(all, 'checkbox', all.element.initial_options ?? []),
  checkboxes: (all) => choices(all, 'checkbox', all.element.initial_options ?? []),
  radio_buttons: (all) => choices(all, 'radio', all.element.initial_option ? [all.element.initial_option] : []),
  plain_text_input: (all) => textInput(all, all.element.multiline ? 'textarea' : 'text'),
  number_input: (all) => textInput(all, 'number'),
  email_text_input: (all) => textInput(all, 'email'),
  url_text_input: (all) => textInput(all, 'url'),
  datepicker: (all) => timeInput(all, 'date', all.element.initial_date),
  timepicker: (all) => timeInput(all, 'time', all.element.initial_time),
};

function optionsOf(element) {
  const options = element.options ?? (element.option_groups ?? []).flatMap((group) => group.options);
  return { options, initial: options.findIndex((option) => option.value === element.initial_option?.value) };
}

function people(context, initial) {
  const options = context.names.people.map((person) => ({ text: { text: person.name }, value: person.id }));
  return { options, initial: options.findIndex((option) => option.value === initial) };
}

function channels(context, initial) {
  const options = context.names.channels.map((place) => ({ text: { text: `#${place.name}` }, value: place.id }));
  return { options, initial: options.findIndex((option) => option.value === initial) };
}

function select({ element, blockId, context, send, focus }, { options, initial }) {
  const node = h(
    'select',
    { data: focus, 'aria-label': plain(element.placeholder) || 'Choose' },
    h('option', { value: '' }, plain(element.placeholder) || 'Choose…'),
    options.map((option, index) =>
      h('option', { value: String(index), selected: index === initial }, plain(option.text)),
    ),
  );
  const chosen = () => options[Number(node.value || -1)]?.value ?? null;
  node.addEventListener('change', () => send(chosen()));
  context.register?.(blockId, element.action_id, chosen, node);
  return node;
}

function choices({ element, blockId, context, send, focus }, type, initial) {
  const name = `${blockId}-${element.action_id}`;
  const boxes = (element.options ?? []).map((option, index) => ({
    option,
    box: h('input', {
      type,
      name,
      checked: initial.some((other) => other.value === option.value),
      data: { focus: `${focus.focus}/${index}` },
    }),
  }));
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ option }) => option.value);
  const values = () => (type === 'radio' ? (chosen()[0] ?? null) : chosen());
  const node = h(
    'div',
    { class: 'choices', role: 'group' },
    boxes.map(({ option, box }) => h('label', null, box, ' ', plain(option.text))),
  );
  node.addEventListener('change', () => send(values()));
  context.register?.(blockId, element.action_id, values, node);
  return node;
}

function textInput({ element, blockId, context, send, focus }, type) {
  const shared = {
    value: element.initial_value ?? '',
    placeholder: plain(element.placeholder),
    maxlength: element.max_length,
    minlength: element.min_length,
    data: focus,
  };
  const node = type === 'textarea' ? h('textarea', { rows: 4, ...shared }) : h('input', { type, ...shared });
  const read = () => (node.value === '' ? null : node.value);
  if (type !== 'textarea')
    node.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && element.dispatch_action_config) send(read());
    });
  context.register?.(blockId, element.action_id, read, node);
  return node;
}

function timeInput({ element, blockId, context, send, focus }, type, initial) {
  const node = h('input', {
    type,
    value: initial ?? '',
    data: focus,
    'aria-label': plain(element.placeholder) || type,
  });
  const read = () => node.value || null;
  node.addEventListener('change', () => send(read()));
  context.register?.(blockId, element.action_id, read, node);
  return node;
}

/** The words of a plain_text or mrkdwn object, as plain text. */
export function plain(text) {
  return String(text?.text ?? '');
}
