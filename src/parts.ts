/** Opens the parts that the running app and the commands on the server share, from the settings and the environment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { fly } from './connectors/fly/index.ts';
import { github } from './connectors/github/index.ts';
import type { Budgets } from './core/budget.ts';
import type { Connection, ConnectorHealth, Log } from './core/connector.ts';
import { SophiaError, toSophiaError } from './core/error.ts';
import type { PartHealth } from './core/home.ts';
import type { Model } from './core/model.ts';
import type { ModelEvents } from './core/routing.ts';
import { withFallback } from './memory/fallback.ts';
import { createMemory } from './memory/index.ts';
import { createUpkeep } from './memory/upkeep.ts';
import { createEmbeddings } from './models/embeddings.ts';
import {
  chooseClasses,
  createCatalogue,
  createModel,
  createRouting,
  type FurtherServer,
  keepEvaluating,
  localModels,
  parseMaxPrice,
  parseServers,
  seesBy,
} from './models/index.ts';
import { capsOf, configureConnector, type Environment, modelNames, type Settings } from './settings.ts';
import type { Store } from './store/index.ts';
import type { DoctorPart } from './surfaces/cli/doctor.ts';
import { parseServices } from './workflows/index.ts';

/** Whose values never leave the house, wherever they turn up. */
const secretVariables = /(_TOKEN|_SECRET|_KEY|DATABASE_URL)$/;

export function secrets(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (secretVariables.test(name) && value ? [value] : []));
}

export function createLog(settings: Settings, redact: (text: string) => string): Log {
  return pino({ level: settings.LOG_LEVEL, base: null, hooks: { streamWrite: redact } });
}

export function connectAll(environment: Environment, log: Log) {
  const parts: DoctorPart[] = [];
  const connections: Connection[] = [];
  const missing = new Map<string, string>();
  const add = <Config>(
    connector: typeof github | typeof fly,
    state: ReturnType<typeof configureConnector<Config>>,
    connect: (config: Config) => Connection,
  ) => {
    const { name, about, needs } = connector;
    const connection = state.state === 'on' ? connect(state.config) : null;
    if (connection) connections.push(connection);
    else
      missing.set(
        `${name}_`,
        `${name} is off: set ${needs.map((need) => `${need.variable} (${need.where})`).join(', or ')}.`,
      );
    parts.push({
      name,
      about,
      needs,
      state: state.state,
      set: state.set,
      problems: state.state === 'misconfigured' ? state.problems : [],
      ...(connection ? { check: () => connection.check() } : {}),
    });
  };
  add(github, configureConnector(github, environment), (config) => github.connect(config, { log }));
  add(fly, configureConnector(fly, environment), (config) => fly.connect(config, { log }));
  return { parts, connections, missing };
}

/** How long what a part said of itself is believed. Milliseconds. */
const healthMs = 60_000;

/** The connectors' health for people's own pages, asked at most once a minute. */
export function healthOf(parts: DoctorPart[]): () => Promise<PartHealth[]> {
  let known: { until: number; health: Promise<PartHealth[]> } | null = null;
  const ask = async ({ name, about, state, check }: DoctorPart): Promise<PartHealth> => {
    if (state !== 'on' || !check) return { name, state: 'off', words: `off: ${about}` };
    const found = await check().catch((error: unknown): ConnectorHealth => {
      const { message, hint = '' } = toSophiaError(error);
      return { state: 'failing', problem: message, hint };
    });
    return found.state === 'ok'
      ? { name, state: 'ok', words: found.can }
      : { name, state: 'failing', words: `${found.problem} ${found.hint}`.trim() };
  };
  return () => {
    if (!known || known.until < Date.now())
      known = { until: Date.now() + healthMs, health: Promise.all(parts.map(ask)) };
    return known.health;
  };
}

export const noModel: Model = {
  answer: async () => ({
    state: 'failed',
    reason: 'No model is set up, so I follow exact commands only.',
    hint: '`/sophia help` lists them. To have questions answered, set OPENROUTER_API_KEY.',
    usd: 0,
    fallbacks: [],
  }),
  atMost: () => 0,
  describe: () => 'off',
};

