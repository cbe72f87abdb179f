/** Holds requests and answers to a vendor's published contract: in process, or as a proxy between a real client and an emulator. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, resolve } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { OpenAPIBackend } from 'openapi-backend';
import { parse as parseYaml } from 'yaml';
import { closeSchemas, normaliseSchemas, type SpecDocument } from './contract-schema.ts';

export const specsFolder = resolve(import.meta.dirname, '../../../shared/specs');
/** For `describe.skipIf(!specsPresent)`: the vendors' files stand beside the repository, not in it. */
export const specsPresent = existsSync(specsFolder);

export type ContractOptions = {
  /** File name in the specs folder, JSON or YAML. */
  specFile: string;
  /** Taken off the front of request paths before they are matched, e.g. `/v1`. */
  stripPrefix?: string;
  /** Put before request paths, when the spec's paths carry what the client's base URL does not. */
  addPrefix?: string;
  /** Corrects the document where the vendor's file is known to be wrong; say why where you call it. */
  patch?: (document: SpecDocument) => void;
  /** Statuses answered without being listed in the spec are problems, but for these. */
  unlistedStatuses?: number[];
};

export type Call = { method: string; path: string; body: unknown; status?: number };

/** Plain-word problems; an empty list means the contract holds. `path` may carry a query string. */
export type Contract = {
  /** `get /repos/{owner}/{repo}` of a request, or null when the vendor has no such operation. */
  operation(method: string, path: string): string | null;
  requestProblems(method: string, path: string, query?: string, body?: unknown): string[];
  responseProblems(method: string, path: string, status: number, body: unknown, contentType?: string): string[];
  /** The vendor's own example for an operation. */
  example(method: string, path: string): { status: number; body: unknown };
};

type Loaded = { backend: OpenAPIBackend; answers: Ajv2020; document: SpecDocument };
type Media = Record<string, { schema?: object }>;

/** Vendors rarely list what any operation may answer. */
const alwaysPossible = [401, 403, 404, 429, 500, 502, 503, 504];
const formats = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
  uri: (value: string) => URL.canParse(value),
};
const ajvOptions = { strict: false, allErrors: true, logger: false, formats } as const;
const loaded = new Map<string, Promise<Loaded>>();

async function load(options: ContractOptions): Promise<Loaded> {
  const text = readFileSync(resolve(specsFolder, options.specFile), 'utf8');
  const read = (): SpecDocument => (extname(options.specFile) === '.json' ? JSON.parse(text) : parseYaml(text));
  const document = read();
  options.patch?.(document);
  nameOperations(document);
  normaliseSchemas(document);
  const strict = structuredClone(document);
  closeSchemas(strict);
  const backend = new OpenAPIBackend({
    definition: strict as never,
    quick: true,
    customizeAjv: (_, given) =>
      new Ajv2020({ ...given, ...ajvOptions, formats: { ...given.formats, ...formats } }) as never,
  });
  await backend.init();
  const answers = new Ajv2020(ajvOptions);
  answers.addSchema(document, 'spec');
  return { backend, answers, document };
}

export async function openContract(options: ContractOptions): Promise<Contract> {
  const key = `${options.specFile}\n${options.patch?.toString() ?? ''}`;
  const pending = loaded.get(key) ?? load(options);
  loaded.set(key, pending);
  const { backend, answers, document } = await pending;

  const specPath = (path: string): string => {
    const bare = path.split('?')[0] ?? path;
    const stripped = options.stripPrefix && bare.startsWith(options.stripPrefix);
    return (options.addPrefix ?? '') + (stripped ? bare.slice(options.stripPrefix?.length) : bare);
  };
  const find = (method: string, path: string) =>
    backend.router.matchOperation({ method: method.toLowerCase(), path: specPath(path), headers: {} });
  const where = (method: string, path: string) => `${method.toUpperCase()} ${path.split('?')[0]}`;

  return {
    operation(method, path) {
      const found = find(method, path);
      return found ? `${found.method} ${found.path}` : null;
    },
    requestProblems(method, path, query, body) {
      const found = find(method, path);
      if (!found) return [`${where(method, path)}: the vendor has no such operation`];
      const written = query ?? path.split('?')[1] ?? '';
      const problems: string[] = [];
      if (body !== undefined && body !== '' && !found.requestBody)
        problems.push(`${where(method, path)}: a body was sent, and this operation takes none`);
      const result = backend.validator.validateRequest(
        {
          method: method.toLowerCase(),
          path: specPath(path),
          query: written,
          headers: {},
          ...(body === undefined || body === ''
            ? {}
            : { body: typeof body === 'string' ? body : structuredClone(body) }),
        },
        found,
      );
      return [...problems, ...plainWords(where(method, path), 'request', result.errors)];
    },
    responseProblems(method, path, status, body, contentType = 'application/json') {
      const found = find(method, path);
      if (!found) return [`${where(method, path)}: the vendor has no such operation`];
      const raw = (document.paths[found.path] as Record<string, { responses?: Record<string, unknown> }>)[found.method];
      const listed = raw?.responses ?? {};
      const code = [String(status), `${String(status)[0]}XX`, 'default'].find((name) => name in listed);
      if (!code) {
        if ([...alwaysPossible, ...(options.unlistedStatuses ?? [])].includes(status)) return [];
        return [`${where(method, path)}: answered ${status}, which the vendor does not list`];
      }
      const pointer = ['paths', found.path, found.method, 'responses', code];
      const { content, at } = resolveContent(document, listed[code], pointer);
      if (!content) {
        const silent = body === undefined || body === '' || body === null;
        return silent || status !== 204 ? [] : [`${where(method, path)}: ${status} carries no body, but one came`];
      }
      const type = contentType.split(';')[0]?.trim() ?? '';
      const media = type in content ? type : Object.keys(content).find((name) => isJson(name) && isJson(type));
      // Another type than the listed ones was negotiated (a diff, a log): there is no schema for it.
      if (!media || !content[media]?.schema) return [];
      const validate = compiled(answers, [...at, 'content', media, 'schema']);
      validate(body);
      return plainWords(where(method, path), `answer ${status}`, validate.errors);
    },
    example(method, path) {
      const found = find(method, path);
      if (!found?.operationId) throw new Error(`${where(method, path)}: the vendor has no such operation`);
      const { status, mock } = backend.mockResponseForOperation(found.operationId);
      return { status, body: mock };
    },
  };
}

