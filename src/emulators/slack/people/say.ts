/** A person says something, types a command, opens the Home tab, joins, or presses Stop. */
import { randomUUID } from 'node:crypto';
import { fileInApi, upload } from '../files.ts';
import { edit, find, isReply, post, remove } from '../messages.ts';
import { answer } from '../responses.ts';
import { sessionKey } from '../state.ts';
import type { CommandAnswer, JsonObject, SlackUpload } from '../types.ts';
import { inThread, whisper } from '../web-api/chat.ts';
import { SlackRefusal } from '../web-api/method.ts';
import { stopStreams } from '../web-api/stream.ts';
import { asCommanded, asRichText, asWritten } from '../words.ts';
import { type Stage, troubleOf } from './stage.ts';

export function say(
  { world, origin }: Stage,
  person: string,
  channelId: string,
  text: string,
  { thread, files = [] }: { thread?: string; files?: SlackUpload[] } = {},
): { ts: string } {
  const channel = world.channelOf(person, channelId);
  if (text.trim() === '' && files.length === 0) throw new Error('there is nothing to say');
  const root = thread === undefined ? undefined : find(channel, thread);
  if (thread !== undefined && (!root || isReply(root))) throw new Error(`there is no thread ${thread} in ${channelId}`);
  const written = asWritten(world, text);
  const message = post(world, channel, person, {
    text: written,
    client_msg_id: randomUUID(),
    ...(written === '' ? {} : { blocks: [asRichText(written)] }),
    ...(files.length > 0
      ? {
          subtype: 'file_share' as const,
          files: files.map((file) => fileInApi(world, upload(world, person, file), origin)),
        }
      : {}),
    ...(thread === undefined ? {} : inThread(channel, thread)),
  });
  return { ts: message.ts };
}

function own({ world }: Stage, person: string, channelId: string, ts: string) {
  const channel = world.channelOf(person, channelId);
  const message = find(channel, ts);
  if (message?.user !== person) throw new Error(`${ts} in ${channelId} is no message of ${person}`);
  return { channel, message };
}

export function reword(stage: Stage, person: string, channelId: string, ts: string, text: string): void {
  const { channel, message } = own(stage, person, channelId, ts);
  const written = asWritten(stage.world, text);
  edit(stage.world, channel, message, (changing) => {
    changing.text = written;
    changing.blocks = [asRichText(written)];
    changing.edited = { user: person, ts: stage.world.nextTs() };
  });
}

export function unsay(stage: Stage, person: string, channelId: string, ts: string): void {
  const { channel, message } = own(stage, person, channelId, ts);
  remove(stage.world, channel, message);
}

export async function slash(
  stage: Stage,
  person: string,
  channelId: string,
  command: string,
  text: string,
): Promise<CommandAnswer> {
  const { world, courier, triggers, responses, origin } = stage;
  const channel = world.channelOf(person, channelId);
  const fromSlackbot = (words: string): CommandAnswer => {
    whisper(world, channel, person, { text: words, user: 'USLACKBOT' });
    return { ok: false, ephemeral: words };
  };
  if (!world.settings.commands.has(command) || !world.installed)
    return fromSlackbot(
      `${command} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`,
    );
  const source = { person, channel: channelId, message: null };
  const payload: JsonObject = {
    token: world.settings.verificationToken,
    team_id: world.team.id,
    team_domain: world.team.domain,
    channel_id: channelId,
    channel_name: { channel: channel.name, private: 'privategroup', im: 'directmessage' }[channel.kind],
    user_id: person,
    user_name: world.person(person).name,
    command,
    text: asCommanded(world, text.trim()),
    api_app_id: world.bot.appId,
    is_enterprise_install: 'false',
    response_url: responses.issue(origin, source),
    trigger_id: triggers.issue(person),
  };
  const got = await courier.send({
    kind: 'command',
    name: command,
    socketType: 'slash_commands',
    payload,
    acceptsResponse: true,
  });
  const trouble = troubleOf(got);
  if (trouble) return fromSlackbot(`${command} failed with the error "${trouble}"`);
  if (got.body.trim() === '' || got.body === '{}') return { ok: true };
  try {
    const body = parseAnswer(got.body);
    answer(world, source, body);
    const shown = typeof body.text === 'string' ? body.text : '';
    return body.response_type === 'in_channel' ? { ok: true, inChannel: shown } : { ok: true, ephemeral: shown };
  } catch (error) {
    if (error instanceof SlackRefusal)
      return fromSlackbot(`${command} failed with the error "invalid_command_response"`);
    throw error;
  }
}

/** JSON, or plain words. */
function parseAnswer(body: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Plain text is a fine answer to a command.
  }
  return { text: body };
}

/** Her direct message comes before somebody's eyes, at one of its two tabs. */
export function openHome({ world }: Stage, person: string, tab: 'home' | 'messages' = 'home'): void {
  const { im } = world.person(person);
  const view = world.homes.get(person);
  world.emit('app_home_opened', {
    type: 'app_home_opened',
    user: person,
    channel: im,
    tab,
    ...(tab === 'home' && view ? { view: JSON.parse(JSON.stringify(view)) as JsonObject } : {}),
    event_ts: world.nextTs(),
  });
}

export function stopSession({ world }: Stage, person: string, channelId: string, thread: string): void {
  const channel = world.channelOf(person, channelId);
  const session = world.sessions.get(sessionKey(channelId, thread));
  const streams = channel.messages.some(
    (message) => message.thread_ts === thread && message.streaming_state === 'in_progress',
  );
  if (!world.settings.subscriptions.has('agent_session_stopped') || (session?.status !== 'processing' && !streams))
    throw new Error(`there is no Stop button in ${channelId} ${thread}: nothing is in progress there`);
  const stopped = stopStreams(channel, thread);
  world.changed();
  world.emit('agent_session_stopped', {
    type: 'agent_session_stopped',
    channel: channelId,
    user: person,
    thread_ts: thread,
    streaming_message_ts: stopped,
    event_ts: world.nextTs(),
  });
}

export function join({ world }: Stage, person: string, channelId: string): void {
  world.person(person);
  const channel = world.channel(channelId);
  if (channel.kind !== 'channel') throw new Error(`${channelId} cannot be joined`);
  if (channel.members.includes(person)) return;
  channel.members.push(person);
  post(world, channel, person, { text: `<@${person}> has joined the channel`, subtype: 'channel_join' });
  if (channel.members.includes(world.bot.userId))
    world.emit('member_joined_channel', {
      type: 'member_joined_channel',
      user: person,
      channel: channelId,
      channel_type: 'C',
      team: world.team.id,
      event_ts: world.nextTs(),
    });
}

export function uninstall({ world }: Stage): void {
  const { userId } = world.bot;
  world.emit('tokens_revoked', {
    type: 'tokens_revoked',
    tokens: { oauth: [], bot: [userId] },
    event_ts: world.nextTs(),
  });
  world.emit('app_uninstalled', { type: 'app_uninstalled', event_ts: world.nextTs() });
  world.installed = false;
  world.changed();
}
