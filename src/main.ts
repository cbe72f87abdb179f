/** Puts the house together: the only file that knows every part. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { pino } from 'pino';
import { fly } from './connectors/fly/index.ts';
import { github } from './connectors/github/index.ts';
import type { Action } from './core/action.ts';
import type { Connection, Log } from './core/connector.ts';
import { SophiaError, toSophiaError } from './core/error.ts';
import type { Services } from './core/job.ts';
import type { Message } from './core/message.ts';
import type { Model } from './core/model.ts';
import { openDurable } from './durable/openworkflow.ts';
import { createDoor, reportBroken, wakeDecided } from './flow/door.ts';
import { handle, handleVersion } from './flow/handle.ts';
import { houseActions } from './flow/house/index.ts';
import { createPolicyInForce } from './flow/in-force.ts';
import { createPolicy, parsePolicy } from './flow/policy.ts';
import { seedPolicy, watchPolicyFile } from './flow/policy-file.ts';
import { createRedact } from './kit/redact.ts';
import { createMemory } from './memory/recall.ts';
import { chooseClass, chooseClasses, createModel } from './models/index.ts';
import {
  configureConnector,
  missingForSlack,
  modelNames,
  readSettings,
  type Settings,
  wantsSlack,
} from './settings.ts';
import { openStore } from './store/index.ts';
import { type DoctorPart, runDoctor } from './surfaces/cli/doctor.ts';
import { checkSlack, createSlack } from './surfaces/slack/index.ts';
import { environments, parseServices, workflows } from './workflows/index.ts';

/** Decisions that a run has not noticed are called out this often; the first call is made by the click itself. */
const wakeEveryMs = 1_000;
/** Handled deliveries are kept (their ids only) as long as a sender might repeat one, and longer. */
const keepInboxMs = 7 * 24 * 3_600_000;
/** The policy file is looked at this often, and at once on SIGHUP. */
const lookEveryMs = 30_000;
const tidyEveryMs = 3_600_000;
/** A step under way at the end is given this long; what is cut off then is picked up at the next start. */
const patienceMs = 8_000;

/** Whose values never leave the house, wherever they turn up. */
const secretVariables = /(_TOKEN|_SECRET|_KEY|DATABASE_URL)$/;

function secrets(): string[] {
  return Object.entries(process.env).flatMap(([name, value]) => (secretVariables.test(name) && value ? [value] : []));
}

function createLog(settings: Settings, redact: (text: string) => string): Log {
  return pino({ level: settings.LOG_LEVEL, base: null, hooks: { streamWrite: redact } });
}

function connectAll(log: Log) {
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
  add(github, configureConnector(github, process.env), (config) => github.connect(config, { log }));
  add(fly, configureConnector(fly, process.env), (config) => fly.connect(config, { log }));
  return { parts, connections, missing };
}

const noModel: Model = {
  answer: async () => ({
    state: 'failed',
    reason: 'No model is set up, so I follow exact commands only.',
    hint: '`/sophia help` lists them. To have questions answered, set OPENROUTER_API_KEY.',
    usd: 0,
    fallbacks: [],
  }),
  describe: () => 'off',
};

function connectModel(settings: Settings, log: Log): Model {
  if (!settings.OPENROUTER_API_KEY && !settings.OPENROUTER_BASE_URL) return noModel;
  const baseUrl = settings.OPENROUTER_BASE_URL ?? 'https://openrouter.ai/api/v1';
  return createModel({
    baseUrl,
    apiKey: settings.OPENROUTER_API_KEY ?? '',
    classes: chooseClasses(baseUrl, modelNames(settings)),
    log,
  });
}

function readFileOf(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SophiaError('not_configured', `${variable} names ${path}, which cannot be read.`, {
      hint: 'Check the path, or unset it.',
      cause,
    });
  }
}

function readFiles(settings: Settings) {
  const { SOPHIA_POLICY, SOPHIA_SERVICES } = settings;
  return {
    policy: SOPHIA_POLICY ? { read: () => readFileOf('SOPHIA_POLICY', SOPHIA_POLICY) } : null,
    services: SOPHIA_SERVICES ? parseServices(readFileOf('SOPHIA_SERVICES', SOPHIA_SERVICES)) : {},
  };
}

