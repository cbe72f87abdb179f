/** Models as they are set up: who is asked, what is learned of them, and what is looked after meanwhile. */
import { join } from 'node:path';
import type { Budgets } from '../core/budget.ts';
import type { ConnectorHealth, Log } from '../core/connector.ts';
import type { Model } from '../core/model.ts';
import type { ModelEvents } from '../core/routing.ts';
import {
  chooseClasses,
  createCatalogue,
  createEndpoints,
  createEvaluation,
  createModel,
  createRouting,
  type FurtherServer,
  keepEvaluating,
  leaving,
  localModels,
  parseMaxPrice,
  parseServers,
  seesBy,
} from '../models/index.ts';
import { capsOf, type Environment, modelNames, type Settings } from '../settings.ts';

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
/** The provider's list of models, and who serves those in use, are read this often. */
const catalogueMs = 10 * 60_000;
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

/** For doctor: whether the list of models can be read, and whether those in use are on it. */
export async function checkModels(settings: Settings, log: Log): Promise<ConnectorHealth> {
  const { baseUrl, apiKey, classes } = modelSettings(settings);
  const now = () => new Date();
  const catalogue = createCatalogue({ baseUrl, apiKey, file: null, log, now });
  if (!(await catalogue.sync()))
    return {
      state: 'failing',
      problem: `The list of models at ${new URL(baseUrl).host} could not be read.`,
      hint: 'Check the key, the address and the network.',
    };
  const further = parseServers(settings.SOPHIA_SERVERS ?? '', () => undefined);
  const named = [...new Set(Object.values(classes).flat())];
  const own = named.filter((model) => !further.some(({ name }) => model.startsWith(`${name}:`)));
  const found = leaving(own, catalogue, now());
  const says = found.map(({ model, says: words }) => `${model}: ${words}`).join('; ');
  if (found.some(({ gone }) => gone))
    return { state: 'failing', problem: says, hint: 'Name another model in SOPHIA_MODEL_… (docs/models.md).' };
  return {
    state: 'ok',
    can: `choose among ${named.length} models of ${catalogue.models().length} on offer${says ? `. Soon gone: ${says}` : ''}`,
  };
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
  const at = { baseUrl, apiKey, log, now };
  const keepsNothing = settings.SOPHIA_MODEL_PRIVACY === 'no-retention';
  const catalogue = createCatalogue({ ...at, keepsNothing, file: join(settings.SOPHIA_DATA, 'models.json') });
  const endpoints = createEndpoints({ ...at, file: join(settings.SOPHIA_DATA, 'endpoints.json') });
  const routing = createRouting({
    ...{ events, classes, catalogue, endpoints, maxPrice, now },
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

  // Exactly the model that is named answers here: nobody takes its place, and nothing is learned of it as of a live answer.
  const alone = createModel({ ...{ baseUrl, apiKey, further, maxPrice, privacy, log, now }, classes: noClasses });
  const warned = new Set<string>();
  async function look(): Promise<void> {
    const [pulled] = await Promise.all([localModels(local.baseUrl), catalogue.sync()]);
    lastResort = pulled.map((id) => `${local.name}:${id}`);
    await endpoints.sync([...new Set(Object.values(classes).flat())].map((id) => catalogue.get(id)?.target ?? id));
    for (const warning of routing.warnings().filter((one) => !warned.has(one))) {
      warned.add(warning);
      log.warn({ warning }, 'A model in use is leaving. Name another one in SOPHIA_MODEL_….');
    }
  }
  return {
    model,
    routing,
    evaluation: off ? null : createEvaluation({ ask: alone, routing, catalogue, events, now }),
    keep(): () => void {
      if (off) return () => undefined;
      const warn = (error: unknown) => log.warn({ error: String(error) }, 'The models could not be looked at.');
      look().catch(warn);
      const looking = setInterval(() => void look().catch(warn), catalogueMs);
      const monthUsd = settings.SOPHIA_MODEL_EVALUATION_USD;
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
