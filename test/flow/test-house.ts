/** A whole house for tests: the real store, the real durable engine and the real flow, with a surface and actions in memory. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Action, defineAction } from '../../src/core/action.ts';
import type { Approval } from '../../src/core/approval.ts';
import type { Attachment } from '../../src/core/attachment.ts';
import type { Caps } from '../../src/core/budget.ts';
import type { Door } from '../../src/core/door.ts';
import { SophiaError } from '../../src/core/error.ts';
import type { Services } from '../../src/core/job.ts';
import type { Message } from '../../src/core/message.ts';
import type { Answer, Listener, Turn } from '../../src/core/model.ts';
import type { Person } from '../../src/core/person.ts';
import type { RecallIndex } from '../../src/core/recall-index.ts';
import type { Reply } from '../../src/core/reply.ts';
import type { Run } from '../../src/core/run.ts';
import type { Surface } from '../../src/core/surface.ts';
import type { MessageRef } from '../../src/core/thread.ts';
import { createDocuments } from '../../src/documents/index.ts';
import { openDurable } from '../../src/durable/openworkflow.ts';
import { reportBroken } from '../../src/flow/broken.ts';
import { createDoor, wakeDecided } from '../../src/flow/door.ts';
import { handle, handleVersion } from '../../src/flow/handle.ts';
import { houseActions } from '../../src/flow/house/index.ts';
import { createPolicyInForce } from '../../src/flow/in-force.ts';
import { createPolicy, type PolicyDocument } from '../../src/flow/policy.ts';
import { createMemory } from '../../src/memory/index.ts';
import { createCatalogue, createRouting } from '../../src/models/index.ts';
import { openStore } from '../../src/store/index.ts';

export const alice = 'test:T1:alice';
export const bob = 'test:T1:bob';
export const carol = 'test:T1:carol';
export const guest = 'test:T1:guest';
export const channel = 'test:T1:C1';

/** How long a test waits for what should be said; the judging of mutants waits less, since most of them say nothing. */
const patience = Number(process.env.TEST_PATIENCE ?? 8000);

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export type Posted = MessageRef & { reply: Reply; sendId: string; to?: string };

/** Keeps what was said, and wakes whoever waits for something to be said. */
export class TestSurface implements Surface {
  readonly name = 'test';
  readonly people = new Map<string, Person>(
    [alice, bob, carol].map((id) => [id, { id, name: id.split(':')[2] ?? '', kind: 'member' }]),
  );
  readonly posts: Posted[] = [];
  readonly statuses: string[] = [];
  #listeners = new Set<() => void>();

