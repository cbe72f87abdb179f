/** What begins nothing is answered to the asker alone, where they typed it: help, slips of the keyboard, what a stranger asks. */
import type { Intent } from '../core/intent.ts';
import type { Services } from '../core/job.ts';
import type { Message } from '../core/message.ts';
import type { Person } from '../core/person.ts';
import type { Reply } from '../core/reply.ts';
import { readIntent } from './intent.ts';
import { mayAsk } from './may-ask.ts';
import { sayHelp } from './reply.ts';

const strangers: Extract<Intent, { kind: 'unclear' }> = {
  kind: 'unclear',
  problem:
    'I work for full members of this workspace only, so I cannot do this for you. Please ask one of them. What I remember of you is yours all the same: `memory` shows it, `forget me` erases it.',
  suggestions: [],
};

/** What this person asks for; of others than members, only what is theirs whoever they are. */
export function intentOf(message: Message, person: Pick<Person, 'kind'>, actions: Services['actions']): Intent {
  const wanted = readIntent(message, actions);
  const action = wanted.kind === 'act' && !wanted.planOnly ? actions.get(wanted.action) : undefined;
  return mayAsk(person, action) ? wanted : strangers;
}

/** True when it was: there is no thread, and nothing to remember or to take up again. */
export async function answeredAside(services: Services, message: Message): Promise<boolean> {
  if (message.kind !== 'command' || message.thread !== null || message.act) return false;
  const surface = services.surface(message.surface);
  const intent = readIntent(message, services.actions);
  const begins = intent.kind === 'act' || intent.kind === 'ask';
  // What begins a run asks again who it is for, and waits until that is known.
  const person = await surface.person(message.person).catch((error: unknown) => {
    if (begins) return null;
    throw error;
  });
  const reply = sayAside(services, person === null ? intent : intentOf(message, person, services.actions));
  if (!reply) return false;
  await surface.aside(message, reply);
  return true;
}

/** Null for what is to be done or thought about. */
export function sayAside({ actions, missing }: Services, intent: Intent): Reply | null {
  if (intent.kind === 'help') return sayHelp(actions, intent.topic, missing);
  return intent.kind === 'unclear' ? unclear(intent, missing) : null;
}

function unclear(intent: Extract<Intent, { kind: 'unclear' }>, off: ReadonlyMap<string, string>): Reply {
  const { problem, suggestions, unknown } = intent;
  const lines = [problem];
  if (suggestions.length > 0) lines.push(`Try: ${suggestions.map((line) => `\`${line}\``).join(' or ')}`);
  else if (unknown) lines.push('`/sophia help` lists those I know.');
  // It may be a command of a connector that is not set up.
  if (unknown) lines.push(...off.values());
  return { kind: 'words', tone: 'warning', markdown: lines.join('\n') };
}
