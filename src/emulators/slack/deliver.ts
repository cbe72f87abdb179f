/** Brings events and interactions to the app: signed HTTP or Socket Mode, three seconds to acknowledge, retries for events. */
import { randomBytes } from 'node:crypto';
import { sign } from './sign.ts';
import type { Envelope, Sockets } from './socket.ts';
import type { World } from './state.ts';
import { newId } from './state.ts';
import type { Delivery, DeliveryKind, JsonObject } from './types.ts';

export type Parcel = {
  kind: DeliveryKind;
  name: string;
  socketType: Envelope['type'];
  payload: JsonObject;
  acceptsResponse: boolean;
  eventId?: string;
};
export type Answer = { status: Delivery['status']; body: string; headers: Headers };

const agent = 'Slackbot 1.0 (+https://api.slack.com/robots)';
const formType = 'application/x-www-form-urlencoded';

export class Courier {
  readonly deliveries: Delivery[] = [];
  requestUrl: string | null = null;
  readonly #world: World;
  readonly #sockets: Sockets;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #closing = new AbortController();

  constructor(world: World, sockets: Sockets) {
    this.#world = world;
    this.#sockets = sockets;
    world.emit = (subscription, event) => {
      if (world.installed && world.settings.subscriptions.has(subscription)) this.#event(event);
    };
  }

  get transport(): 'http' | 'socket' | 'none' {
    if (this.#sockets.count > 0) return 'socket';
    return this.requestUrl === null ? 'none' : 'http';
  }

  /** One delivery, no retry: commands and interactions. */
  send(parcel: Parcel, attempt = 0, reason = ''): Promise<Answer> {
    const body = encode(parcel);
    const delivery: Delivery = {
      index: this.deliveries.length,
      kind: parcel.kind,
      name: parcel.name,
      status: 'pending',
      attempt,
      body,
      headers: {},
      transport: this.#sockets.count > 0 ? 'socket' : 'http',
      at: new Date(this.#world.now()).toISOString(),
      ...(parcel.eventId ? { eventId: parcel.eventId } : {}),
    };
    this.deliveries.push(delivery);
    if (delivery.transport === 'socket') return this.#overSocket(parcel, delivery, reason);
    delivery.headers = {
      'content-type': parcel.socketType === 'events_api' ? 'application/json' : formType,
      'user-agent': agent,
      ...sign(this.#world.settings.signingSecret, body, this.#world.now() / 1000),
      ...(attempt > 0 ? { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': reason } : {}),
    };
    return this.#overHttp(delivery);
  }

  async replay(index: number): Promise<number> {
    const original = this.deliveries[index];
    if (original?.transport !== 'http') throw new Error(`delivery ${index} was not sent over HTTP`);
    const delivery: Delivery = {
      ...original,
      index: this.deliveries.length,
      kind: 'replay',
      status: 'pending',
      at: new Date(this.#world.now()).toISOString(),
    };
    this.deliveries.push(delivery);
    const { status } = await this.#overHttp(delivery);
    if (typeof status !== 'number') throw new Error(`the app did not answer: ${status}`);
    return status;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#closing.abort();
  }

  #event(event: JsonObject): void {
    const { team, bot } = this.#world;
    const eventId = newId('Ev');
    const payload: JsonObject = {
      token: this.#world.settings.verificationToken,
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: bot.appId,
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(this.#world.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: team.id, user_id: bot.userId, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
      event_context: `4-${randomBytes(24).toString('base64url')}`,
    };
    const parcel: Parcel = {
      kind: 'event',
      name: String(event.type),
      socketType: 'events_api',
      payload,
      acceptsResponse: false,
      eventId,
    };
    void this.#persist(parcel, 0, '');
  }

  async #persist(parcel: Parcel, attempt: number, reason: string): Promise<void> {
    const { status, headers } = await this.send(parcel, attempt, reason);
    if (typeof status === 'number' && status >= 200 && status < 300) return;
    if (headers.get('x-slack-no-retry') === '1' || this.#closing.signal.aborted) return;
    const pause = this.#world.settings.retryDelaysMs[attempt];
    if (pause === undefined) return;
    const why = status === 'timeout' ? 'http_timeout' : status === 'unreachable' ? 'connection_failed' : 'http_error';
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#persist(parcel, attempt + 1, why);
    }, pause).unref();
    this.#timers.add(timer);
  }

  async #overHttp(delivery: Delivery): Promise<Answer> {
    const settle = (status: Delivery['status'], body = '', headers = new Headers()): Answer => {
      delivery.status = status;
      this.#world.changed();
      return { status, body, headers };
    };
    if (this.requestUrl === null) return settle('unreachable');
    const timeout = AbortSignal.timeout(this.#world.settings.ackTimeoutMs);
    try {
      const response = await fetch(this.requestUrl, {
        method: 'POST',
        body: delivery.body,
        headers: delivery.headers,
        redirect: 'manual',
        signal: AbortSignal.any([timeout, this.#closing.signal]),
      });
      return settle(response.status, await response.text(), response.headers);
    } catch {
      return settle(timeout.aborted ? 'timeout' : 'unreachable');
    }
  }

  async #overSocket(parcel: Parcel, delivery: Delivery, reason: string): Promise<Answer> {
    const { socketType: type, payload, acceptsResponse } = parcel;
    const envelope = { type, payload, acceptsResponse, attempt: delivery.attempt, reason };
    const answer = await this.#sockets.send(envelope, this.#world.settings.ackTimeoutMs);
    delivery.status = answer.acknowledged ? 200 : answer.why;
    this.#world.changed();
    const given = answer.acknowledged ? answer.payload : undefined;
    const body = given === undefined || given === null ? '' : typeof given === 'string' ? given : JSON.stringify(given);
    return { status: delivery.status, body, headers: new Headers() };
  }
}

function encode({ kind, socketType, payload }: Parcel): string {
  if (socketType === 'events_api') return JSON.stringify(payload);
  if (kind === 'command') return new URLSearchParams(payload as Record<string, string>).toString();
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}
