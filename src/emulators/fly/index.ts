/** A stand-in for Fly.io on loopback: the Machines API and its image registry, stateful, with trouble on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFaults, type Faults } from './faults.ts';
import { createFleet } from './fleet.ts';
import { createImages } from './images.ts';
import { answerRegistry } from './registry.ts';
import { createRoutes } from './routes.ts';
import { type FlySnapshot, takeSnapshot } from './snapshot.ts';
import { createStorage } from './storage.ts';
import { type Config, type FlyChange, Refusal } from './types.ts';

export type { FlySnapshot } from './snapshot.ts';
export type { FlyChange } from './types.ts';

export type FlyEmulatorOptions = {
  /** 0, the default, takes any free one. */
  port?: number;
  token?: string;
  /** Milliseconds between two states of a machine that changes: 400 to watch, 0 in tests. */
  stepMs?: number;
  /** Answer leases as the published document says instead of as the service does. */
  bareLeases?: boolean;
};
export type NewApp = {
  name: string;
  org: string;
  machines: { region: string; name?: string; id?: string }[];
  image: string;
  /** Added to every machine's configuration. */
  config?: Config;
};
/** A write as it came in; `status` 0 when the answer was dropped. */
export type RecordedWrite = { method: string; path: string; body: unknown; status: number };

export type FlyEmulator = {
  url: string;
  registryUrl: string;
  token: string;
  /** Its machines run at once. Ids in the order given. */
  addApp(app: NewApp): string[];
  /** Returns the digest. `platforms` makes it a multi-platform index. */
  addImage(repository: string, tag: string, options?: { revision?: string; platforms?: string[] }): string;
  /** Machines that start with this image (tag, digest, revision, full reference, or `next` for the next one deployed) fail their checks. */
  makeUnhealthy(image: string, output?: string): void;
  makeHealthy(image: string): void;
  /** Takes a machine's lease as somebody else, for conflicts. Returns the nonce. */
  holdLease(app: string, machine: string, lease: { owner: string; seconds: number; description?: string }): string;
  /** Ends whatever lease there is. */
  dropLease(app: string, machine: string): void;
  /** Returns the digest. */
  setSecret(app: string, name: string, value: string): string;
  /** Returns its id; `machine`: the one it is attached to. */
  addVolume(app: string, volume: { name: string; region: string; size_gb?: number; machine?: string }): string;
  faults: Omit<Faults, 'take' | 'noRoom'>;
  /** Every request that was no read, in order. */
  requests: RecordedWrite[];
  snapshot(): FlySnapshot;
  /** Returns what ends it. */
  subscribe(listener: (change: FlyChange) => void): () => void;
  close(): Promise<void>;
};

const largestBody = 1_000_000;

export async function createFlyEmulator(options: FlyEmulatorOptions = {}): Promise<FlyEmulator> {
  const { port = 0, token = 'fly-emulated-token', stepMs = 400, bareLeases = false } = options;
  const images = createImages();
  const fleet = createFleet({ images, stepMs });
  const faults = createFaults();
  const storage = createStorage();
  const requests: RecordedWrite[] = [];
  const answer = createRoutes({ fleet, images, faults, storage, owner: 'sophia@tokens.fly.io', bareLeases });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fly.emulated');
    const method = request.method ?? 'GET';
    const text = await bodyOf(request);
    const record: RecordedWrite = { method, path: pathname, body: parse(text), status: 0 };
    if (method !== 'GET' && method !== 'HEAD') requests.push(record);

    const fault = faults.take(method, pathname);
    if (fault?.kind === 'slow') await sleep(fault.milliseconds, undefined, { ref: false });
    if (fault?.kind === 'refuse') {
      record.status = fault.status;
      return say(response, fault.status, fault.body, fault.headers);
    }
    if (pathname.startsWith('/v2')) {
      const found = answerRegistry(images, token, pathname, request.headers.authorization);
      response.writeHead(found.status, found.headers).end(method === 'HEAD' ? '' : found.text);
      return;
    }
    if (!authorized(request.headers.authorization, token)) return say(response, 401, { error: 'unauthorized' });

    const nonce = request.headers['fly-machine-lease-nonce'];
    const { status, body } = await answer({
      method,
      path: pathname,
      query: searchParams,
      nonce: typeof nonce === 'string' ? nonce : undefined,
      body: isRecord(record.body) ? record.body : {},
    }).catch((problem: unknown) => {
      if (!(problem instanceof Refusal)) throw problem;
      return {
        status: problem.status,
        body: { error: problem.message, ...(problem.code ? { status: problem.code } : {}) },
      };
    });
    if (fault?.kind === 'drop') return void request.socket.destroy();
    record.status = status;
    say(response, status, body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((problem: unknown) => say(response, 500, { error: String(problem) }));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    registryUrl: url,
    token,
    requests,
    faults,
    addImage: images.add,
    makeUnhealthy: fleet.makeUnhealthy,
    makeHealthy: fleet.makeHealthy,
    subscribe: fleet.subscribe,
    snapshot: () => takeSnapshot(fleet, images),
    addApp({ name, org, machines, image, config }) {
      const app = fleet.addApp(name, org);
      const whole = { ...defaultConfig(stepMs), ...config, image };
      return machines.map((machine) => fleet.create(app, { ...machine, config: whole, launched: true }).id);
    },
    holdLease(app, id, { owner, seconds, description = '' }) {
      const machine = fleet.get(app, id);
      const expires_at = Math.floor(Date.now() / 1000) + seconds;
      machine.lease = { nonce: 'somebody-else', expires_at, owner, description, version: machine.instance_id };
      return machine.lease.nonce;
    },
    setSecret: storage.setSecret,
    addVolume(name, volume) {
      const app = fleet.apps.get(name);
      if (!app) throw new Error(`no app ${name}`);
      return storage.addVolume(app, volume).id;
    },
    dropLease(app, id) {
      fleet.get(app, id).lease = null;
    },
    async close() {
      fleet.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a small web app's machine looks like; failing checks count after two steps. */
function defaultConfig(stepMs: number): Config {
  const check = { type: 'http', port: 8080, method: 'get', path: '/healthz', interval: '15s', timeout: '2s' };
  return {
    guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 512 },
    env: { PRIMARY_REGION: 'iad' },
    metadata: { fly_process_group: 'app', fly_platform_version: 'v2' },
    restart: { policy: 'on-failure', max_retries: 10 },
    services: [
      {
        protocol: 'tcp',
        internal_port: 8080,
        ports: [
          { port: 80, handlers: ['http'], force_https: true },
          { port: 443, handlers: ['http', 'tls'] },
        ],
      },
    ],
    checks: { healthz: { ...check, grace_period: `${stepMs * 2}ms` } },
  };
}

function authorized(header: string | undefined, token: string): boolean {
  return header === `Bearer ${token}` || header === `FlyV1 ${token}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= largestBody) pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function say(response: ServerResponse, status: number, body?: unknown, headers: Record<string, string> = {}): void {
  if (response.destroyed || response.headersSent) return;
  if (body === undefined) response.writeHead(status, headers).end();
  else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
