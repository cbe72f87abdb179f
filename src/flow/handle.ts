/** The whole way of one message, from words to a reported outcome: read this first. */
import { type SophiaError, toSophiaError } from '../core/error.ts';
import type { Job, Services } from '../core/job.ts';
import type { Message } from '../core/message.ts';
import type { ModelClass } from '../core/model.ts';
import type { Person } from '../core/person.ts';
import type { Reply } from '../core/reply.ts';
import type { Run } from '../core/run.ts';
import type { Live } from '../core/surface.ts';
import { type MessageRef, parseThreadId } from '../core/thread.ts';
import { work } from './agent.ts';
import { intentOf, sayAside } from './aside.ts';
import { joinCards } from './cards.ts';
import { letGo } from './followups.ts';
import { perform, preview } from './gate.ts';
import { readIntent } from './intent.ts';
import { offerLease } from './offer-lease.ts';
import { withCitations, withheld } from './remembered.ts';
import { sayOutcome, sayWorked } from './reply.ts';
import { freeTargets } from './targets.ts';
import { readWish } from './wish.ts';

/** Grows whenever the order or the names of steps change: runs parked on an older one need that build (`durable/`). */
export const handleVersion = '1';

export type HandleOptions = { chooseClass(question: string): ModelClass };

export async function handle(message: Message, run: Run, services: Services, options: HandleOptions): Promise<void> {
  const job = await openJob(message, run, services);
  if (!job) return;
  const { actions } = services;
  const intent = intentOf(message, job.requester, actions);

  const aside = sayAside(services, intent);
  if (aside) await say(job, aside);
  if (intent.kind === 'act') {
    const { action, input, breakGlass } = intent;
    if (intent.planOnly) {
      const seen = await preview(job, action, input);
      await say(job, 'plan' in seen ? { kind: 'plan', ...seen } : sayOutcome(actions.get(action), message.text, seen));
    } else {
      const outcome = await perform(job, { ordinal: '1', action, input, ...(breakGlass ? { breakGlass } : {}) });
      const reply = sayOutcome(actions.get(action), message.text, outcome);
      await say(job, () => offerLease(job, actions.get(action), input, reply));
    }
  }
  if (intent.kind === 'ask') {
    const wish = readWish(intent.question);
    const worked = await work(job, wish, options.chooseClass(wish.question));
    for (const [index, deed] of worked.deeds.entries())
      await say(job, sayOutcome(actions.get(deed.action), deed.action, deed.outcome), `deed ${index + 1}`);
    if (worked.text || worked.deeds.length === 0) {
      // Checked as it is said: what may be read may have changed while the model thought.
      const cited = async () => {
        const text = await withCitations(job, worked.text, worked.marks);
        return sayWorked(text === null ? { ...worked, tone: 'error', text: withheld } : { ...worked, text }, run.id);
      };
      await say(job, cited);
    }
  }
  await closeJob(job);
}

/** Null when she may not speak where it was asked: the surface has said so to the asker alone. */
async function openJob(message: Message, run: Run, services: Services): Promise<Job | null> {
  const surface = services.surface(message.surface);
  const thread = message.thread ?? (await run.step('open thread', () => openThread(message, run, services)));
  if (thread === null) return null;
  const requester = await run.step('who asks', async (): Promise<Person> => {
    await services.runs.setThread(run.id, thread);
    await surface.setStatus(thread, 'processing');
    const person = await surface.person(message.person);
    // A schedule is not somebody's words, and a command says nothing worth remembering.
    const talk = message.kind !== 'schedule' && readIntent(message, services.actions).kind === 'ask';
    if (person.kind === 'member' && talk)
      await services.memory.remember({
        acl: message.audience,
        kind: 'message',
        text: services.redact(message.text),
        person: person.id,
        speaker: person.name,
        channel: message.channel,
        origin: await originOf(message, run, services),
        thread,
        at: message.at,
        tainted: true,
        source: message.taint?.map((one) => one.source).join(', ') || null,
      });
    return person;
  });
  return {
    origin: { kind: 'message', message },
    requester,
    thread,
    surface,
    live: surface.live?.(thread, requester.id, `${run.id}/answer`) ?? null,
    run,
    services,
    taint: [...(message.taint ?? [])],
    denied: new Set(),
  };
}