const openRouterUrl = 'https://openrouter.ai/api/v1';
/** Where Ollama listens unless told otherwise. */
const ollama: FurtherServer = { name: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', apiKey: '' };
/** The provider's list of models is read this often. */
const catalogueMs = 30 * 60_000;
/** A second model of the speed class is asked when the first has said nothing for this long. */
const hedgeMs = 1_000;
const backOffMs = [1_000, 2_000, 4_000];

const noClasses = { reasoning: [], coding: [], speed: [], analysis: [], tools: [], fallback: [] };

/** For a look at what is configured: nothing is measured or remembered. */
export function connectModel(settings: Settings, log: Log): Model {
  if (!settings.OPENROUTER_API_KEY && !settings.OPENROUTER_BASE_URL) return noModel;
  const { baseUrl, apiKey, classes, maxPrice } = modelSettings(settings);
  return createModel({ baseUrl, apiKey, classes, maxPrice, log });
}

/** The model with everything that is learned of models; `keep` begins to look after the list of models, and ends when told. */
export function connectModels(
  settings: Settings,
  environment: Environment,
  parts: { events: ModelEvents; budgets: Budgets; log: Log; now: () => Date },
) {
  const { events, budgets, log, now } = parts;
  const { baseUrl, apiKey, classes, maxPrice } = modelSettings(settings);
  const further = parseServers(settings.SOPHIA_SERVERS ?? '', (variable) => environment[variable]);
  if (!further.some(({ name }) => name === ollama.name)) further.push(ollama);
  const local = further.find(({ name }) => name === ollama.name) ?? ollama;
  let lastResort: string[] = [];
  const catalogue = createCatalogue({ baseUrl, apiKey, file: join(settings.SOPHIA_DATA, 'models.json'), log, now });
  const routing = createRouting({
    ...{ events, classes, catalogue, maxPrice, now },
    banned: settings.SOPHIA_MODEL_BAN,
    lastResort: () => lastResort,
    elsewhere: (model) => further.some(({ name }) => model.startsWith(`${name}:`)),
    ...(settings.SOPHIA_MODEL_THRIFT === undefined ? {} : { thrift: settings.SOPHIA_MODEL_THRIFT }),
  });
  const off = connectModel(settings, log) === noModel;
  const privacy = settings.SOPHIA_MODEL_PRIVACY;
  const model = off
    ? noModel
    : createModel({
        ...{ baseUrl, apiKey, classes, further, maxPrice, privacy, routing, hedgeMs, backOffMs, log, now },
        sees: seesBy(catalogue),
      });

  async function look(): Promise<void> {
    const [pulled] = await Promise.all([localModels(local.baseUrl), catalogue.sync()]);
    lastResort = pulled.map((id) => `${local.name}:${id}`);
  }
  return {
    model,
    routing,
    catalogue,
    keep(): () => void {
      if (off) return () => undefined;
      const warn = (error: unknown) => log.warn({ error: String(error) }, 'The models could not be looked at.');
      look().catch(warn);
      const looking = setInterval(() => void look().catch(warn), catalogueMs);
      const monthUsd = settings.SOPHIA_MODEL_EVALUATION_USD;
      // Exactly the model that is named answers here: nobody takes its place, and nothing is learned of it as of a live answer.
      const alone = createModel({ ...{ baseUrl, apiKey, further, maxPrice, privacy, log, now }, classes: noClasses });
      const stopEvaluating =
        monthUsd > 0
          ? keepEvaluating({
              ...{ ask: alone, routing, events, budgets, monthUsd, log, now },
              limits: capsOf(settings),
            })
          : () => undefined;
      return () => {
        clearInterval(looking);
        stopEvaluating();
      };
    },
  };
}

function modelSettings(settings: Settings) {
  const baseUrl = settings.OPENROUTER_BASE_URL ?? openRouterUrl;
  return {
    baseUrl,
    apiKey: settings.OPENROUTER_API_KEY ?? '',
    classes: chooseClasses(baseUrl, modelNames(settings)),
    maxPrice: parseMaxPrice(settings.SOPHIA_MODEL_MAX_PRICE),
  };
}

/** Memory over the store, with what is set up beside it: an index outside, a model that understands meaning. */
export async function connectMemory(settings: Settings, store: Store, log: Log, now: () => Date) {
  const { QDRANT_URL, QDRANT_API_KEY, SOPHIA_EMBEDDINGS_MODEL, SOPHIA_EMBEDDINGS_DIMENSIONS: dimensions } = settings;
  const embeddings = SOPHIA_EMBEDDINGS_MODEL
    ? createEmbeddings({
        baseUrl: settings.SOPHIA_EMBEDDINGS_BASE_URL ?? settings.OPENROUTER_BASE_URL ?? 'https://openrouter.ai/api/v1',
        apiKey: settings.SOPHIA_EMBEDDINGS_API_KEY ?? settings.OPENROUTER_API_KEY ?? '',
        model: SOPHIA_EMBEDDINGS_MODEL,
        dimensions,
      })
    : null;
  const outside = QDRANT_URL
    ? // Loaded only where it is used: its client is no small one.
      (await import('./memory/qdrant.ts')).createQdrantIndex({
        url: QDRANT_URL,
        ...(QDRANT_API_KEY ? { apiKey: QDRANT_API_KEY } : {}),
        dimensions: embeddings ? dimensions : null,
      })
    : null;
  const index = outside ? withFallback(outside, store.textIndex, log) : store.textIndex;
  return {
    memory: createMemory({
      rows: store.memories,
      index,
      embeddings,
      log,
      now,
      keep: { channelDays: settings.SOPHIA_KEEP_DAYS, directDays: settings.SOPHIA_KEEP_DIRECT_DAYS },
    }),
    upkeep: createUpkeep({ rows: store.memories, outside, embeddings, now, log }),
    name: outside?.name ?? store.textIndex.name,
  };
}

export function readFileOf(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SophiaError('not_configured', `${variable} names ${path}, which cannot be read.`, {
      hint: 'Check the path, or unset it.',
      cause,
    });
  }
}

export function readFiles(settings: Settings) {
  const { SOPHIA_POLICY, SOPHIA_SERVICES } = settings;
  return {
    policy: SOPHIA_POLICY ? { read: () => readFileOf('SOPHIA_POLICY', SOPHIA_POLICY) } : null,
    services: SOPHIA_SERVICES ? parseServices(readFileOf('SOPHIA_SERVICES', SOPHIA_SERVICES)) : {},
  };
}
