/** The words of the Slack emulator: what it is given, what it holds, and the control object the page and the tests drive it with. */
import type { MessageMetadata } from '@slack/types';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
/** A Block Kit block as stored: `block_id` and, in elements, `action_id` are always filled in, as Slack does. */
export type SlackBlock = { type: string; block_id: string } & JsonObject;

export type SlackTeam = { id: string; name: string; domain: string };
export type SlackPerson = {
  id: string;
  /** The handle, lower case: `alice`. */
  name: string;
  realName: string;
  email?: string;
  isAdmin?: boolean;
  /** Guests cannot use apps with the Agents feature. */
  isGuest?: boolean;
  /** Their account was closed. */
  isDeleted?: boolean;
  /** The workspace of somebody who is here by Slack Connect. */
  home?: string;
  timeZone?: string;
  /** Default: `en-US`. */
  locale?: string;
  /** The direct message channel between this person and the app. */
  im: string;
};
export type SlackChannelSeed = {
  id: string;
  name: string;
  /** People and, when the app was invited, the bot's user id. */
  members: string[];
  isPrivate?: boolean;
  /** By Slack Connect. */
  isShared?: boolean;
  topic?: string;
};
export type ChannelChange = { isPrivate?: boolean; isShared?: boolean };
export type SlackUsergroup = { id: string; handle: string; name: string; users: string[] };
export type SlackBot = { userId: string; botId: string; appId: string; name: string };
export type SlackWorkspace = {
  team: SlackTeam;
  people: SlackPerson[];
  channels: SlackChannelSeed[];
  usergroups: SlackUsergroup[];
  bot: SlackBot;
};

export type SlackEmulatorOptions = Partial<SlackWorkspace> & {
  /** 0 (the default) picks a free port; always on 127.0.0.1. */
  port?: number;
  signingSecret: string;
  botToken: string;
  /** `xapp-…`; with it `apps.connections.open` works (Socket Mode). */
  appToken?: string;
  /** Where the app listens, `http://127.0.0.1:3000/slack/events`; may be set later with `setRequestUrl`. */
  requestUrl?: string;
  /** Bot events the app subscribed to; the default is the manifest's. `message.channels` and `member_joined_channel` are known too. */
  subscriptions?: string[];
  /** OAuth scopes of the bot token; a method that needs another answers `missing_scope`. Default: all that the emulator knows. */
  scopes?: string[];
  /** Slash commands the app registered. Default: `/sophia`. */
  commands?: string[];
  /** Callback ids of the app's message shortcuts; when given, others are refused. */
  shortcuts?: string[];
  /** Pauses before the second, third and fourth delivery of an event. Slack's: `[0, 60_000, 300_000]`. */
  retryDelaysMs?: number[];
  /** How long the app may take to acknowledge. Slack's: 3000. */
  ackTimeoutMs?: number;
  /** How long a trigger id lives. Slack's: 3000. */
  triggerLifeMs?: number;
  /** Enforce Slack's rate tiers (HTTP 429 with Retry-After). Off by default. */
  limits?: boolean;
  /** Milliseconds since 1970; decides time stamps and every expiry. */
  clock?: () => number;
};

/** A file somebody puts into a message; Slack knows its kind by the name unless it is said. */
export type SlackUpload = { name: string; content: string | Uint8Array; mimetype?: string };

export type SlackReaction = { name: string; users: string[]; count: number };
/** A message as the page shows it; `history` and `replies` answer it in Slack's own shape. */
export type SlackMessage = {
  type: 'message';
  channel: string;
  ts: string;
  text: string;
  /** Who wrote it; the bot's own user id for the app's messages. */
  user: string;
  team: string;
  bot_id?: string;
  app_id?: string;
  client_msg_id?: string;
  subtype?: 'tombstone' | 'channel_join' | 'thread_broadcast' | 'file_share';
  blocks?: SlackBlock[];
  attachments?: JsonObject[];
  thread_ts?: string;
  parent_user_id?: string;
  edited?: { user: string; ts: string };
  metadata?: MessageMetadata;
  reactions?: SlackReaction[];
  /** On the first message of a thread. */
  reply_count?: number;
  reply_users?: string[];
  latest_reply?: string;
  unfurl_links?: boolean;
  unfurl_media?: boolean;
  username?: string;
  icon_emoji?: string;
  icon_url?: string;
  files?: JsonObject[];
  /** While and after `chat.startStream` … `stopStream`. */
  streaming_state?: 'in_progress' | 'completed' | 'errored';
  task_display_mode?: string;
  /** Set on a message only one person sees. */
  is_ephemeral?: true;
  ephemeral_to?: string;
  /** What the person sees beside a button when the app did not answer their click. */
  problem?: { person: string; text: string };
};

