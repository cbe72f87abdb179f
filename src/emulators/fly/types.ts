/** The words of the Fly stand-in: what an emulated app, machine, image and change look like. */

export type Config = {
  image?: string;
  metadata?: Record<string, string>;
  checks?: Record<string, Record<string, unknown>>;
  [other: string]: unknown;
};
export type Check = { name: string; status: string; output: string; updated_at: string };
export type MachineEvent = { id: string; type: string; status: string; source: string; timestamp: number };
export type Lease = { nonce: string; expires_at: number; owner: string; description: string; version: string };

export type Machine = {
  id: string;
  name: string;
  app: string;
  region: string;
  state: string;
  instance_id: string;
  private_ip: string;
  created_at: string;
  updated_at: string;
  config: Config;
  checks: Check[];
  /** Newest first, as the service answers them. */
  events: MachineEvent[];
  versions: { version: string; user_config: Config }[];
  lease: Lease | null;
  cordoned: boolean;
  /** Grows with every change of power or configuration: a step of an older one is dropped. */
  generation: number;
};

export type App = { id: string; name: string; org: string; machines: Map<string, Machine> };

export type Image = { repository: string; tag: string; digest: string; revision: string | null };

/** Told to subscribers after every change. */
export type FlyChange = { at: string; app: string; machine: string; region: string; what: string; state: string };

/** A refusal with the status and body the service would answer. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | undefined;
  constructor(status: number, message: string, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A request as the routes see it; `app`, `id` and `key` come from its path. */
export type Asked = {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Value of the header `fly-machine-lease-nonce`. */
  nonce: string | undefined;
  body: Record<string, unknown>;
  app: string;
  id: string;
  key: string;
};
export type Answered = { status: number; body?: unknown };
export type Handler = (asked: Asked) => Answered | Promise<Answered>;
/** `POST /apps/:app/machines` → what answers it. */
export type Routes = Record<string, Handler>;
