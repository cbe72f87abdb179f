/** `npm run doctor`: hands every part and its settings to the doctor. */
import { pino } from 'pino';
import { toSophiaError } from '../core/error.ts';
import { readAuditKey } from '../core/signed-head.ts';
import { parsePolicy } from '../flow/policy.ts';
import { createRedact } from '../kit/redact.ts';
import { connectAll } from '../parts/connectors.ts';
import { readFileOf, secrets } from '../parts/files.ts';
import { extractorOf } from '../parts/memory.ts';
import { checkModels, connectModel, noModel } from '../parts/models.ts';
import { missingForSlack, type Settings, wantsSlack } from '../settings.ts';
import { type DoctorPart, runDoctor } from '../surfaces/cli/doctor.ts';
import { checkSlack } from '../surfaces/slack/index.ts';
import { parseServices } from '../workflows/index.ts';
import type { Command } from './command.ts';

export async function doctor({ settings, environment, write }: Command): Promise<number> {
  const redact = createRedact(secrets(environment));
  const log = pino({ level: 'silent' });
  const { parts } = connectAll(environment, log);
  const set = (names: string[]) => names.filter((name) => environment[name]);
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
      check: () => checkModels(settings, log),
    },
    {
      name: 'facts',
      about: 'draws what will matter later from talks that have gone quiet',
      needs: [{ variable: 'MEM0_API_KEY', where: 'https://app.mem0.ai; without it the model above does it' }],
      set: set(['MEM0_API_KEY', 'MEM0_BASE_URL']),
      state: settings.SOPHIA_FACTS,
      problems: [],
      facts: settings.SOPHIA_FACTS === 'on' ? [`Drawn by: ${extractorOf(settings, model).name}.`] : [],
    },
    auditPart(settings),
    ...files,
    ...parts,
  ];
  return runDoctor({ parts: all, write: (text) => write(redact(text)) });
}

/** The trail itself is always kept; what can be set is the signature that a cut tail no longer fits. */
function auditPart({ SOPHIA_AUDIT_KEY, SOPHIA_AUDIT_CHANNEL }: Settings): DoctorPart {
  const needs = [
    { variable: 'SOPHIA_AUDIT_KEY', where: '`npm run sophia -- audit key` makes one' },
    { variable: 'SOPHIA_AUDIT_CHANNEL', where: 'id of the channel in which the signed head is posted daily' },
  ];
  const set = [
    ...(SOPHIA_AUDIT_KEY ? ['SOPHIA_AUDIT_KEY'] : []),
    ...(SOPHIA_AUDIT_CHANNEL ? ['SOPHIA_AUDIT_CHANNEL'] : []),
  ];
  const part = { name: 'audit', about: 'signs the end of the audit trail daily', needs, set, problems: [] as string[] };
  const cost =
    'Without it, rows cut off the end of the trail, or the whole of it written anew, do not show: whoever can write to the database can do that.';
  if (set.length === 0) return { ...part, state: 'off', facts: [cost] };
  try {
    if (!SOPHIA_AUDIT_KEY || !SOPHIA_AUDIT_CHANNEL) return { ...part, state: 'misconfigured', problems: [cost] };
    const { id, publicKey } = readAuditKey(SOPHIA_AUDIT_KEY);
    return { ...part, state: 'on', facts: [`Key ${id}; whoever checks needs the public one: ${publicKey}`] };
  } catch (error) {
    return { ...part, state: 'misconfigured', problems: [toSophiaError(error).message, cost] };
  }
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