  constructor() {
    this.people.set(guest, { id: guest, name: 'guest', kind: 'guest' });
  }
  changed() {
    for (const listener of this.#listeners) listener();
  }
  async open(_message: Message, sendId: string) {
    return `test:T1:C1:root-${sendId.slice(0, 8)}`;
  }
  async post(thread: string, reply: Reply, sendId: string, to?: string) {
    const before = this.posts.find((post) => post.sendId === sendId);
    if (before) return { thread: before.thread, id: before.id };
    const post = { thread, id: `m${this.posts.length + 1}`, reply, sendId, ...(to ? { to } : {}) };
    this.posts.push(post);
    this.changed();
    return { thread, id: post.id };
  }
  async update(message: MessageRef, reply: Reply) {
    const post = this.posts.find((other) => other.id === message.id && other.thread === message.thread);
    if (post) post.reply = reply;
    // The root of a thread that was opened is a message as well.
    else this.posts.push({ ...message, reply, sendId: `root ${message.id}` });
    this.changed();
  }
  readonly whispers: { thread: string; person: string; reply: Reply }[] = [];
  async whisper(thread: string, person: string, reply: Reply) {
    this.whispers.push({ thread, person, reply });
    this.changed();
  }
  async announce(channel: string, reply: Reply, sendId: string) {
    return this.post(`${channel}:top`, reply, sendId);
  }
  async tell(person: string, reply: Reply, sendId: string) {
    return this.post(`test:T1:D${person.split(':').at(-1)}:1`, reply, sendId, person);
  }
  async setStatus(_thread: string, status: string) {
    this.statuses.push(status);
  }
  /** What was said in the thread before; null: it cannot be read. */
  said: Awaited<ReturnType<Surface['history']>> | null = [];
  async history() {
    if (!this.said) throw new Error('ratelimited');
    return this.said;
  }
  /** Attached files by id; one that is not here cannot be fetched. */
  readonly files = new Map<string, Uint8Array>();
  async fetchFile({ id }: Attachment) {
    const found = this.files.get(id);
    if (!found) throw new SophiaError('forbidden', 'Slack asked me to sign in.', { hint: 'The scope is missing.' });
    return found;
  }
  readonly groups = new Map<string, string[]>();
  async group(name: string) {
    const found = this.groups.get(name);
    if (!found) throw new Error(`is in ${name}: there is no such user group`);
    return found;
  }
  async aside(message: Message, reply: Reply) {
    await this.whisper(message.thread ?? message.channel, message.person, reply);
  }
  async own(person: string) {
    return `test:T1:D${person.split(':')[2]}`;
  }
  async channel(words: string) {
    const name = words.replace('#', '');
    if (name.startsWith('hidden')) throw new SophiaError('not_found', 'There is no such channel that you are in.');
    return { channel: `test:T1:${name}`, audience: 'test:T1:public', name };
  }
  async named(words: string) {
    return words;
  }
  async person(id: string) {
    const person = this.people.get(id);
    if (!person) throw new Error(`nobody: ${id}`);
    return person;
  }
  /** Who may read there now, where that is not as it was when it was asked. */
  readonly audiences = new Map<string, string>();
  /** Those who were put out of every place. */
  readonly out = new Set<string>();
  async access(person: string, { channel, audience }: Pick<Message, 'channel' | 'audience'>) {
    const now = this.audiences.get(channel) ?? audience;
    return { readable: this.out.has(person) ? [] : [now], audience: now };
  }
  async placeKind(channel: string) {
    return channel.includes(':D') ? ('direct' as const) : ('public' as const);
  }
  async audience(channel: string) {
    return this.audiences.get(channel) ?? 'test:T1:public';
  }
  async permalink(_message: MessageRef) {
    return '';
  }
  mention(person: string) {
    return `@${person.split(':')[2]}`;
  }

  /** Resolves with the first value `look` finds, looking again whenever something is said. */
  async until<T>(look: () => T | undefined | null | false, what: string, milliseconds = patience): Promise<T> {
    const found = look();
    if (found) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(listen);
        reject(
          new Error(
            `waited in vain for ${what}; said so far: ${JSON.stringify(
              this.posts.map((post) => post.reply),
              null,
              1,
            ).slice(0, 3000)}`,
          ),
        );
      }, milliseconds);
      const listen = () => {
        const value = look();
        if (!value) return;
        clearTimeout(timer);
        this.#listeners.delete(listen);
        resolve(value);
      };
      this.#listeners.add(listen);
    });
  }
}

