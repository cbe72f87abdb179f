/** Judges a command by a policy text alone: no store, no Slack, no outside system; what it rests on is what is said. */
import type { Action } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { Explanation, PolicyQuestion } from '../core/job.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { explain } from './explain.ts';
import type { PolicyOf } from './guard-changes.ts';
import { readIntent } from './intent.ts';
import type { PolicyDocument } from './policy.ts';

/** Either `command`, as typed after `/sophia`, or the name of an action. */
export type Asked = {
  command?: string | undefined;
  action?: string | undefined;
  as: string;
  in?: string | undefined;
  environment?: string | undefined;
  repository?: string | undefined;
  tainted?: boolean | undefined;
  /** ISO 8601; without it, now. */
  at?: string | undefined;
};

export type Judge = (asked: Asked) => Promise<Explanation>;

export function createOfflineJudge(parts: {
  document: PolicyDocument | null;
  policyAt(now: () => Date): PolicyOf;
  actions: ReadonlyMap<string, Action>;
  /** What the services file says of the input of a command; the environment may be given beside it. */
  placeOf(input: JsonObject, environment: string | undefined): { environment?: string; repository?: string };
}): Judge {
  const { document, actions, placeOf } = parts;
  return async (asked) => {
    const at = asked.at === undefined ? new Date() : new Date(asked.at);
    if (Number.isNaN(at.getTime()))
      throw new SophiaError('bad_input', `“${asked.at}” is no time.`, { hint: 'Write it as 2026-11-21T03:00Z.' });
    const { action, input } = named(asked, actions);
    const place = placeOf(input, asked.environment);
    const environment = asked.environment ?? place.environment;
    const repository = asked.repository ?? place.repository;
    const question: PolicyQuestion = {
      action,
      plan: {
        target: action.name,
        ...(environment === undefined ? {} : { environment }),
        ...(repository === undefined ? {} : { repository }),
      },
      requester: { id: asked.as, name: asked.as, kind: 'member' },
      channel: asked.in ?? 'nowhere',
      taint: asked.tainted ? [{ source: 'untrusted text' }] : [],
    };
    return explain(
      parts.policyAt(() => at),
      document,
      question,
    );
  };
}

function named(asked: Asked, actions: ReadonlyMap<string, Action>): { action: Action; input: JsonObject } {
  if (asked.action !== undefined) {
    const action = actions.get(asked.action);
    if (action) return { action, input: {} };
    throw new SophiaError('not_found', `There is no action called “${asked.action}”.`, {
      hint: 'docs/actions.md lists them.',
    });
  }
  const words = (asked.command ?? '').replace(/^\/?sophia\s+/, '');
  const intent = readIntent({ text: words, kind: 'command' }, actions);
  const action = intent.kind === 'act' ? actions.get(intent.action) : undefined;
  if (intent.kind === 'act' && action) return { action, input: intent.input as Json as JsonObject };
  throw new SophiaError(
    'bad_input',
    intent.kind === 'unclear' ? intent.problem : `“${words}” is no command that I know.`,
    { hint: 'Write it as you would after /sophia: "deploy web to production".' },
  );
}