export type SlackView = {
  id: string;
  team_id: string;
  type: 'modal' | 'home';
  title: JsonObject;
  submit: JsonObject | null;
  close: JsonObject | null;
  blocks: SlackBlock[];
  private_metadata: string;
  callback_id: string;
  external_id: string;
  state: { values: ViewValues };
  hash: string;
  clear_on_close: boolean;
  notify_on_close: boolean;
  root_view_id: string;
  previous_view_id: string | null;
  app_id: string;
  bot_id: string;
  app_installed_team_id: string;
  /** Errors shown under inputs after a submission, by block id. Not part of Slack's payload. */
  errors?: Record<string, string>;
};
export type ViewValues = Record<string, Record<string, JsonObject>>;

export type SlackThread = SlackMessage & { replies: SlackMessage[] };
export type SlackChannelView = {
  id: string;
  name: string;
  kind: 'channel' | 'private' | 'im';
  members: string[];
  topic: string;
  /** The person of an `im`. */
  user?: string;
  messages: SlackThread[];
};
export type SessionStatus = 'processing' | 'active' | 'suspended' | 'closed';
export type SlackSession = {
  channel: string;
  thread: string;
  status: SessionStatus;
  title?: string;
  initiator?: string;
};
export type SlackTyping = { channel: string; thread: string; status: string; loadingMessages: string[] };
export type SlackPrompts = {
  channel: string;
  thread: string | null;
  title: string | null;
  prompts: { title: string; message: string }[];
};

/** The whole world as plain JSON. */
export type SlackSnapshot = {
  /** Grows with every change. */
  revision: number;
  team: SlackTeam;
  bot: SlackBot;
  people: SlackPerson[];
  usergroups: SlackUsergroup[];
  channels: SlackChannelView[];
  /** Messages only this person sees, by person, oldest first. */
  ephemerals: Record<string, SlackMessage[]>;
  /** Open modals by person, the one on top last. */
  views: Record<string, SlackView[]>;
  /** The published Home tab by person. */
  homes: Record<string, SlackView | null>;
  sessions: SlackSession[];
  typing: SlackTyping[];
  prompts: SlackPrompts[];
  /** How the app is reached at the moment. */
  connection: { transport: 'http' | 'socket' | 'none'; requestUrl: string | null; sockets: number };
};

export type DeliveryKind =
  | 'event'
  | 'command'
  | 'block_actions'
  | 'view_submission'
  | 'view_closed'
  | 'message_action'
  | 'url_verification'
  | 'replay';
export type Delivery = {
  index: number;
  kind: DeliveryKind;
  /** The event's type, the command, or the callback id. */
  name: string;
  /** HTTP status (200 for a socket acknowledgement), or why there is none. */
  status: number | 'pending' | 'unreachable' | 'timeout';
  /** 0 for the first delivery; 1, 2, 3 for retries. */
  attempt: number;
  /** The exact body (HTTP) or payload (socket) sent. */
  body: string;
  headers: Record<string, string>;
  transport: 'http' | 'socket';
  /** ISO 8601. */
  at: string;
  eventId?: string;
};
export type ApiCall = { method: string; args: JsonObject; at: string; ok: boolean | null; error?: string };

/** Text, one or many option values, user or channel ids, a date, or a time, as the element wants; null clears it. */
export type InputValue = string | string[] | null;
/** By block id and action id, or just by action id. */
export type FormValues = Record<string, InputValue | Record<string, InputValue>>;
export type Click = {
  actionId: string;
  blockId?: string;
  /** A select's choice (option value, user, channel, date); for a button only to tell apart buttons of one action id. */
  value?: InputValue;
};
export type Interaction = { ok: true } | { ok: false; error: string };
export type CommandAnswer = {
  ok: boolean;
  /** What only the person sees: the app's immediate answer, or Slack's own words when it failed. */
  ephemeral?: string;
  /** The app's immediate answer to the whole channel. */
  inChannel?: string;
};
export type Submission =
  | { outcome: 'closed' }
  /** Under the inputs, by block id; Slack's own ("required") or the app's. */
  | { outcome: 'errors'; errors: Record<string, string> }
  | { outcome: 'updated' | 'pushed'; view: SlackView }
  | { outcome: 'failed'; error: string };

export type SlackFault =
  | { kind: 'rate limit'; retryAfter: number }
  | { kind: 'drop answer' }
  | { kind: 'slow'; milliseconds: number }
  | { kind: 'fail'; error: string | number };
