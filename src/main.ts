/** Puts the house together: with `parts/` and `commands/`, all that knows every part. */
import { hostname } from 'node:os';
import { runCommand } from './commands/index.ts';
import type { Action } from './core/action.ts';
import { SophiaError, toSophiaError } from './core/error.ts';
import type { Services } from './core/job.ts';
import type { Message } from './core/message.ts';
import { createDocuments } from './documents/index.ts';
import { openDurable } from './durable/openworkflow.ts';
import type { Directory } from './flow/approvers.ts';
import { reportBroken } from './flow/broken.ts';
import { createDoor } from './flow/door.ts';
import { handle, handleVersion } from './flow/handle.ts';
import { houseActions } from './flow/house/index.ts';
import { createPolicyInForce } from './flow/in-force.ts';
import { createPolicy } from './flow/policy.ts';
import { seedPolicy } from './flow/policy-file.ts';
import { createHold, createRedact } from './kit/redact.ts';
import { factMetrics } from './memory/fact-figures.ts';
import { keepUp } from './memory/keep-up.ts';
import { chooseClass } from './models/index.ts';
import { connectCollections } from './parts/collections.ts';
import { connectAll, healthOf } from './parts/connectors.ts';
import { createLog, readFiles, secrets } from './parts/files.ts';
import { connectFacts, connectMemory, keepOf } from './parts/memory.ts';
import { connectModels } from './parts/models.ts';
import { startRounds } from './parts/rounds.ts';
import { capsOf, missingForSlack, readSettings, type Settings, wantsSlack } from './settings.ts';
import { openStore } from './store/index.ts';
import { createSlack } from './surfaces/slack/index.ts';
import { environments, scopes, workflows } from './workflows/index.ts';

/** A step under way at the end is given this long; what is cut off then is picked up at the next start. */
const patienceMs = 8_000;

async function serve(settings: Settings): Promise<void> {
  const redact = createRedact(secrets(process.env));
  const log = createLog(settings, redact);
  const files = readFiles(settings);
  const { connections, missing, parts } = connectAll(process.env, log);
  for (const part of parts.filter((one) => one.state === 'misconfigured'))
    throw new SophiaError('not_configured', `${part.name}: ${part.problems.join('; ')}`, {
      hint: '`npm run doctor` says what is set and what is missing.',
    });

  const place = settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : { directory: settings.SOPHIA_DATA };
  const now = () => new Date();
  const store = await openStore(place);
  await seedPolicy({ policies: store.policies, policyFile: files.policy, now });
  const keep = keepOf(settings, (channel) => slack.surface.placeKind(channel));
  const { memory, upkeep, index } = await connectMemory(settings, store, log, now, keep);
  // The surface is made with what it listens to.
  const collected = connectCollections(store, { connections, memory, surface: () => slack.surface, redact, log, now });
  const slack = await createSlack({
    webhooks: collected.webhooks,
    listening: { memory, redact, hears: settings.SOPHIA_LISTEN === 'invited' },
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
    hold: createHold(secrets(process.env)),
    now,
    metrics: async () => `${await models.routing.metrics()}${factMetrics(await store.talks.tally())}`,
    health: {
      ready: async () => {
        await store.runs.list({ limit: 1 });
        return true;
      },
    },
  });

  const hub = connections.find((one) => one.mayWrite);
  const directory: Directory = {
    group: (name) => slack.surface.group(name),
    mayWrite: async (login, repository) => {
      if (!hub?.mayWrite) throw new SophiaError('not_configured', 'may write there: GitHub is off');
      return hub.mayWrite(login, repository);
    },
  };
  const models = connectModels(settings, process.env, { events: store.modelEvents, budgets: store.budgets, log, now });
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
        createPolicy({
          document,
          admins: settings.SOPHIA_ADMINS,
          personId: (short) => `slack:${slack.team}:${short}`,
          directory,
          now,
        }),
    }),
    policyFile: files.policy,
    model: models.model,
    routing: models.routing,
    evaluation: models.evaluation,
    memory,
    sources: collected.sources,
    documents: createDocuments(),
    surface: () => slack.surface,
    environmentOf: environments(files.services),
    scopesOf: scopes(files.services),
    limits: capsOf(settings),
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
  const stopModels = models.keep();
  const listening = await slack.start(createDoor(house, healthOf(parts)));
  log.info({ ...listening, store: store.kind, actions: actions.size }, 'Sophia is here');
  const stopRounds = startRounds(house, store, settings, slack.team);
  const stopUpkeep = keepUp(upkeep);
  const stopLooking = collected.keepLooking();
  const stopCollected = keepUp(collected.upkeep, collected.upkeep.everyMs);
  const facts = connectFacts(settings, store, {
    ...{ index, keep, log, now },
    model: models.model,
    owner: house.owner,
  });
  const stopFacts = settings.SOPHIA_FACTS === 'on' ? keepUp(facts, facts.everyMs) : async () => undefined;
  slack.replay().catch((error) => log.error({ error: String(error) }, 'the inbox could not be replayed'));

  const stop = once(async () => {
    setTimeout(() => process.exit(0), patienceMs).unref();
    stopModels();
    stopRounds();
    stopLooking();
    await Promise.all([stopUpkeep(), stopFacts(), stopCollected()]);
    await slack.stop();
    await durable.close();
    await store.close();
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
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
  if (command !== undefined) {
    const write = (text: string) => void process.stdout.write(text);
    const words = process.argv.slice(3);
    process.exit(await runCommand(command, { settings, environment: process.env, words, write }));
  }
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
  const { code, message, hint, cause } = toSophiaError(error);
  // Whoever mistyped a path is told so in words; where it broke matters only when it broke by itself.
  const stack = code === 'internal' && cause instanceof Error ? cause.stack : undefined;
  process.stderr.write(`${createRedact(secrets(process.env))([message, hint, stack].filter(Boolean).join('\n'))}\n`);
  process.exit(1);
});
