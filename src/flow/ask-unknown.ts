/** Puts an outcome that could not be told to people: where it was asked, and to the admins. */
import type { Services } from '../core/job.ts';
import type { OwedWords } from '../core/owed.ts';
import type { Button, Link } from '../core/reply.ts';
import { owe } from './owe.ts';

/** What whoever has looked may press. */
export function settleButtons(reference: string): Button[] {
  const input = (ending: 'done' | 'failed') => ({ reference, ending, reason: 'looked it up' });
  const action = 'sophia_settle_outcome';
  return [
    {
      label: 'It happened',
      action,
      input: input('done'),
      confirm: 'You have looked at the outside system, and it was done?',
    },
    { label: 'It did not happen', action, input: input('failed'), confirm: 'You have looked, and it was not done?' },
  ];
}

export type OpenOutcome = {
  key: string;
  runId: string;
  /** Where it was asked; null when she never spoke there. */
  thread: string | null;
  what: string;
  target: string;
  links: Link[] | undefined;
  reference: string;
  evidence: string;
  owner: string;
};

/** Nobody being reached does not change the outcome: `unknowns` lists it all the same. */
export async function askUnknown(services: Services, open: OpenOutcome): Promise<void> {
  const { key, runId, thread, what, target, links, reference, evidence, owner } = open;
  const reply: OwedWords['reply'] = {
    kind: 'words',
    tone: 'warning',
    markdown: `I cannot tell whether this was done: ${what}\nWhat I saw: ${evidence}\nPlease look at \`${target}\`, then say how it ended: \`settle ${reference} done <what you saw>\` or \`settle ${reference} failed <what you saw>\`.`,
    ...(links ? { links } : {}),
    footer: `Reference ${reference}. Run by ${owner}. An admin says how it ended, or somebody else than the requester who may approve it. I will not try it again by myself.`,
    buttons: settleButtons(reference),
  };
  if (thread !== null) await owe(services, { sendId: `${key}/unknown`, runId, to: { thread }, reply });
  for (const person of services.policy.admins())
    await owe(services, { sendId: `${key}/unknown/${person}`, runId, to: { person }, reply });
}
