/** A person submits or closes a modal. */
import { isBag } from '../blocks/rule.ts';
import type { FormValues, JsonObject, SlackView, Submission } from '../types.ts';
import { SlackRefusal } from '../web-api/method.ts';
import { checkView, push, replace } from '../web-api/views.ts';
import { viewInPayload } from './click.ts';
import { complaints, enter, fieldsOf, stateOf } from './forms.ts';
import { common, type Stage, troubleOf } from './stage.ts';

const connectionTrouble = 'We had some trouble connecting. Try again?';

export async function submitView(
  stage: Stage,
  person: string,
  viewId: string,
  values: FormValues = {},
): Promise<Submission> {
  const { world, courier, triggers } = stage;
  const view = world.viewOf(person, viewId);
  if (view.type !== 'modal' || view.submit === null) throw new Error(`${viewId} has no submit button`);
  const entered = enter(view.blocks, values, world.entered.get(viewId));
  world.entered.set(viewId, entered);
  const errors = complaints(view.blocks, stateOf(view.blocks, entered));
  if (Object.keys(errors).length > 0) return refuse(stage, view, errors);
  delete view.errors;
  const payload: JsonObject = {
    type: 'view_submission',
    ...common(stage, person),
    trigger_id: triggers.issue(person, viewId),
    view: viewInPayload(stage, view),
    response_urls: [],
  };
  const got = await courier.send({
    kind: 'view_submission',
    name: view.callback_id,
    socketType: 'interactive',
    payload,
    acceptsResponse: true,
  });
  if (troubleOf(got)) return { outcome: 'failed', error: connectionTrouble };
  try {
    return follow(stage, person, view, got.body);
  } catch (error) {
    // A wrong answer looks to the person like no answer.
    if (error instanceof SlackRefusal || error instanceof SyntaxError)
      return { outcome: 'failed', error: connectionTrouble };
    throw error;
  }
}

function follow(stage: Stage, person: string, view: SlackView, body: string): Submission {
  const { world } = stage;
  const answer: unknown = body.trim() === '' ? {} : JSON.parse(body);
  if (!isBag(answer)) throw new SlackRefusal('invalid_response');
  const close = (kept: SlackView[]): Submission => {
    world.views.set(person, kept);
    world.changed();
    return { outcome: 'closed' };
  };
  const stack = world.views.get(person) ?? [];
  const { response_action: action } = answer;
  if (action === undefined) return close(stack.filter((each) => each.id !== view.id));
  if (action === 'clear') return close([]);
  if (action === 'errors') {
    const inputs = new Set(
      fieldsOf(view.blocks)
        .filter(({ block }) => block.type === 'input')
        .map(({ blockId }) => blockId),
    );
    const { errors } = answer;
    const sound = isBag(errors) && Object.keys(errors).length > 0;
    if (
      !sound ||
      !Object.entries(errors).every(([id, words]) => inputs.has(id) && typeof words === 'string' && words !== '')
    )
      throw new SlackRefusal('invalid_errors');
    return refuse(stage, view, errors as Record<string, string>);
  }
  if (action === 'update') {
    replace(world, view, checkView(world, answer.view, 'modal', view));
    world.changed();
    return { outcome: 'updated', view: structuredClone(view) };
  }
  if (action === 'push') {
    const pushed = push(world, person, checkView(world, answer.view, 'modal'));
    world.changed();
    return { outcome: 'pushed', view: structuredClone(pushed) };
  }
  throw new SlackRefusal('invalid_response_action');
}

function refuse({ world }: Stage, view: SlackView, errors: Record<string, string>): Submission {
  view.errors = errors;
  world.changed();
  return { outcome: 'errors', errors };
}

export async function closeView(stage: Stage, person: string, viewId: string): Promise<void> {
  const { world, courier } = stage;
  const view = world.viewOf(person, viewId);
  if (view.type !== 'modal') throw new Error(`${viewId} is no modal`);
  const stack = world.views.get(person) ?? [];
  const closing = view.clear_on_close ? stack.toReversed() : [view];
  world.views.set(
    person,
    stack.filter((each) => !closing.includes(each)),
  );
  world.changed();
  for (const each of closing.filter((one) => one.notify_on_close)) {
    const payload: JsonObject = {
      type: 'view_closed',
      ...common(stage, person),
      view: viewInPayload(stage, each),
      is_cleared: view.clear_on_close,
    };
    await courier.send({
      kind: 'view_closed',
      name: each.callback_id,
      socketType: 'interactive',
      payload,
      acceptsResponse: false,
    });
  }
}