/** A message that started the run has its name: whoever listens to the channel keeps the same row under it. */
async function originOf(message: Message, run: Run, services: Services): Promise<string | null> {
  const job = (await services.runs.get(run.id))?.jobKey ?? '';
  return /^\d+\.\d+$/.test(job.slice(message.channel.length + 1)) && job.startsWith(`${message.channel}:`) ? job : null;
}

async function openThread(message: Message, run: Run, services: Services): Promise<string | null> {
  try {
    return await services.surface(message.surface).open(message, `${run.id}/open`);
  } catch (error) {
    const problem = toSophiaError(error);
    // Anything else may pass: the step is tried again.
    if (problem.code !== 'forbidden' && problem.code !== 'not_found') throw error;
    services.log.info({ run: run.id, problem: problem.message }, 'she may not speak there');
    // Whoever typed a command was told by the surface; a digest has nobody before the screen.
    if (message.kind === 'schedule') await tellOwner(message, run, services, problem);
    await services.runs.end(run.id, 'failed', problem.message, services.now().toISOString());
    return null;
  }
}

async function tellOwner(message: Message, run: Run, services: Services, problem: SophiaError): Promise<void> {
  const words = `The digest “${message.text}” could not be posted: ${problem.message} ${problem.hint ?? ''}`.trim();
  const rest = '`digest list` in that channel shows it, `digest pause <id>` lets it rest.';
  try {
    const reply = { kind: 'words' as const, tone: 'warning' as const, markdown: `${words}\n${rest}` };
    await services.surface(message.surface).tell(message.person, reply, `${run.id}/undelivered`);
  } catch (error) {
    services.log.warn({ run: run.id, error: String(error) }, 'the owner of a digest could not be told');
  }
}

async function say(job: Job, said: Reply | (() => Promise<Reply>), part = 'answer'): Promise<void> {
  await job.run.step(`say ${part}`, async () => {
    const reply = typeof said === 'function' ? await said() : said;
    // What comes by itself stands where it was announced: at the top of the channel, not in a thread.
    if (job.origin.message.kind === 'schedule') {
      const { root } = parseThreadId(job.thread);
      return job.surface.update({ thread: job.thread, id: root }, reply);
    }
    const grown = part === 'answer' && reply.kind === 'words' ? job.live : null;
    const posted = await reach(job, reply, `${job.run.id}/${part}`, grown);
    if (reply.kind === 'approvals') await joinCards(job.services, reply.approvals, posted);
  });
}

/** In the thread; where that is closed to her (she was removed, it was archived), to the asker directly. */
async function reach(job: Job, reply: Reply, sendId: string, grown: Live | null): Promise<MessageRef> {
  try {
    return await (grown?.end(reply) ?? job.surface.post(job.thread, reply, sendId));
  } catch (error) {
    const problem = toSophiaError(error);
    if (problem.code !== 'forbidden' && problem.code !== 'not_found') throw error;
    job.services.log.info({ run: job.run.id, problem: problem.message }, 'an answer goes to the asker directly');
    return job.surface.tell(job.requester.id, reply, `${sendId}/direct`);
  }
}

async function closeJob(job: Job): Promise<void> {
  const { run, services, surface, thread } = job;
  await run.step('close', async () => {
    await freeTargets(services, run.id);
    await letGo(services, run.id);
    await services.followups.forget(run.id);
    await services.runs.end(run.id, 'done', 'ended', services.now().toISOString());
    // A sleeper may have taken one in between.
    await freeTargets(services, run.id);
    // Another run may wait for people here; a question may be followed by another; a command stands alone.
    const waits = (await services.approvals.pending({ thread })).length > 0;
    const stands = job.origin.message.kind === 'words' ? 'active' : 'closed';
    await surface.setStatus(thread, waits ? 'suspended' : stands);
  });
}
