/** Socket Mode: tickets from `apps.connections.open`, the hello, envelopes and their acknowledgements. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json, JsonObject } from './types.ts';

const pingEveryMs = 10_000;
const mostConnections = 10;

export type Envelope = {
  type: 'events_api' | 'slash_commands' | 'interactive';
  payload: JsonObject;
  acceptsResponse: boolean;
  attempt: number;
  reason: string;
};
export type Acknowledgement =
  | { acknowledged: true; payload: Json | undefined }
  | { acknowledged: false; why: 'timeout' | 'unreachable' };

export class Sockets {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #appId: string;
  readonly #tickets = new Set<string>();
  readonly #open: WebSocket[] = [];
  readonly #waiting = new Map<string, { socket: WebSocket; settle: (answer: Acknowledgement) => void }>();
  readonly #changed: () => void;
  #turn = 0;
  readonly #pings: NodeJS.Timeout;

  constructor(appId: string, changed: () => void) {
    this.#appId = appId;
    this.#changed = changed;
    this.#pings = setInterval(() => {
      for (const socket of this.#open) socket.ping('Ping from slack');
    }, pingEveryMs).unref();
  }

  get count(): number {
    return this.#open.length;
  }

  /** A web socket address that works once. */
  address(origin: string): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return `${origin.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${this.#appId}`;
  }

  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? '';
    if (!this.#tickets.delete(ticket) || this.#open.length >= mostConnections) {
      stream.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#welcome(socket));
  }

  send(envelope: Envelope, timeoutMs: number): Promise<Acknowledgement> {
    const socket = this.#open[this.#turn++ % Math.max(1, this.#open.length)];
    if (!socket) return Promise.resolve({ acknowledged: false, why: 'unreachable' });
    const id = randomUUID();
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ acknowledged: false, why: 'timeout' }), timeoutMs);
      const settle = (answer: Acknowledgement) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      this.#waiting.set(id, { socket, settle });
      const { type, payload, acceptsResponse, attempt, reason } = envelope;
      socket.send(
        JSON.stringify({
          envelope_id: id,
          payload,
          type,
          accepts_response_payload: acceptsResponse,
          ...(type === 'events_api' ? { retry_attempt: attempt, retry_reason: reason } : {}),
        }),
      );
    });
  }

  disconnect(how: 'refresh_requested' | 'warning' | 'cut', most = mostConnections): void {
    for (const socket of this.#open.slice(0, most)) {
      if (how === 'cut') socket.terminate();
      else socket.send(JSON.stringify({ type: 'disconnect', reason: how, debug_info: { host: 'applink-emulated' } }));
    }
  }

  close(): void {
    clearInterval(this.#pings);
    for (const socket of [...this.#open]) socket.terminate();
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    this.#open.push(socket);
    socket.on('message', (data) => this.#acknowledge(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#gone(socket));
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: this.#open.length,
        debug_info: { host: `applink-${randomBytes(3).toString('hex')}`, approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#appId },
      }),
    );
    this.#changed();
  }

  #acknowledge(text: string): void {
    let answer: { envelope_id?: string; payload?: Json };
    try {
      answer = JSON.parse(text);
    } catch {
      return;
    }
    this.#waiting.get(answer.envelope_id ?? '')?.settle({ acknowledged: true, payload: answer.payload });
  }

  #gone(socket: WebSocket): void {
    const index = this.#open.indexOf(socket);
    if (index >= 0) this.#open.splice(index, 1);
    for (const { socket: owner, settle } of [...this.#waiting.values()])
      if (owner === socket) settle({ acknowledged: false, why: 'unreachable' });
    this.#changed();
  }
}
