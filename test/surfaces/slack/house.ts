/** What the Slack tests share: an emulated workspace, the real surface in front of it, and records by the ports. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import type { Approval } from '../../../src/core/approval.ts';
import type { Log } from '../../../src/core/connector.ts';
import type { Choice, CommandForm, Door, EditAnswer, Edited, EditForm, Opinion } from '../../../src/core/door.ts';
import type { HomePage } from '../../../src/core/home.ts';
import type { Inbox, InboxItem } from '../../../src/core/inbox.ts';
import type { Message } from '../../../src/core/message.ts';
import type { Sends } from '../../../src/core/sends.ts';
import type { MessageRef } from '../../../src/core/thread.ts';
import {
  createSlackEmulator,
  type SlackEmulator,
  type SlackEmulatorOptions,
} from '../../../src/emulators/slack/index.ts';
import { createSlack, type SlackOptions, type SlackSurface } from '../../../src/surfaces/slack/index.ts';

/** What the app is given in earnest: an undeclared scope, event or shortcut fails the tests. */
const manifest = parse(readFileSync(resolve(import.meta.dirname, '../../../manifest.yml'), 'utf8')) as {
  features: { shortcuts: { callback_id: string }[] };
  oauth_config: { scopes: { bot: string[] } };
  settings: { event_subscriptions: { bot_events: string[] } };
};
const granted = {
  scopes: manifest.oauth_config.scopes.bot,
  subscriptions: manifest.settings.event_subscriptions.bot_events,
  shortcuts: manifest.features.shortcuts.map((shortcut) => shortcut.callback_id),
};

export const secrets = { signingSecret: 'shhh-signing-secret', botToken: 'xoxb-sophia-token' };

const forgetful = { remember: async () => null, forget: async () => 0, move: async () => 0 };

export class MemoryInbox implements Inbox {
  readonly rows = new Map<string, InboxItem & { done: boolean }>();
  down = false;
  /** Awaited before a row is written. */
  gate: Promise<void> = Promise.resolve();
  async put(item: InboxItem): Promise<boolean> {
    await this.gate;
    if (this.down) throw new Error('database is down');
    if (this.rows.has(item.id)) return false;
    this.rows.set(item.id, { ...item, done: false });
    return true;
  }
  async done(id: string): Promise<void> {
    const row = this.rows.get(id);
    if (row) row.done = true;
  }
  async open(): Promise<InboxItem[]> {
    return [...this.rows.values()].filter((row) => !row.done);
  }
}

export class MemorySends implements Sends {
  readonly rows = new Map<string, MessageRef | null>();
  async begin(sendId: string): Promise<'new' | 'begun' | MessageRef> {
    const row = this.rows.get(sendId);
    if (row) return row;
    if (row === null) return 'begun';
    this.rows.set(sendId, null);
    return 'new';
  }
  async find(sendId: string): Promise<MessageRef | null> {
    return this.rows.get(sendId) ?? null;
  }
  async arrived(sendId: string, message: MessageRef): Promise<void> {
    this.rows.set(sendId, message);
  }
}

export class RecordingDoor implements Door {
  readonly received: { message: Message; jobKey: string }[] = [];
  readonly choices: Choice[] = [];
  readonly approvals = new Map<string, Approval>();
  /** What `receive` does beside taking note. */
  onReceive: () => Promise<void> = async () => undefined;
  async press(message: Message, button: string): Promise<'begun' | 'under way'> {
    const known = this.received.some((one) => one.jobKey === button);
    await this.receive(message, button);
    return known ? 'under way' : 'begun';
  }
  /** Messages known to show another approval. */
  readonly foreign = new Set<string>();
  async shows(card: MessageRef): Promise<boolean> {
    return !this.foreign.has(card.id);
  }
  words = 'Counted. One more is needed.';
  onDecide: () => Promise<void> = async () => undefined;
  async receive(message: Message, jobKey: string): Promise<void> {
    this.received.push({ message, jobKey });
    await this.onReceive();
  }
  offered: CommandForm | null = null;
  readonly fills: { message: Message; action: string; values: Record<string, string>; jobKey: string }[] = [];
  commandForm(): CommandForm | null {
    return this.offered;
  }
  async fillCommand(
    message: Message,
    action: string,
    values: Record<string, string>,
    jobKey: string,
  ): Promise<EditAnswer> {
    this.fills.push({ message, action, values, jobKey });
    return this.editAnswer;
  }
  readonly corrections: { message: Message; jobKey: string; change: string }[] = [];
  readonly takenBacks: { message: Message; jobKey: string }[] = [];
  /** Threads in which only this person has asked her. */
  readonly talks = new Map<string, string>();
  async corrected(message: Message, jobKey: string, change: string): Promise<void> {
    this.corrections.push({ message, jobKey, change });
  }
  async takenBack(message: Message, jobKey: string): Promise<void> {
    this.takenBacks.push({ message, jobKey });
  }
  async talksWith(thread: string, person: string): Promise<boolean> {
    return this.talks.get(thread) === person;
  }
  async decide(choice: Choice): Promise<{ counted: boolean; words: string }> {
    this.choices.push(choice);
    await this.onDecide();
    return { counted: true, words: this.words };
  }
  readonly edits: Edited[] = [];
  form: EditForm = { state: 'refused', words: 'There is nothing to edit.' };
  editAnswer: EditAnswer = { state: 'asked', words: 'Asked anew.' };
  async edit(): Promise<EditForm> {
    return this.form;
  }
  async submitEdit(edited: Edited): Promise<EditAnswer> {
    this.edits.push(edited);
    return this.editAnswer;
  }
  page: HomePage | null = { waiting: [], runs: [], schedules: [], parts: [] };
  async home(): Promise<HomePage | null> {
    return this.page;
  }
  readonly opinions: Opinion[] = [];
  async judge(opinion: Opinion): Promise<string> {
    this.opinions.push(opinion);
    return 'Thank you.';
  }
  async approval(id: string): Promise<Approval | null> {
    return this.approvals.get(id) ?? null;
  }
}