/** A counter in an outside world: a write that can be delayed, lost, or made to fail. */
export function counterActions() {
  const world = {
    value: 0,
    version: 1,
    writes: [] as string[],
    fail: null as Error | null,
    afterWrite: null as Error | null,
    marks: new Set<string>(),
  };
  const actions: Action[] = [
    defineAction({
      name: 'counter_get_value',
      description: 'reads the counter',
      effect: 'read',
      usage: 'counter',
      input: z.strictObject({}),
      output: z.object({ value: z.number() }),
      run: async () => ({ value: world.value }),
    }),
    defineAction({
      name: 'counter_add_amount',
      description: 'adds to the counter',
      effect: 'write',
      usage: 'add <amount> [to <environment>]',
      example: 'add 3 to production',
      input: z.strictObject({ amount: z.int().min(1).max(10), environment: z.string().optional() }),
      output: z.object({ value: z.number() }),
      deadlineMs: 200,
      plan: async (input) => ({
        target: 'counter:main',
        summary: `Add ${input.amount}`,
        ...(input.environment ? { environment: input.environment } : {}),
        details: [{ label: 'Amount', value: String(input.amount) }],
        preconditions: [{ name: 'version', expected: world.version }],
      }),
      async run(plan, context) {
        if (world.fail) throw world.fail;
        world.value += plan.input.amount;
        world.marks.add(context.deed);
        world.writes.push(context.deed);
        if (world.afterWrite) {
          const error = world.afterWrite;
          world.afterWrite = null;
          throw error;
        }
        return { value: world.value };
      },
      reconcile: async (_plan, context) =>
        world.marks.has(context.deed) ? { state: 'done', output: { value: world.value } } : { state: 'not done' },
    }),
  ];
  return { world, actions };
}

export type HouseOptions = {
  actions?: Action[];
  policy?: PolicyDocument;
  /** What the file of SOPHIA_POLICY holds. */
  policyFile?: () => string;
  admins?: string[];
  directory?: string;
  surface?: TestSurface;
  /** A real surface instead: people speak and click there. */
  at?: Surface;
  evaluation?: Services['evaluation'];
  sources?: Services['sources'];
  think?: (turn: Turn, listener?: Listener) => Answer | Promise<Answer>;
  mayWrite?: (login: string, repository: string) => Promise<boolean>;
  limits?: Partial<Caps>;
  /** Dollars a turn of the model may cost. */
  atMost?: number;
  missing?: Map<string, string>;
  now?: () => Date;
  /** The engine stays still: for tests that call the flow themselves. */
  still?: true;
  /** On Postgres instead, with the records in a schema of their own and the engine's in another. */
  postgres?: { databaseUrl: string; schema: string; engine: string };
  /** An index outside the store. */
  outside?: RecallIndex;
  /** Keeps the steps of each run, as the engine would. */
  watch?: true;
};

/** Passes everything on and remembers what each durable call came back with. */
function watched(run: Run, steps: { name: string; value: unknown }[]): Run {
  const keep = <T>(name: string, value: T): T => {
    steps.push({ name, value: value === undefined ? null : value });
    return value;
  };
  return {
    id: run.id,
    step: async (name, deed) => keep(name, await run.step(name, deed)),
    sleep: async (name, milliseconds) => keep(name, await run.sleep(name, milliseconds)),
    wait: async (name, signal, until) => keep(name, await run.wait(name, signal, until)),
  };
}