/** Answers every good request with the vendor's example and every bad one with 422, in process. */
export async function contractServer(options: ContractOptions) {
  const contract = await openContract(options);
  const calls: Call[] = [];
  const problems: string[] = [];
  const answer: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const body = asJson(await request.text());
    calls.push({ method: request.method, path: pathname + search, body });
    const found = contract.requestProblems(request.method, pathname, search.slice(1), body);
    problems.push(...found);
    if (found.length > 0) return Response.json({ message: found.join('; ') }, { status: 422 });
    const { status, body: example } = contract.example(request.method, pathname);
    return status === 204 ? new Response(null, { status }) : Response.json(example, { status });
  };
  return { ...contract, fetch: answer, calls, problems };
}

/** Stands between a real client and an emulator: everything passes, every breach is written down in `problems`. */
export async function contractProxy(options: ContractOptions & { upstream: string }) {
  const contract = await openContract(options);
  const calls: Call[] = [];
  const problems: string[] = [];
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => {
      problems.push(`${request.method} ${request.url}: the proxy failed: ${String(error)}`);
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const sent = Buffer.concat(pieces);
    const call: Call = { method, path, body: asJson(sent.toString('utf8')) };
    calls.push(call);
    problems.push(...contract.requestProblems(method, path, undefined, call.body));
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string' && !hopByHop.has(name)) headers.set(name, value);
    const answer = await fetch(new URL(path, options.upstream), {
      method,
      headers,
      redirect: 'manual',
      ...(sent.length > 0 ? { body: sent } : {}),
    });
    call.status = answer.status;
    const type = answer.headers.get('content-type') ?? '';
    response.writeHead(answer.status, Object.fromEntries([...answer.headers].filter(([name]) => !hopByHop.has(name))));
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of answer.body ?? []) {
      response.write(piece);
      text += decoder.decode(piece, { stream: true });
    }
    for (const body of bodiesOf(text, type))
      problems.push(...contract.responseProblems(method, path, answer.status, body, type));
    response.end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...contract,
    url: `http://127.0.0.1:${port}`,
    calls,
    problems,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** fetch undoes compression and framing, so their headers must not travel on. */
const hopByHop = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
  'expect',
]);

function nameOperations(document: SpecDocument): void {
  for (const [path, item] of Object.entries(document.paths))
    for (const method of ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']) {
      const operation = (item as Record<string, { operationId?: string }>)[method];
      if (operation) operation.operationId = `${method} ${path}`;
    }
}

function compiled(ajv: Ajv2020, pointer: string[]): ValidateFunction {
  const reference = `spec#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  return ajv.getSchema(reference) ?? ajv.compile({ $ref: reference });
}

/** Follows `$ref` of a shared response, so that its schemas keep their place in the document. */
function resolveContent(document: SpecDocument, answer: unknown, pointer: string[]): { content?: Media; at: string[] } {
  const { $ref, content } = answer as { $ref?: string; content?: Media };
  if (!$ref) return content ? { content, at: pointer } : { at: pointer };
  const at = $ref.split('/').slice(1);
  let target: unknown = document;
  for (const part of at) target = (target as Record<string, unknown>)[part];
  return resolveContent(document, target, at);
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

function asJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One body, or for an event stream each `data:` line that is JSON. */
function bodiesOf(text: string, type: string): unknown[] {
  if (!type.startsWith('text/event-stream')) return [asJson(text)];
  return [...text.matchAll(/^data: ?(.*)$/gm)]
    .map((match) => asJson(match[1] ?? ''))
    .filter((body) => body !== '[DONE]');
}

const longestList = 12;

function plainWords(where: string, what: string, errors: ErrorObject[] | null | undefined): string[] {
  const said = (errors ?? []).map((error) => {
    const place = error.instancePath.replace(/^\/requestBody/, '/body') || '/';
    const { additionalProperty, unevaluatedProperty, allowedValues } = error.params ?? {};
    const extra = additionalProperty ?? unevaluatedProperty ?? allowedValues;
    return `${where}: ${what} ${place} ${error.message ?? error.keyword}${extra === undefined ? '' : ` (${[extra].flat().join(', ')})`}`;
  });
  return [...new Set(said)].slice(0, longestList);
}