export class MemoryLog implements Log {
  readonly lines: { level: string; fields: object; sentence: string }[] = [];
  debug(fields: object, sentence: string): void {
    this.lines.push({ level: 'debug', fields, sentence });
  }
  info(fields: object, sentence: string): void {
    this.lines.push({ level: 'info', fields, sentence });
  }
  warn(fields: object, sentence: string): void {
    this.lines.push({ level: 'warn', fields, sentence });
  }
  error(fields: object, sentence: string): void {
    this.lines.push({ level: 'error', fields, sentence });
  }
}

export type House = {
  slack: SlackEmulator;
  sophia: SlackSurface;
  url: string | null;
  port: number;
  inbox: MemoryInbox;
  sends: MemorySends;
  door: RecordingDoor;
  log: MemoryLog;
  /** Another process over the same records: what comes up after a crash. */
  again(door: RecordingDoor): Promise<SlackSurface>;
  close(): Promise<void>;
};

export async function openHouse(
  options: { emulator?: Partial<SlackEmulatorOptions>; surface?: Partial<SlackOptions>; start?: boolean } = {},
): Promise<House> {
  const slack = await createSlackEmulator({ retryDelaysMs: [20, 40, 60], ...granted, ...secrets, ...options.emulator });
  const [inbox, sends, door, log] = [new MemoryInbox(), new MemorySends(), new RecordingDoor(), new MemoryLog()];
  const settings: SlackOptions = {
    ...secrets,
    apiUrl: slack.apiUrl,
    port: 0,
    host: '127.0.0.1',
    inbox,
    sends,
    log,
    redact: (text) => text.replaceAll('sk-live-SECRET', '[redacted]'),
    now: () => new Date(),
    pause: async () => undefined,
    listening: { memory: forgetful, redact: (text) => text, hears: false },
    ...options.surface,
  };
  const open: SlackSurface[] = [];
  const sophia = await createSlack(settings);
  open.push(sophia);
  let url: string | null = null;
  let port = 0;
  if (options.start !== false) {
    const started = await sophia.start(door);
    url = started.url;
    port = started.port ?? 0;
    slack.setRequestUrl(url);
  }
  return {
    slack,
    sophia,
    url,
    port,
    inbox,
    sends,
    door,
    log,
    async again(next) {
      const successor = await createSlack(settings);
      open.push(successor);
      const { url: address } = await successor.start(next);
      slack.setRequestUrl(address);
      return successor;
    },
    async close() {
      for (const each of open) await each.stop();
      await slack.close();
    },
  };
}

/** A signed request as Slack would send it. */
export async function send(
  house: House,
  body: string,
  options: { timestamp?: number; headers?: Record<string, string>; form?: boolean } = {},
): Promise<number> {
  const response = await fetch(house.url ?? '', {
    method: 'POST',
    headers: {
      'content-type': options.form ? 'application/x-www-form-urlencoded' : 'application/json',
      ...house.slack.sign(body, options.timestamp),
      ...options.headers,
    },
    body,
  });
  await response.body?.cancel();
  return response.status;
}

let count = 0;
export function eventBody(event: object, id = `Ev${++count}`): string {
  return JSON.stringify({
    token: 'old-verification-token',
    team_id: 'T0ACME',
    api_app_id: 'A0SOPHIA',
    type: 'event_callback',
    event_id: id,
    event_time: 1_700_000_000,
    authorizations: [{ enterprise_id: null, team_id: 'T0ACME', user_id: 'U0SOPHIA', is_bot: true }],
    event,
  });
}