export type SlackFaults = {
  /** The next call (or calls) of the method answer HTTP 429 with this Retry-After, in seconds. */
  rateLimitNext(method: string, retryAfter: number, times?: number): void;
  /** Slack does it, then the connection breaks: the app cannot know. */
  dropAnswerNext(method: string, times?: number): void;
  slowNext(method: string, milliseconds: number, times?: number): void;
  /** A Slack error (`internal_error`, `channel_not_found`), or an HTTP status such as `503`. Nothing is done. */
  failNext(method: string, error: string | number, times?: number): void;
  /** Befalls every call of the methods that fit, or the first of each `every`, until `clear`. */
  keep(fault: SlackFault, options?: { on?: RegExp; every?: number }): void;
  /** Ends all of it. */
  clear(): void;
};

export type SlackEmulator = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `<url>/api/`, for the client's `slackApiUrl`. */
  readonly apiUrl: string;
  readonly workspace: SlackWorkspace;
  setRequestUrl(url: string | null): void;
  /** Slack's check of the address: sends `url_verification` and compares the challenge. */
  verifyRequestUrl(): Promise<boolean>;

  // What people do. Each refuses (throws) what a person could not do in the real client.
  /** Posts a person's words. `@sophia`, `@alice`, `#eng` and bare links become what the real client makes of them. */
  say(
    person: string,
    channel: string,
    text: string,
    options?: { thread?: string; files?: SlackUpload[] },
  ): Promise<{ ts: string }>;
  /** Changes a message of one's own. */
  reword(person: string, channel: string, messageTs: string, text: string): Promise<void>;
  /** Deletes a message of one's own. */
  unsay(person: string, channel: string, messageTs: string): Promise<void>;
  slash(person: string, channel: string, command: string, text: string): Promise<CommandAnswer>;
  click(person: string, channel: string, messageTs: string, click: Click): Promise<Interaction>;
  clickView(person: string, viewId: string, click: Click, values?: FormValues): Promise<Interaction>;
  submitView(person: string, viewId: string, values?: FormValues): Promise<Submission>;
  closeView(person: string, viewId: string): Promise<void>;
  shortcut(person: string, callbackId: string, channel: string, messageTs: string): Promise<Interaction>;
  openHome(person: string, tab?: 'home' | 'messages'): Promise<void>;
  stopSession(person: string, channel: string, thread: string): Promise<void>;
  join(person: string, channel: string): Promise<void>;
  /** Brings somebody into any channel, as a member of a private one may. */
  invite(person: string, channel: string): Promise<void>;
  /** They leave, or are put out. */
  leave(person: string, channel: string): Promise<void>;
  /** Turns a channel private, or shares it with another organisation; `quietly`: its event is lost. */
  change(channel: string, to: ChannelChange, how?: { quietly?: boolean }): Promise<void>;
  /** Closes their account. */
  deactivate(person: string): Promise<void>;
  /** Removes the app: the token dies, `app_uninstalled` and `tokens_revoked` go out. */
  uninstall(): Promise<void>;

  // What is there.
  snapshot(): SlackSnapshot;
  messages(channel: string): SlackThread[];
  thread(channel: string, ts: string): SlackMessage[];
  ephemerals(person: string): SlackMessage[];
  /** The modal on top of this person's screen. */
  view(person: string): SlackView | null;
  home(person: string): SlackView | null;
  /** An uploaded file; null until its content has come. */
  file(id: string): { name: string; mimetype: string; content: Buffer } | null;
  /** Called after every change of the world and every delivery. */
  subscribe(listener: (revision: number) => void): () => void;
  /** Resolves with the first snapshot the predicate holds for; looks again after every change. */
  waitFor(predicate: (snapshot: SlackSnapshot) => boolean, timeoutMs?: number): Promise<SlackSnapshot>;

  // What went over the wire.
  readonly deliveries: readonly Delivery[];
  readonly calls: readonly ApiCall[];
  /** Sends the identical signed request again (same body, same time stamp, same signature); answers the HTTP status. */
  replay(deliveryIndex: number): Promise<number>;
  /** Signs a body as Slack does; `timestamp` in seconds. */
  sign(body: string, timestamp?: number): { 'x-slack-request-timestamp': string; 'x-slack-signature': string };
  /** Asks every Socket Mode connection (or the `most` oldest) to reconnect, or just cuts it. */
  disconnectSockets(how?: 'refresh_requested' | 'warning' | 'cut', most?: number): void;
  readonly faults: SlackFaults;
  close(): Promise<void>;
};