async function serve(settings: Settings): Promise<void> {
  const redact = createRedact(secrets());
  const log = createLog(settings, redact);
  const files = readFiles(settings);
  const { connections, missing, parts } = connectAll(log);
  for (const part of parts.filter((one) => one.state === 'misconfigured'))
    throw new SophiaError('not_configured', `${part.name}: ${part.problems.join('; ')}`, {
      hint: '`npm run doctor` says what is set and what is missing.',
    });

  const place = settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : { directory: settings.SOPHIA_DATA };
  const now = () => new Date();
  const store = await openStore(place);
  await seedPolicy({ policies: store.policies, policyFile: files.policy, now });
  const slack = await createSlack({
    botToken: settings.SLACK_BOT_TOKEN ?? '',
    ...(settings.SLACK_SIGNING_SECRET ? { signingSecret: settings.SLACK_SIGNING_SECRET } : {}),
    ...(settings.SLACK_APP_TOKEN ? { appToken: settings.SLACK_APP_TOKEN } : {}),
    ...(settings.SLACK_API_URL ? { apiUrl: settings.SLACK_API_URL } : {}),
    port: settings.PORT,
    host: settings.HOST ?? '127.0.0.1',
    inbox: store.inbox,
    sends: store.sends,
    log,
    redact,
    now,
    health: {
      ready: async () => {
        await store.runs.list({ limit: 1 });
        return true;
      },
    },
  });

  const actions = new Map<string, Action>();
  const services: Omit<Services, 'durable'> = {
    ...store,
    owner: `${hostname()}:${process.pid}:${crypto.randomUUID().slice(0, 8)}`,
    now,
    log,
    redact,
    actions,
    missing,
    policy: createPolicyInForce({
      policies: store.policies,
      policyOf: (document) =>
        createPolicy({ document, admins: settings.SOPHIA_ADMINS, personId: (short) => `slack:${slack.team}:${short}` }),
    }),
    policyFile: files.policy,
    memory: createMemory({ rows: store.memories }),
    model: connectModel(settings, log),
    surface: () => slack.surface,
    environmentOf: environments(files.services),
    limits: { runUsd: settings.SOPHIA_BUDGET_RUN_USD, dayUsd: settings.SOPHIA_BUDGET_DAY_USD },
  };
  const durable = await openDurable({
    place,
    runs: store.runs,
    log,
    now,
    versions: [{ version: handleVersion, work: (input, run) => handle(input as Message, run, house, { chooseClass }) }],
    broken: (run, reason) => reportBroken(house, run, reason),
  });
  const house: Services = { ...services, durable };
  for (const action of [
    ...houseActions(() => house),
    ...connections.flatMap((one) => one.actions),
    ...workflows(files.services),
  ])
    actions.set(action.name, action);

  await durable.begin();
  const listening = await slack.start(createDoor(house));
  log.info({ ...listening, store: store.kind, actions: actions.size }, 'Sophia is here');
  const waking = setInterval(() => {
    wakeDecided(house).catch((error) => log.warn({ error: String(error) }, 'decisions could not be looked up'));
  }, wakeEveryMs);
  const lookAtPolicyFile = watchPolicyFile(house);
  const look = () => {
    lookAtPolicyFile().catch((error) => log.warn({ error: String(error) }, 'the policy file could not be compared'));
  };
  look();
  const looking = setInterval(look, lookEveryMs);
  process.on('SIGHUP', look);
  const tidying = setInterval(() => {
    const weekAgo = new Date(Date.now() - keepInboxMs).toISOString();
    store.inbox.purge(weekAgo).catch((error) => log.warn({ error: String(error) }, 'the inbox could not be tidied'));
  }, tidyEveryMs);
  slack.replay().catch((error) => log.error({ error: String(error) }, 'the inbox could not be replayed'));

  const stop = once(async () => {
    setTimeout(() => process.exit(0), patienceMs).unref();
    clearInterval(waking);
    clearInterval(looking);
    clearInterval(tidying);
    await slack.stop();
    await durable.close();
    await store.close();
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function doctor(settings: Settings): Promise<number> {
  const redact = createRedact(secrets());
  const log = pino({ level: 'silent' });
  const { parts } = connectAll(log);
  const set = (names: string[]) => names.filter((name) => process.env[name]);
  const missing = missingForSlack(settings);
  const model = connectModel(settings, log);
  const files = fileParts(settings);
  const all: DoctorPart[] = [
    {
      name: 'slack',
      about: 'the workspace she works in',
      required: true,
      needs: missing,
      set: set(['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'SLACK_APP_TOKEN', 'SOPHIA_ADMINS']),
      state: !wantsSlack(settings) ? 'off' : missing.length > 0 ? 'misconfigured' : 'on',
      problems: [],
      check: () =>
        checkSlack({
          botToken: settings.SLACK_BOT_TOKEN ?? '',
          ...(settings.SLACK_API_URL ? { apiUrl: settings.SLACK_API_URL } : {}),
          log,
        }),
    },
    {
      name: 'models',
      about: 'answers questions in plain words',
      needs: [{ variable: 'OPENROUTER_API_KEY', where: 'https://openrouter.ai/settings/keys' }],
      set: set(['OPENROUTER_API_KEY', 'OPENROUTER_BASE_URL']),
      state: model === noModel ? 'off' : 'on',
      problems: [],
      facts: model === noModel ? [] : [JSON.stringify(model.describe())],
    },
    ...files,
    ...parts,
  ];
  return runDoctor({ parts: all, write: (text) => process.stdout.write(redact(text)) });
}

function fileParts(settings: Settings): DoctorPart[] {
  const checked = [
    {
      name: 'policy',
      about: 'who approves what',
      variable: 'SOPHIA_POLICY',
      path: settings.SOPHIA_POLICY,
      read: parsePolicy,
      where: 'docs/policy.md; without it: writes ask one admin, destroys ask two',
    },
    {
      name: 'services',
      about: 'what the names in deploy and rollback mean',
      variable: 'SOPHIA_SERVICES',
      path: settings.SOPHIA_SERVICES,
      read: parseServices,
      where: 'docs/connectors.md',
    },
  ];
  return checked.map(({ name, about, variable, path, read, where }) => {
    const part = { name, about, needs: [{ variable, where }], set: path ? [variable] : [], problems: [] as string[] };
    if (!path) return { ...part, state: 'off' as const };
    try {
      read(readFileOf(variable, path));
      return { ...part, state: 'on' as const };
    } catch (error) {
      return { ...part, state: 'misconfigured' as const, problems: [toSophiaError(error).message] };
    }
  });
}

async function playground(settings: Settings): Promise<void> {
  const { startPlayground } = await import('./playground/host.ts');
  await startPlayground({
    port: settings.PORT,
    ...(settings.OPENROUTER_API_KEY ? { openRouterKey: settings.OPENROUTER_API_KEY } : {}),
  });
}

function once(deed: () => Promise<void>): () => void {
  let begun = false;
  return () => {
    if (begun) return;
    begun = true;
    deed().catch((error) => {
      process.stderr.write(`${toSophiaError(error).message}\n`);
      process.exit(1);
    });
  };
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const command = process.argv[2];
  if (command === 'doctor') process.exit(await doctor(settings));
  if (command !== undefined)
    throw new SophiaError('bad_input', `I do not know “${command}”.`, {
      hint: 'Known: doctor; without a word she starts.',
    });
  const missing = missingForSlack(settings);
  if (wantsSlack(settings) || settings.NODE_ENV === 'production') {
    if (missing.length > 0)
      throw new SophiaError(
        'not_configured',
        `Slack is not set up. Missing:\n${missing.map(({ variable, where }) => `  ${variable} (${where})`).join('\n')}`,
        {
          hint:
            settings.NODE_ENV === 'production'
              ? 'README.md, “Connect a real workspace”, tells where each comes from.'
              : 'Unset the Slack variables to open the playground instead.',
        },
      );
    return serve(settings);
  }
  return playground(settings);
}

main().catch((error) => {
  const { message, hint, cause } = toSophiaError(error);
  process.stderr.write(
    `${createRedact(secrets())([message, hint, cause instanceof Error ? cause.stack : undefined].filter(Boolean).join('\n'))}\n`,
  );
  process.exit(1);
});
