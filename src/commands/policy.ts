/** `npm run sophia -- policy test|explain|adopt`: hands a policy file to those who try it, explain it, or put it in force. */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { SophiaError } from '../core/error.ts';
import { explanationLines } from '../flow/explain.ts';
import { houseActions } from '../flow/house/index.ts';
import { createOfflineJudge } from '../flow/offline.ts';
import { createPolicy, type PolicyDocument, parsePolicy } from '../flow/policy.ts';
import { adoptText } from '../flow/policy-file.ts';
import { nameOf, soundPolicy } from '../flow/policy-text.ts';
import { connectAll } from '../parts/connectors.ts';
import { readFileOf } from '../parts/files.ts';
import type { Settings } from '../settings.ts';
import { openStore } from '../store/index.ts';
import { parseCases, runCases } from '../surfaces/cli/policy-cases.ts';
import { environments, findPlace, parseServices, workflows, workflowTarget } from '../workflows/index.ts';
import type { Command } from './command.ts';

/** `policy test`, `policy explain` and `policy adopt`: without Slack and, but for the last, without the store. */
export async function policy({ settings, words, write }: Command): Promise<number> {
  const [what, ...rest] = words;
  const { values, positionals } = policyWords(rest);
  const [subject] = positionals;
  const path = values.policy ?? settings.SOPHIA_POLICY;
  if (what === 'adopt') return adopt(settings, path, write);
  const wanted = what === 'test' ? 'a file of cases' : what === 'explain' ? 'a command' : undefined;
  if (wanted === undefined || subject === undefined || positionals.length > 1 || (what === 'explain' && !values.as))
    throw new SophiaError('bad_input', wanted && !subject ? `It needs ${wanted}.` : 'I cannot read that.', {
      hint: policyUsage,
    });
  const from = values.policy === undefined ? 'SOPHIA_POLICY' : '--policy';
  const document = path === undefined ? null : parsePolicy(readFileOf(from, path));
  const { judge, people } = offline(settings, document);
  if (what === 'test') return runCases({ cases: parseCases(readFileOf('The command', subject)), judge, people, write });
  const { as = '', ...question } = values;
  const explanation = await judge({ command: subject, as, ...question });
  write(`${explanationLines(explanation, (person) => person).join('\n')}\n`);
  return 0;
}

const policyUsage = `npm run sophia -- policy test <cases.yml> [--policy <file>]
npm run sophia -- policy explain "<command>" --as <person> [--in <channel>] [--environment <name>] [--tainted] [--at 2026-11-21T03:00Z] [--policy <file>]
npm run sophia -- policy adopt`;

function policyWords(words: string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        policy: string,
        as: string,
        in: string,
        environment: string,
        at: string,
        tainted: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw new SophiaError('bad_input', cause instanceof Error ? cause.message : 'I cannot read that.', {
      hint: policyUsage,
      cause,
    });
  }
}

/** Every action there could be, made with credentials that are none: nothing is asked of anybody. */
function offline(settings: Settings, document: PolicyDocument | null) {
  const services = settings.SOPHIA_SERVICES
    ? parseServices(readFileOf('SOPHIA_SERVICES', settings.SOPHIA_SERVICES))
    : {};
  const environmentOf = environments(services);
  const none = { GITHUB_TOKEN: 'none', FLY_API_TOKEN: 'none' };
  const { connections } = connectAll(none, pino({ level: 'silent' }));
  const actions = [
    ...houseActions(() => {
      throw new SophiaError('internal', 'nothing is run here');
    }),
    ...connections.flatMap((one) => one.actions),
    ...workflows(services),
  ];
  const judge = createOfflineJudge({
    document,
    policyAt: (now) => (written) =>
      createPolicy({
        document: written,
        admins: settings.SOPHIA_ADMINS,
        personId: (short) => short,
        now,
        assumeLive: true,
      }),
    actions: new Map(actions.map((action) => [action.name, action])),
    placeOf: ({ service, environment, app, repo, workflow }, given) => {
      const wanted = given ?? (typeof environment === 'string' ? environment : undefined);
      // Without a services file the environment has to be said: a guess would show the wrong rule.
      if (typeof service === 'string' && (services[service] || given === undefined))
        return findPlace(services, service, wanted);
      const target =
        typeof app === 'string'
          ? `fly:${app}`
          : typeof repo === 'string' && typeof workflow === 'string'
            ? workflowTarget(repo, workflow)
            : undefined;
      const known = target === undefined ? undefined : environmentOf(target);
      return {
        ...(known === undefined ? {} : { environment: known }),
        ...(typeof repo === 'string' ? { repository: repo } : {}),
      };
    },
  });
  const admins = createPolicy({ document, admins: settings.SOPHIA_ADMINS, personId: (short) => short }).admins();
  const people = (name: string) => (name === 'admins' ? admins : (document?.roles[name] ?? [name]));
  return { judge, people };
}

/** For a lock-out: whoever has a shell on the server is in charge anyway. SQLite lets nobody else in, so the app has to be stopped. */
async function adopt(settings: Settings, path: string | undefined, write: Command['write']): Promise<number> {
  if (path === undefined)
    throw new SophiaError('not_configured', 'No policy file is set.', { hint: 'Set SOPHIA_POLICY or give --policy.' });
  const text = soundPolicy(readFileOf('SOPHIA_POLICY', path));
  const place = settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : { directory: settings.SOPHIA_DATA };
  const store = await openStore(place);
  try {
    const [now] = await store.policies.latest(1);
    if (now?.text === text) {
      write(`That is the policy in force already: ${nameOf(now)}.\n`);
      return 0;
    }
    const next = await adoptText(text, 'server', { policies: store.policies, now: () => new Date() });
    if (!next)
      throw new SophiaError('conflict', 'Another policy was put in force at the same moment.', { hint: 'Try again.' });
    write(`In force: ${nameOf(next)}. Nobody was asked; the audit trail says that it came from the server.\n`);
    return 0;
  } finally {
    await store.close();
  }
}
