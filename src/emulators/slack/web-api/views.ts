/** views.*: modals and the Home tab, with trigger ids, hashes and the limits of a stack. */
import { normalise } from '../blocks/normalise.ts';
import { type Bag, isBag } from '../blocks/rule.ts';
import { validateView } from '../blocks/validate.ts';
import type { World } from '../state.ts';
import { newId } from '../state.ts';
import type { JsonObject, SlackView } from '../types.ts';
import { type Arguments, type Context, invalidArguments, type Method, SlackRefusal } from './method.ts';

const deepestStack = 3;
const largestView = 250_000;

export const views: Record<string, Method> = {
  'views.open': {
    rate: 100,
    run(args, context) {
      const given = readView(context.world, args, 'modal');
      const { person } = spend(args, context);
      const view = build(context.world, given, null);
      context.world.views.set(person, [view]);
      return shown(context.world, view);
    },
  },
  'views.push': {
    rate: 100,
    run(args, context) {
      const given = readView(context.world, args, 'modal');
      const { person, viewId } = spend(args, context);
      const stack = context.world.views.get(person) ?? [];
      if (viewId === null || stack.length === 0) throw new SlackRefusal('invalid_trigger_id');
      return shown(context.world, push(context.world, person, given));
    },
  },
  'views.update': {
    rate: 100,
    run(args, { world }) {
      const viewId = args.text('view_id');
      const externalId = args.text('external_id');
      if (!viewId && !externalId) throw invalidArguments('missing required field: view_id');
      const open = [...world.views.values()].flat();
      const view = open.find(({ id, external_id }) => (viewId ? id === viewId : external_id === externalId));
      if (!view) throw new SlackRefusal('not_found');
      const given = readView(world, args, 'modal', view);
      checkHash(args, view);
      replace(world, view, given);
      return shown(world, view);
    },
  },
  'views.publish': {
    rate: 100,
    run(args, { world }) {
      const person = args.required('user_id');
      if (!world.people.has(person)) throw new SlackRefusal('user_not_found');
      const old = world.homes.get(person);
      const given = readView(world, args, 'home', old);
      if (old) checkHash(args, old);
      const view = old ?? build(world, given, null);
      if (old) replace(world, old, given);
      world.homes.set(person, view);
      return shown(world, view);
    },
  },
};

/** Checks a view as `views.*` and a submission's answer do. `current`: the view it takes the place of. */
export function checkView(world: World, value: unknown, type: 'modal' | 'home', current?: SlackView): Bag {
  const problems = validateView(value, type);
  if (problems.length > 0 || !isBag(value)) {
    const lines = problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
    throw invalidArguments(...lines);
  }
  if (JSON.stringify(value).length > largestView) throw new SlackRefusal('view_too_large');
  const externalId = value.external_id;
  const taken = [...world.views.values(), [...world.homes.values()]].flat();
  if (externalId && taken.some((view) => view.external_id === externalId && view.id !== current?.id))
    throw new SlackRefusal('duplicate_external_id');
  return value;
}

export function push(world: World, person: string, given: Bag): SlackView {
  const stack = world.views.get(person) ?? [];
  if (stack.length >= deepestStack) throw new SlackRefusal('push_limit_reached');
  const view = build(world, given, stack.at(-1) ?? null);
  world.views.set(person, [...stack, view]);
  return view;
}

/** New content in the place of the old; what a person typed into fields that stay is kept. */
export function replace(world: World, view: SlackView, given: Bag): void {
  const { id, root_view_id, previous_view_id, external_id } = view;
  delete view.errors;
  Object.assign(view, build(world, given, null), { id, root_view_id, previous_view_id });
  view.external_id ||= external_id;
}

function readView(world: World, args: Arguments, type: 'modal' | 'home', current?: SlackView): Bag {
  const value = args.json('view');
  if (value === undefined) throw invalidArguments('missing required field: view');
  return checkView(world, value, type, current);
}

function spend(args: Arguments, { triggers }: Context): { person: string; viewId: string | null } {
  const trigger = args.text('trigger_id') ?? args.text('interactivity_pointer');
  if (!trigger) throw invalidArguments('missing required field: trigger_id');
  const spent = triggers.exchange(trigger);
  if ('error' in spent) throw new SlackRefusal(spent.error);
  return spent;
}

function checkHash(args: Arguments, view: SlackView): void {
  const hash = args.text('hash');
  if (hash !== undefined && hash !== view.hash) throw new SlackRefusal('hash_conflict');
}

function build(world: World, given: Bag, below: SlackView | null): SlackView {
  const id = newId('V');
  const text = (key: string) => (typeof given[key] === 'string' ? given[key] : '');
  return {
    id,
    team_id: world.team.id,
    type: given.type as 'modal' | 'home',
    title: (given.title ?? { type: 'plain_text', text: 'View Title', emoji: true }) as JsonObject,
    submit: (given.submit ?? null) as JsonObject | null,
    close: (given.close ?? null) as JsonObject | null,
    blocks: normalise(given.blocks as Bag[]),
    private_metadata: text('private_metadata'),
    callback_id: text('callback_id'),
    external_id: text('external_id'),
    state: { values: {} },
    hash: `${world.nextTs()}.${newId('')}`,
    clear_on_close: given.clear_on_close === true,
    notify_on_close: given.notify_on_close === true,
    root_view_id: below?.root_view_id ?? id,
    previous_view_id: below?.id ?? null,
    app_id: world.bot.appId,
    bot_id: world.bot.botId,
    app_installed_team_id: world.team.id,
  };
}

function shown(world: World, view: SlackView): JsonObject {
  world.changed();
  const { errors: _, ...inPayload } = view;
  return { view: structuredClone(inPayload) as JsonObject };
}
