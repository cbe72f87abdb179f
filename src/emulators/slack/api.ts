/** One call of the Web API: reads it, checks the token and the scope, runs it, and answers as Slack does. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from './faults.ts';
import { Limits } from './limits.ts';
import type { ApiCall, JsonObject } from './types.ts';
import { methods } from './web-api/index.ts';
import { Arguments, type Context, type Method, SlackRefusal } from './web-api/method.ts';

export const largestBody = 5_000_000;

export class WebApi {
  readonly calls: ApiCall[] = [];
  readonly #context: Context;
  readonly #faults: Faults;
  readonly #limits: Limits;

  constructor(context: Context, faults: Faults) {
    this.#context = context;
    this.#faults = faults;
    this.#limits = new Limits(context.world.settings.clock);
  }

  async handle(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world } = this.#context;
    const call: ApiCall = { method: name, args: {}, at: new Date(world.now()).toISOString(), ok: null };
    this.calls.push(call);
    const answer = (status: number, body: JsonObject, headers: Record<string, string> = {}) => {
      call.ok = body.ok === true;
      if (typeof body.error === 'string') call.error = body.error;
      this.#answer(response, methods.get(name), status, body, headers);
    };
    const fault = this.#faults.next(name);
    try {
      const { token, args } = await readCall(request);
      call.args = readable(args);
      if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
      if (fault?.kind === 'fail' && typeof fault.error === 'number') {
        call.ok = false;
        call.error = `http_${fault.error}`;
        response.writeHead(fault.error).end();
        return;
      }
      if (fault?.kind === 'fail') throw new SlackRefusal(String(fault.error));
      const method = methods.get(name);
      if (!method) throw new SlackRefusal('unknown_method', { req_method: name });
      this.#authorise(method, token);
      const channel = typeof args.channel === 'string' ? args.channel : undefined;
      const wait =
        fault?.kind === 'rate limit'
          ? fault
          : world.settings.limits
            ? this.#limits.take(name, method.rate, channel)
            : null;
      if (wait) {
        answer(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(wait.retryAfter) });
        return;
      }
      const result = method.run(new Arguments(args), this.#context);
      if (fault?.kind === 'drop answer') {
        call.ok = true;
        response.destroy();
        return;
      }
      answer(200, { ok: true, ...result });
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      answer(200, { ok: false, error: error.error, ...error.extra });
    } finally {
      world.changed();
    }
  }

  #authorise(method: Method, token: string | undefined): void {
    const { settings, installed } = this.#context.world;
    if (method.token === 'none') return;
    if (!token) throw new SlackRefusal('not_authed');
    const isBot = token === settings.botToken;
    const isApp = settings.appToken !== null && token === settings.appToken;
    if (!isBot && !isApp) throw new SlackRefusal('invalid_auth');
    if (isApp !== (method.token === 'app')) throw new SlackRefusal('not_allowed_token_type');
    if (!installed) throw new SlackRefusal('account_inactive');
    const needed = method.scopes ?? [];
    if (isBot && needed.length > 0 && !needed.some((scope) => settings.scopes.has(scope)))
      throw new SlackRefusal('missing_scope', { needed: needed.join(','), provided: [...settings.scopes].join(',') });
  }

  #answer(
    response: ServerResponse,
    method: Method | undefined,
    status: number,
    body: JsonObject,
    headers: Record<string, string>,
  ): void {
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'x-slack-req-id': randomUUID(),
      'x-oauth-scopes': [...this.#context.world.settings.scopes].join(','),
      'x-accepted-oauth-scopes': (method?.scopes ?? []).join(','),
      ...headers,
    });
    response.end(JSON.stringify(body));
  }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBody) throw new SlackRefusal('request_too_large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function readCall(request: IncomingMessage): Promise<{ token: string | undefined; args: JsonObject }> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const args: JsonObject = {
    ...Object.fromEntries(query),
    ...readArguments(request, (await readBody(request)).toString()),
  };
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const token = bearer ?? (typeof args.token === 'string' ? args.token : undefined);
  delete args.token;
  return { token, args };
}

function readArguments(request: IncomingMessage, body: string): JsonObject {
  if (body === '') return {};
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim();
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body));
  if (type !== 'application/json') throw new SlackRefusal('invalid_post_type');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new SlackRefusal('invalid_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SlackRefusal('json_not_object');
  return value as JsonObject;
}

/** The recorded arguments, with structures as structures however they were sent. */
function readable(args: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      if (typeof value !== 'string' || !/^[[{]/.test(value)) return [key, value];
      try {
        return [key, JSON.parse(value)];
      } catch {
        return [key, value];
      }
    }),
  );
}