export async function openTestHouse(options: HouseOptions = {}) {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'sophia-house-'));
  const { postgres } = options;
  const store = await openStore(postgres ?? { directory });
  const surface = options.surface ?? new TestSurface();
  const now = options.now ?? (() => new Date());
  const state = { policy: options.policy ?? null };
  // Where none was put in force: the test's own, read anew each time, so that it can grow stricter in between.
  const policyOf = (document: PolicyDocument | null) =>
    createPolicy({
      document: document ?? state.policy,
      admins: options.admins ?? [alice, bob],
      personId: (id) => `test:T1:${id}`,
      now,
      directory: {
        group: (name) => surface.group(name),
        mayWrite: options.mayWrite ?? (async () => false),
      },
    });
  const services: Services = {
    owner: 'test',
    now,
    log: silent,
    actions: new Map(),
    missing: options.missing ?? new Map(),
    policy: createPolicyInForce({ policies: store.policies, policyOf }),
    policyFile: options.policyFile ? { read: options.policyFile } : null,
    ...store,
    sources: options.sources ?? new Map(),
    documents: createDocuments(),
    memory: createMemory({ rows: store.memories, index: options.outside ?? store.textIndex }),
    model: {
      answer: async (turn, listener) =>
        options.think?.(turn, listener) ?? { state: 'failed', reason: 'No model here.', usd: 0, fallbacks: [] },
      atMost: () => options.atMost ?? 0,
      describe: () => null,
    },
    routing: createRouting({
      events: store.modelEvents,
      classes: {
        reasoning: [],
        coding: [],
        analysis: [],
        tools: [],
        speed: ['~openai/gpt-mini-latest'],
        fallback: ['spare/one'],
      },
      catalogue: createCatalogue({ baseUrl: 'http://127.0.0.1:1', apiKey: '', file: null, log: silent, now }),
      banned: [],
      maxPrice: { prompt: 1, completion: 1 },
      now,
    }),
    evaluation: options.evaluation ?? null,
    durable: undefined as unknown as Services['durable'],
    surface: () => options.at ?? surface,
    environmentOf: (target) => (target === 'counter:named' ? 'production' : undefined),
    scopesOf: (name) => (name === 'production' ? ['environment:production'] : name === 'tally' ? ['counter:main'] : []),
    redact: (text) => text,
    limits: { runUsd: 100, personUsd: 100, channelUsd: 100, dayUsd: 10, monthUsd: 1000, ...options.limits },
  };
  (services as { actions: Services['actions'] }).actions = new Map(
    [...houseActions(() => services), ...(options.actions ?? [])].map((action) => [action.name, action]),
  );
  const histories: { input: unknown; steps: { name: string; value: unknown }[]; ended: boolean }[] = [];
  const work = async (input: unknown, run: Run) => {
    // A parked run comes by again from the start: its last pass is the whole history.
    const history = { input, steps: [], ended: false };
    if (options.watch) histories.push(history);
    await handle(input as Message, options.watch ? watched(run, history.steps) : run, services, {
      chooseClass: () => 'speed',
    });
    history.ended = true;
    surface.changed();
  };
  const durable = await openDurable({
    place: postgres ? { databaseUrl: postgres.databaseUrl, schema: postgres.engine } : { directory },
    runs: store.runs,
    log: silent,
    now,
    versions: [{ version: handleVersion, work }],
    broken: (run, reason) => reportBroken(services, run, reason),
  });
  services.durable = durable;
  const door: Door = createDoor(services);
  if (!options.still) await durable.begin();
  const waking = options.still ? undefined : setInterval(() => void wakeDecided(services), 100);
  let said = 0;

  return {
    directory,
    store,
    surface,
    services,
    histories,
    durable,
    door,
    setPolicy(document: PolicyDocument | null) {
      state.policy = document;
    },
    async say(text: string, person = alice, kind: Message['kind'] = 'command', place: Partial<Message> = {}) {
      said++;
      const jobKey = `test:${said}:${crypto.randomUUID()}`;
      const message: Message = {
        surface: 'test',
        channel,
        thread: `test:T1:C1:${jobKey.replaceAll(':', '-')}`,
        person,
        text,
        kind,
        audience: 'test:T1:public',
        at: now().toISOString(),
        ...place,
      };
      await door.receive(message, jobKey);
      return { jobKey, thread: message.thread ?? '' };
    },
    /** The card of this thread in the wanted state. */
    card(thread: string, state: Approval['state'] = 'pending'): Promise<Approval> {
      return surface.until(() => {
        const cards = surface.posts
          .filter((post) => post.thread === thread)
          .map((post) => (post.reply.kind === 'card' ? post.reply.approval : null));
        return cards.findLast((card) => card?.state === state) ?? null;
      }, `a ${state} card in ${thread}`);
    },
    /** The last thing said in this thread that is no card and no progress. */
    answer(thread: string): Promise<Reply> {
      return surface.until(
        () =>
          surface.posts.findLast((post) => post.thread === thread && /\/(answer|deed \d+|broken)$/.test(post.sendId))
            ?.reply,
        `an answer in ${thread}`,
      );
    },
    async close(keep = false) {
      clearInterval(waking);
      await durable.close();
      await store.close();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}

export type TestHouse = Awaited<ReturnType<typeof openTestHouse>>;
