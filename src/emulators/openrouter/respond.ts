/** Sends one answer, whole or as a stream, through whatever fault has struck it. */
import type { ServerResponse } from 'node:http';
import { chunkError, chunks, completion, type Envelope, errorBody } from './answers.ts';
import type { Fault } from './faults.ts';
import type { ChatAnswer } from './types.ts';

export function sendJson(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export async function respond(
  response: ServerResponse,
  envelope: Envelope,
  fault: Fault | undefined,
  paceMs = 0,
): Promise<void> {
  const kind = fault?.kind;
  if (kind === 'silence') return;
  if (kind === 'broken connection') return void response.destroy();
  const begun = kind === 'slow first token' && envelope.request.stream === true;
  if (!begun && fault?.delayMs !== undefined && !(await lasts(response, fault.delayMs))) return;
  if (typeof kind === 'number') return sendError(response, kind, fault?.retryAfter);
  const headers = { 'x-generation-id': envelope.id };
  if (kind === 'error in 200') return sendJson(response, 200, errorBody(502), headers);
  if (kind === 'wrong content type') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><title>Welcome</title><p>This is not the page you are looking for.');
    return;
  }
  const spoiled = { ...envelope, answer: spoil(envelope, fault) };
  const silentMs = begun ? (fault?.delayMs ?? 0) : 0;
  if (envelope.request.stream)
    return sendStream(response, spoiled, { breaks: kind === 'mid-stream error', silentMs, paceMs });
  const body = completion(spoiled);
  if (kind !== 'half a body') return sendJson(response, 200, body, headers);
  const text = JSON.stringify(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

function spoil({ answer, request }: Envelope, fault: Fault | undefined): ChatAnswer {
  switch (fault?.kind) {
    case 'empty answer':
      return { text: '', calls: [], cost: 0 };
    case 'finish reason error':
      return { ...answer, finishReason: 'error' };
    case 'mid-stream error':
      return request.stream ? answer : { ...answer, finishReason: 'error' };
    case 'invalid tool json': {
      const name = answer.calls?.[0]?.name ?? request.tools?.[0]?.function.name ?? 'unknown_tool';
      return { ...answer, calls: [{ name, arguments: '{"repo": "acme/we' }] };
    }
    default:
      return answer;
  }
}

function sendError(response: ServerResponse, code: number, retryAfter: number | undefined): void {
  const wait = retryAfter ?? (code === 429 || code === 503 ? 1 : undefined);
  sendJson(response, code, errorBody(code), wait === undefined ? {} : { 'retry-after': String(wait) });
}

async function sendStream(
  response: ServerResponse,
  envelope: Envelope,
  { breaks, silentMs, paceMs }: { breaks: boolean; silentMs: number; paceMs: number },
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'x-generation-id': envelope.id,
  });
  // A comment keeps the connection open while nothing can be said yet; clients must skip it.
  response.write(': OPENROUTER PROCESSING\n\n');
  if (silentMs > 0) {
    if (!(await lasts(response, silentMs))) return;
    response.write(': OPENROUTER PROCESSING\n\n');
  }
  const all = chunks(envelope);
  const sent = breaks ? [...all.slice(0, Math.ceil(all.length / 2)), chunkError(envelope)] : all;
  for (const chunk of sent) {
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    if (paceMs > 0 && !(await lasts(response, paceMs))) return;
  }
  response.end('data: [DONE]\n\n');
}

/** False when the client went away before the time was over. */
function lasts(response: ServerResponse, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      response.off('close', gone);
      resolve(true);
    }, milliseconds);
    response.once('close', gone);
  });
}
