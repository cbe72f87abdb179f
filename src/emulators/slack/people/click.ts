/** A person clicks or chooses something in a message or a view, or takes a message shortcut. */
import type { Bag } from '../blocks/rule.ts';
import { find, inApi } from '../messages.ts';
import type { Channel } from '../state.ts';
import type { Click, FormValues, Interaction, JsonObject, SlackBlock, SlackMessage, SlackView } from '../types.ts';
import { enter, type Field, fill, findField, holdsState, optionOf, stateOf } from './forms.ts';
import { common, interactionOf, type Stage } from './stage.ts';

export async function click(
  stage: Stage,
  person: string,
  channelId: string,
  ts: string,
  chosen: Click,
): Promise<Interaction> {
  const { world, courier, triggers, responses, origin } = stage;
  const channel = world.channelOf(person, channelId);
  const message = messageFor(stage, person, channel, ts);
  const key = `${person} ${ts}`;
  const field = fieldFor(message.blocks ?? [], chosen, `message ${ts}`);
  remember(stage, key, field, chosen);
  delete message.problem;
  const payload: JsonObject = {
    type: 'block_actions',
    ...common(stage, person),
    container: {
      type: 'message',
      message_ts: ts,
      channel_id: channelId,
      is_ephemeral: message.is_ephemeral === true,
      ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
    },
    trigger_id: triggers.issue(person),
    channel: { id: channelId, name: nameOf(channel) },
    // An ephemeral message is not sent along: nobody keeps it but the client.
    ...(message.is_ephemeral ? {} : { message: inApi(world, message) }),
    state: { values: stateOf(message.blocks ?? [], world.entered.get(key)) },
    response_url: responses.issue(origin, { person, channel: channelId, message }),
    actions: [actionOf(stage, field, chosen)],
  };
  const got = await courier.send({
    kind: 'block_actions',
    name: field.actionId,
    socketType: 'interactive',
    payload,
    acceptsResponse: false,
  });
  const result = interactionOf(got);
  if (!result.ok) {
    message.problem = { person, text: 'This app responded with an error. Try again.' };
    world.changed();
  }
  return result;
}

export async function clickView(
  stage: Stage,
  person: string,
  viewId: string,
  chosen: Click,
  values: FormValues = {},
): Promise<Interaction> {
  const { world, courier, triggers } = stage;
  const view = world.viewOf(person, viewId);
  world.entered.set(viewId, enter(view.blocks, values, world.entered.get(viewId)));
  const field = fieldFor(view.blocks, chosen, `view ${viewId}`);
  if (field.block.type === 'input' && field.block.dispatch_action !== true)
    throw new Error(`${field.actionId} sends nothing until the form is submitted`);
  remember(stage, viewId, field, chosen);
  const payload: JsonObject = {
    type: 'block_actions',
    ...common(stage, person),
    container: { type: 'view', view_id: viewId },
    trigger_id: triggers.issue(person, view.type === 'modal' ? viewId : null),
    view: viewInPayload(stage, view),
    actions: [actionOf(stage, field, chosen)],
  };
  const got = await courier.send({
    kind: 'block_actions',
    name: field.actionId,
    socketType: 'interactive',
    payload,
    acceptsResponse: false,
  });
  return interactionOf(got);
}

export async function shortcut(
  stage: Stage,
  person: string,
  callbackId: string,
  channelId: string,
  ts: string,
): Promise<Interaction> {
  const { world, courier, triggers, responses, origin } = stage;
  const channel = world.channelOf(person, channelId);
  const message = find(channel, ts);
  if (!message) throw new Error(`there is no message ${ts} in ${channelId}`);
  if (world.settings.shortcuts && !world.settings.shortcuts.has(callbackId))
    throw new Error(`the app has no shortcut ${callbackId}`);
  const payload: JsonObject = {
    type: 'message_action',
    ...common(stage, person),
    action_ts: world.nextTs(),
    callback_id: callbackId,
    trigger_id: triggers.issue(person),
    channel: { id: channelId, name: nameOf(channel) },
    message_ts: ts,
    message: inApi(world, message),
    response_url: responses.issue(origin, { person, channel: channelId, message }),
  };
  const got = await courier.send({
    kind: 'message_action',
    name: callbackId,
    socketType: 'interactive',
    payload,
    acceptsResponse: false,
  });
  return interactionOf(got);
}

/** A view as payloads carry it, with what the person has filled in. */
export function viewInPayload({ world }: Stage, view: SlackView): JsonObject {
  const { errors: _, ...rest } = view;
  return structuredClone({
    ...rest,
    state: { values: stateOf(view.blocks, world.entered.get(view.id)) },
  }) as JsonObject;
}

function messageFor({ world }: Stage, person: string, channel: Channel, ts: string): SlackMessage {
  const whispered = (world.ephemerals.get(person) ?? []).find((each) => each.ts === ts && each.channel === channel.id);
  const message = whispered ?? find(channel, ts);
  if (!message) throw new Error(`${person} sees no message ${ts} in ${channel.id}`);
  if (message.bot_id === undefined) throw new Error(`message ${ts} is not the app's`);
  return message;
}

function fieldFor(blocks: readonly SlackBlock[], { actionId, blockId, value }: Click, where: string): Field {
  let fields = findField(blocks, actionId, blockId);
  if (fields.length === 0) throw new Error(`there is no ${blockId ? `${blockId}/` : ''}${actionId} in ${where}`);
  if (fields[0]?.element.type === 'button' && value !== undefined) {
    fields = fields.filter(({ element }) => element.value === value);
    if (fields.length === 0)
      throw new Error(`no button ${actionId} in ${where} has the value ${JSON.stringify(value)}`);
  }
  const [field, another] = fields;
  if (!field || another) throw new Error(`there are several ${actionId} in ${where}: name the block or the value`);
  return field;
}

function remember({ world }: Stage, key: string, field: Field, { value }: Click): void {
  if (!holdsState(field.element) || value === undefined) return;
  const before = world.entered.get(key) ?? {};
  const { blockId, actionId } = field;
  world.entered.set(key, { ...before, [blockId]: { ...before[blockId], [actionId]: fill(field, value) } });
}

function actionOf({ world }: Stage, field: Field, { value }: Click): JsonObject {
  const { element, blockId, actionId } = field;
  const base = { type: String(element.type), action_id: actionId, block_id: blockId, action_ts: world.nextTs() };
  const copied = (...keys: string[]) =>
    Object.fromEntries(keys.filter((key) => key in element).map((key) => [key, element[key]])) as JsonObject;
  if (element.type === 'button' || element.type === 'icon_button')
    return { ...base, ...copied('text', 'value', 'style', 'url') };
  if (element.type === 'workflow_button') return { ...base, ...copied('text', 'style', 'workflow') };
  if (element.type === 'overflow') return { ...base, selected_option: optionOf(element, String(value)) };
  if (element.type === 'feedback_buttons') {
    const offered = [element.positive_button, element.negative_button] as Bag[];
    const pressed = offered.find((button) => button.value === value);
    if (!pressed) throw new Error(`${actionId} has no button with the value ${JSON.stringify(value)}`);
    return { ...base, value: String(value), text: pressed.text as JsonObject };
  }
  if (value === undefined) throw new Error(`${actionId} is a ${base.type}: choose a value`);
  return { ...fill(field, value), ...base };
}

function nameOf(channel: Channel): string {
  return { channel: channel.name, private: 'privategroup', im: 'directmessage' }[channel.kind];
}
