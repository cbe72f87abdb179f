/** What the page may ask for, checked, and how it is done in the world. */
import { z } from 'zod';
import { SophiaError } from '../core/error.ts';
import type { App } from './app.ts';
import { nextWorkday } from './clock.ts';
import type { Travel } from './travel.ts';
import type { World } from './world.ts';

const id = z.string().min(1).max(80);
const longest = z.string().max(12_000);
const words = longest.min(1);
const file = z.object({ name: z.string().min(1).max(200), base64: z.base64() });
const value = z.union([z.string(), z.array(z.string()), z.null()]);
const values = z.record(z.string(), z.record(z.string(), value));
const click = z.object({ actionId: id, blockId: id.optional(), value: value.optional() });

type Deed = (body: unknown) => Promise<object>;

function deed<Input>(shape: z.ZodType<Input>, act: (input: Input) => Promise<object>): Deed {
  return (body) => act(shape.parse(body));
}

/** An interaction that Slack or the app refused is an error for the page. */
function said(result: { ok: true } | { ok: false; error: string }): object {
  if (!result.ok) throw new SophiaError('unavailable', result.error);
  return {};
}

export type Scene = { world: World; app: App; travel: Travel };

export function createDeeds({ world, app, travel }: Scene): (verb: string, body: unknown) => Promise<object> {
  const { slack } = world;
  const deeds: Record<string, Deed> = {
    say: deed(
      z.object({
        person: id,
        channel: id,
        text: longest,
        thread: id.optional(),
        files: z.array(file).max(5).default([]),
      }),
      async ({ person, channel, text, thread, files }) =>
        slack.say(person, channel, text, {
          ...(thread === undefined ? {} : { thread }),
          files: files.map(({ name, base64 }) => ({ name, content: Buffer.from(base64, 'base64') })),
        }),
    ),
    reword: deed(z.object({ person: id, channel: id, ts: id, text: words }), async (input) => {
      await slack.reword(input.person, input.channel, input.ts, input.text);
      return {};
    }),
    unsay: deed(z.object({ person: id, channel: id, ts: id }), async (input) => {
      await slack.unsay(input.person, input.channel, input.ts);
      return {};
    }),
    slash: deed(z.object({ person: id, channel: id, command: id, text: longest }), async (input) => {
      const answer = await slack.slash(input.person, input.channel, input.command, input.text);
      if (!answer.ok) throw new SophiaError('unavailable', answer.ephemeral ?? 'Slack could not deliver the command.');
      return {};
    }),
    click: deed(z.object({ person: id, channel: id, ts: id, click }), async (input) =>
      said(await slack.click(input.person, input.channel, input.ts, exact(input.click))),
    ),
    clickView: deed(z.object({ person: id, view: id, click, values: values.optional() }), async (input) =>
      said(await slack.clickView(input.person, input.view, exact(input.click), input.values ?? {})),
    ),
    submitView: deed(z.object({ person: id, view: id, values }), async (input) => {
      const submission = await slack.submitView(input.person, input.view, input.values);
      if (submission.outcome === 'failed') throw new SophiaError('unavailable', submission.error);
      return { submission };
    }),
    closeView: deed(z.object({ person: id, view: id }), async (input) => {
      await slack.closeView(input.person, input.view);
      return {};
    }),
    shortcut: deed(z.object({ person: id, callbackId: id, channel: id, ts: id }), async (input) =>
      said(await slack.shortcut(input.person, input.callbackId, input.channel, input.ts)),
    ),
    home: deed(z.object({ person: id, tab: z.enum(['home', 'messages']) }), async (input) => {
      await slack.openHome(input.person, input.tab);
      return {};
    }),
    stopSession: deed(z.object({ person: id, channel: id, thread: id }), async (input) => {
      await slack.stopSession(input.person, input.channel, input.thread);
      return {};
    }),
    crash: async () => {
      await app.crash();
      return {};
    },
    start: async () => {
      await app.start();
      return {};
    },
    unhealthy: deed(z.object({ on: z.boolean() }), async ({ on }) => {
      world.setUnhealthyNext(on);
      return {};
    }),
    trouble: deed(z.object({ service: id, kind: z.string().max(80) }), async ({ service, kind }) => {
      if (!world.setTrouble(service, kind)) throw new SophiaError('not_found', 'The playground knows no such trouble.');
      return {};
    }),
    heal: async () => {
      world.heal();
      return {};
    },
    travel: deed(z.object({ person: id, to: z.enum(['half hour', 'hour', 'workday']) }), async ({ person, to }) => {
      await travel.to(to === 'workday' ? workdayOf(world, person) : Date.now() + (to === 'hour' ? 60 : 30) * 60_000);
      return { now: Date.now() };
    }),
    push: async () => ({ sha: await world.pushToPull() }),
    commit: async () => ({ sha: await world.commitToMain() }),
  };

  return async (verb, body) => {
    const found = Object.hasOwn(deeds, verb) ? deeds[verb] : undefined;
    if (!found) throw new SophiaError('not_found', `The playground cannot ${verb}.`);
    try {
      return await found(body);
    } catch (error) {
      if (error instanceof z.ZodError)
        throw new SophiaError('bad_input', `The page asked wrongly: ${z.prettifyError(error)}`, { cause: error });
      throw error;
    }
  };
}

/** Nine in the morning where this person lives. */
function workdayOf(world: World, person: string): number {
  const zone = world.slack.workspace.people.find((one) => one.id === person)?.timeZone ?? 'UTC';
  return nextWorkday(Date.now(), 9, zone);
}

/** Leaves out what is not given: the emulator tells "no value" from "cleared". */
function exact(input: z.infer<typeof click>) {
  return {
    actionId: input.actionId,
    ...(input.blockId === undefined ? {} : { blockId: input.blockId }),
    ...(input.value === undefined ? {} : { value: input.value }),
  };
}
