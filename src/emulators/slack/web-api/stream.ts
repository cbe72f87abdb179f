/** chat.startStream, appendStream, stopStream: text that grows while the model writes, and dies after five minutes. */
import { normalise } from '../blocks/normalise.ts';
import { type Bag, isBag } from '../blocks/rule.ts';
import { edit, find, fromBot, inApi, post } from '../messages.ts';
import type { Channel, World } from '../state.ts';
import { sessionKey } from '../state.ts';
import type { JsonObject, SessionStatus, SlackMessage } from '../types.ts';
import { inThread, requireThread, stopTyping } from './chat.ts';
import { mostMarkdownText, readBlocks, readLooks, readMetadata } from './content.ts';
import { type Arguments, invalidArguments, joinedChannel, type Method, SlackRefusal } from './method.ts';

const streamLifeMs = 5 * 60_000;
/** When each stream began, and whether a person stopped it, by channel and ts. */
const begun = new WeakMap<SlackMessage, number>();
const stopped = new WeakSet<SlackMessage>();

export const stream: Record<string, Method> = {
  'chat.startStream': {
    scopes: ['chat:write'],
    rate: 20,
    run(args, { world }) {
      const channel = joinedChannel(world, args.required('channel'));
      const thread = inThread(channel, requireThread(args));
      if (channel.kind !== 'im') {
        if (!args.text('recipient_team_id')) throw new SlackRefusal('missing_recipient_team_id');
        if (!args.text('recipient_user_id')) throw new SlackRefusal('missing_recipient_user_id');
      }
      const chunks = readChunks(args);
      const mode = args.text('task_display_mode');
      const message = post(world, channel, world.bot.userId, {
        ...fromBot(world),
        text: '',
        ...thread,
        ...readLooks(args),
        streaming_state: 'in_progress',
        ...(mode ? { task_display_mode: mode } : {}),
      });
      begun.set(message, world.now());
      append(message, chunks);
      stopTyping(world, channel.id, thread.thread_ts);
      world.changed();
      return { channel: channel.id, ts: message.ts };
    },
  },
  'chat.appendStream': {
    scopes: ['chat:write'],
    rate: 100,
    run(args, { world }) {
      const { channel, message } = streaming(world, args);
      const chunks = readChunks(args);
      if (chunks.length === 0) throw new SlackRefusal('no_text');
      append(message, chunks);
      world.changed();
      return { channel: channel.id, ts: message.ts };
    },
  },
  'chat.stopStream': {
    scopes: ['chat:write'],
    rate: 20,
    run(args, { world }) {
      const { channel, message } = streaming(world, args);
      const chunks = readChunks(args);
      const given = args.json('blocks', 'invalid_blocks_format');
      const blocks = given === undefined ? [] : readBlocks(given);
      const metadata = readMetadata(args);
      const status = args.text('session_status');
      if (status !== undefined && !['processing', 'active', 'suspended', 'closed'].includes(status))
        throw invalidArguments('must be one of: processing, active, suspended, closed [json-pointer:/session_status]');
      edit(world, channel, message, (changing) => {
        append(changing, chunks);
        changing.blocks = [...(changing.blocks ?? []), ...blocks];
        changing.streaming_state = 'completed';
        if (metadata) changing.metadata = metadata;
      });
      const session = world.sessions.get(sessionKey(channel.id, message.thread_ts ?? ''));
      if (session && status) session.status = status as SessionStatus;
      return { channel: channel.id, ts: message.ts, message: inApi(world, message, { metadata: true }) };
    },
  },
};

/** A person pressed Stop: running streams of the thread end where they are. */
export function stopStreams(channel: Channel, thread: string): string[] {
  const running = channel.messages.filter(
    (message) => message.thread_ts === thread && message.streaming_state === 'in_progress',
  );
  for (const message of running) {
    message.streaming_state = 'errored';
    stopped.add(message);
  }
  return running.map((message) => message.ts);
}

function streaming(world: World, args: Arguments): { channel: Channel; message: SlackMessage } {
  const channel = joinedChannel(world, args.required('channel'));
  const message = find(channel, args.required('ts'));
  if (!message) throw new SlackRefusal('message_not_found');
  if (message.bot_id !== world.bot.botId) throw new SlackRefusal('message_not_owned_by_app');
  if (stopped.has(message)) throw new SlackRefusal('stopped_by_user');
  if (message.streaming_state === 'in_progress' && world.now() - (begun.get(message) ?? 0) > streamLifeMs)
    message.streaming_state = 'errored';
  if (message.streaming_state !== 'in_progress') throw new SlackRefusal('message_not_in_streaming_state');
  return { channel, message };
}

function readChunks(args: Arguments): Bag[] {
  const markdown = args.text('markdown_text');
  if (markdown !== undefined && markdown.length > mostMarkdownText) throw new SlackRefusal('msg_too_long');
  const given = args.json('chunks') ?? [];
  if (!Array.isArray(given) || !given.every(isBag)) throw new SlackRefusal('invalid_chunks');
  for (const chunk of given) checkChunk(chunk);
  return [...(markdown ? [{ type: 'markdown_text', text: markdown }] : []), ...given];
}

function checkChunk(chunk: Bag): void {
  const has = (...keys: string[]) => keys.every((key) => typeof chunk[key] === 'string' && chunk[key] !== '');
  const sound =
    (chunk.type === 'markdown_text' && typeof chunk.text === 'string') ||
    (chunk.type === 'plan_update' && has('title')) ||
    (chunk.type === 'task_update' &&
      has('id', 'title') &&
      ['pending', 'in_progress', 'complete', 'error'].includes(String(chunk.status))) ||
    (chunk.type === 'blocks' && Array.isArray(chunk.blocks));
  if (!sound) throw new SlackRefusal('invalid_chunks');
  if (chunk.type === 'blocks') readBlocks(chunk.blocks);
}

/** Text grows the last Markdown block, tasks update their card, blocks are added. */
function append(message: SlackMessage, chunks: Bag[]): void {
  const blocks = structuredClone(message.blocks ?? []);
  for (const chunk of chunks) {
    if (chunk.type === 'markdown_text') {
      const last = blocks.at(-1);
      if (last?.type === 'markdown') last.text = String(last.text) + String(chunk.text);
      else blocks.push(...normalise([{ type: 'markdown', text: String(chunk.text) }]));
      message.text += String(chunk.text);
    } else if (chunk.type === 'blocks') blocks.push(...normalise(chunk.blocks as Bag[]));
    else if (chunk.type === 'plan_update') {
      const plan = blocks.find((block) => block.type === 'plan');
      if (plan) plan.title = String(chunk.title);
      else blocks.push(...normalise([{ type: 'plan', title: String(chunk.title), tasks: [] }]));
    } else upsertTask(blocks, chunk);
  }
  if (blocks.length > 0) message.blocks = blocks;
}

function upsertTask(blocks: JsonObject[], chunk: Bag): void {
  const task: Bag = { type: 'task_card', task_id: chunk.id, title: chunk.title, status: chunk.status };
  for (const key of ['details', 'output'] as const)
    if (typeof chunk[key] === 'string') task[key] = paragraph(chunk[key]);
  if (Array.isArray(chunk.sources)) task.sources = chunk.sources;
  const plan = blocks.find((block) => block.type === 'plan');
  const list = plan ? (plan.tasks as JsonObject[]) : blocks;
  const index = list.findIndex((entry) => entry.task_id === chunk.id);
  const [card] = normalise([task]);
  if (card) list.splice(index < 0 ? list.length : index, index < 0 ? 0 : 1, card);
}

function paragraph(text: string): Bag {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }] };
}
