/** Puts an outcome that could not be told to people: where it was asked, and to the admins. */
import type { Job } from '../core/job.ts';
import type { Plan } from '../core/plan.ts';
import type { Button, Reply } from '../core/reply.ts';

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

/** Nobody being reached does not change the outcome: `unknowns` lists it all the same. */
export async function askUnknown(
  job: Job,
  key: string,
  plan: Plan,
  reference: string,
  evidence: string,
): Promise<void> {
  const { services, surface, thread } = job;
  const reply: Reply = {
    kind: 'words',
    tone: 'warning',
    markdown: `I cannot tell whether this was done: ${plan.summary}\nWhat I saw: ${evidence}\nPlease look at \`${plan.target}\`, then say how it ended: \`settle ${reference} done <what you saw>\` or \`settle ${reference} failed <what you saw>\`.`,
    ...(plan.links ? { links: plan.links } : {}),
    footer: `Reference ${reference}. Run by ${services.owner}. An admin says how it ended, or somebody else than the requester who may approve it. I will not try it again by myself.`,
    buttons: settleButtons(reference),
  };
  const tell = [
    () => surface.post(thread, reply, `${key}/unknown`),
    ...services.policy.admins().map((admin) => () => surface.tell(admin, reply, `${key}/unknown/${admin}`)),
  ];
  for (const one of tell)
    await one().catch((error) =>
      services.log.warn({ key, error: String(error) }, 'an unknown outcome could not be told'),
    );
}
