/** All settings, read from the environment once and checked together, so that everything missing is named at once. */
import { z } from 'zod';
import type { Caps } from './core/budget.ts';
import type { Connector } from './core/connector.ts';
import { SophiaError } from './core/error.ts';
import { modelClasses } from './core/model.ts';

export type Environment = Record<string, string | undefined>;

/** An empty value in an .env file means unset. */
const text = z
  .string()
  .trim()
  .optional()
  .transform((value) => value || undefined);
const dollars = z.coerce.number().positive();

const schema = z.object({
  NODE_ENV: text,
  SLACK_BOT_TOKEN: text.refine(
    (value) => value === undefined || value.startsWith('xoxb-'),
    'must begin with xoxb- (Install App → Bot User OAuth Token)',
  ),
  SLACK_SIGNING_SECRET: text,
  SLACK_APP_TOKEN: text.refine(
    (value) => value === undefined || value.startsWith('xapp-'),
    'must begin with xapp- (Basic Information → App-Level Tokens)',
  ),
  SLACK_API_URL: text.pipe(z.url().optional()),
  SOPHIA_ADMINS: text.transform((value) => (value ?? '').split(/[\s,]+/).filter(Boolean)),
  SOPHIA_POLICY: text,
  SOPHIA_SERVICES: text,
  SOPHIA_AUDIT_KEY: text,
  SOPHIA_AUDIT_CHANNEL: text,
  SOPHIA_DATA: text.transform((value) => value ?? './data'),
  SOPHIA_BUDGET_RUN_USD: dollars.default(2),
  SOPHIA_BUDGET_PERSON_USD: dollars.default(10),
  SOPHIA_BUDGET_CHANNEL_USD: dollars.default(10),
  SOPHIA_BUDGET_DAY_USD: dollars.default(20),
  SOPHIA_BUDGET_MONTH_USD: dollars.default(300),
  DATABASE_URL: text,
  SOPHIA_LISTEN: z.enum(['off', 'invited']).default('off'),
  SOPHIA_KEEP_DAYS: z.coerce.number().int().min(1).max(3_650).default(400),
  SOPHIA_KEEP_PRIVATE_DAYS: z.coerce.number().int().min(1).max(3_650).optional(),
  SOPHIA_KEEP_SHARED_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  SOPHIA_KEEP_DIRECT_DAYS: z.coerce.number().int().min(1).max(3_650).default(90),
  SOPHIA_FACTS: z.enum(['on', 'off']).default('on'),
  SOPHIA_FACTS_QUIET_MINUTES: z.coerce.number().positive().max(1_440).default(10),
  SOPHIA_FACTS_DAY_USD: dollars.default(2),
  MEM0_API_KEY: text,
  MEM0_BASE_URL: text.pipe(z.url().optional()),
  QDRANT_URL: text.pipe(z.url().optional()),
  QDRANT_API_KEY: text,
  SOPHIA_EMBEDDINGS_MODEL: text,
  SOPHIA_EMBEDDINGS_BASE_URL: text.pipe(z.url().optional()),
  SOPHIA_EMBEDDINGS_API_KEY: text,
  SOPHIA_EMBEDDINGS_DIMENSIONS: z.coerce.number().int().min(8).max(8_192).default(1_536),
  OPENROUTER_API_KEY: text,
  OPENROUTER_BASE_URL: text.pipe(z.url().optional()),
  SOPHIA_MODEL_REASONING: text,
  SOPHIA_MODEL_CODING: text,
  SOPHIA_MODEL_SPEED: text,
  SOPHIA_MODEL_ANALYSIS: text,
  SOPHIA_MODEL_TOOLS: text,
  SOPHIA_MODEL_FALLBACK: text,
  SOPHIA_MODEL_BAN: text.transform((value) => (value ?? '').split(/[\s,]+/).filter(Boolean)),
  SOPHIA_MODEL_MAX_PRICE: text.refine(
    (value) => value === undefined || /^\d+(\.\d+)?\/\d+(\.\d+)?$/.test(value),
    'is two numbers, dollars per million tokens in and out: 15/75',
  ),
  SOPHIA_MODEL_THRIFT: z.coerce.number().min(0).max(1).optional(),
  SOPHIA_MODEL_PRIVACY: z.enum(['any', 'no-training', 'no-retention']).default('any'),
  SOPHIA_MODEL_EVALUATION_USD: z.coerce.number().min(0).default(5),
  SOPHIA_SERVERS: text,
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: text,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type Settings = z.infer<typeof schema>;

export function readSettings(environment: Environment): Settings {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new SophiaError('not_configured', `These settings do not hold:\n${z.prettifyError(parsed.error)}`, {
    hint: '.env.example names them all.',
  });
}

export function capsOf(settings: Settings): Caps {
  return {
    runUsd: settings.SOPHIA_BUDGET_RUN_USD,
    personUsd: settings.SOPHIA_BUDGET_PERSON_USD,
    channelUsd: settings.SOPHIA_BUDGET_CHANNEL_USD,
    dayUsd: settings.SOPHIA_BUDGET_DAY_USD,
    monthUsd: settings.SOPHIA_BUDGET_MONTH_USD,
  };
}

/** A variable that is not set, and where its value comes from. */
export type Need = { variable: string; where: string };

/** What a workspace needs before Sophia can join it; empty when nothing is missing. */
export function missingForSlack(settings: Settings): Need[] {
  const missing: Need[] = [];
  const need = (variable: string, where: string) => missing.push({ variable, where });
  if (!settings.SLACK_BOT_TOKEN) need('SLACK_BOT_TOKEN', 'Install App → Bot User OAuth Token');
  if (!settings.SLACK_APP_TOKEN && !settings.SLACK_SIGNING_SECRET)
    need(
      'SLACK_SIGNING_SECRET',
      'Basic Information → Signing Secret, for HTTP; or set SLACK_APP_TOKEN for Socket Mode',
    );
  if (settings.SOPHIA_ADMINS.length === 0)
    need('SOPHIA_ADMINS', 'Slack user ids of those who approve, with commas between them');
  return missing;
}

export function wantsSlack(settings: Settings): boolean {
  return [settings.SLACK_BOT_TOKEN, settings.SLACK_SIGNING_SECRET, settings.SLACK_APP_TOKEN].some(Boolean);
}

export function modelNames(settings: Settings): Partial<Record<(typeof modelClasses)[number], string>> {
  const named = modelClasses.flatMap((name) => {
    const value = settings[`SOPHIA_MODEL_${name.toUpperCase() as Uppercase<typeof name>}`];
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(named);
}

export type ConnectorState<Config> =
  | { state: 'off'; set: string[] }
  | { state: 'misconfigured'; set: string[]; problems: string[] }
  | { state: 'on'; set: string[]; config: Config };

/** None of its variables set means off, on purpose; some but not enough, or a wrong one, is said. */
export function configureConnector<Config>(
  connector: Connector<Config>,
  environment: Environment,
): ConnectorState<Config> {
  const set = connector.needs.map((need) => need.variable).filter((name) => environment[name]?.trim());
  if (set.length === 0) return { state: 'off', set };
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const parsed = connector.config.safeParse(filled);
  if (parsed.success) return { state: 'on', set, config: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || connector.name}: ${issue.message}`);
  return { state: 'misconfigured', set, problems };
}
