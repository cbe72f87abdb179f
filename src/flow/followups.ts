/** Words said while a question is being worked out: the asker's go to the run at work, everybody else's wait for its end. */
import type { Followup } from '../core/followups.ts';
import type { Job, Services } from '../core/job.ts';
import type { Message } from '../core/message.ts';
import { readFiles } from './attachments.ts';
import { readIntent } from './intent.ts';
import { start } from './start.ts';

/** True when a run at work in that thread has the words now, which the speaker is told. Commands never wait. */
export async function takenUp(services: Services, message: Message, jobKey: string): Promise<boolean> {
  const { thread } = message;
  if (thread === null || message.kind !== 'words' || readIntent(message, services.actions).kind !== 'ask') return false;
  const runId = await services.followups.offer(thread, { jobKey, message });
  const run = runId === null ? null : await services.runs.get(runId);
  if (!run) return false;
  const own = run.requester === message.person;
  await whisper(
    services,
    message,
    own
      ? 'I am still at your question, and take this up with it. `stop` ends it.'
      : 'I am still at another question in this thread; yours comes next.',
  );
  return true;
}

/** What the asker said since the last turn. */
export async function heardSince(job: Job, turn: number): Promise<Followup[]> {
  const taken = await job.services.followups.take(job.run.id, job.requester.id, turn);
  return Promise.all(
    taken.map(async (one) => {
      const { files, ...message } = one.message;
      if (!files) return one;
      const { text, taint, told, pictures } = await readFiles(job, files);
      const later = pictures.map(
        ({ name }) => `The picture ${JSON.stringify(name)} came too late to be looked at; say so.`,
      );
      const words = [message.text, text, ...told, ...later].filter(Boolean).join('\n\n');
      return { ...one, message: { ...message, text: words, taint: [...(message.taint ?? []), ...taint] } };
    }),
  );
}

/** From here on words in the thread begin runs of their own, those that waited first. Safe to repeat. */
export async function letGo(services: Services, runId: string): Promise<void> {
  for (const { message, jobKey } of await services.followups.close(runId)) await start(services, message, jobKey);
}

/** A message was changed after it was sent: a run at work hears of it, otherwise its writer is told where things stand. */
export async function corrected(services: Services, message: Message, jobKey: string, change: string): Promise<void> {
  const run = await services.runs.byJob(jobKey);
  if (!run || run.requester !== message.person || message.thread === null) return;
  const followup = {
    jobKey: `${jobKey}:${change}`,
    message: { ...message, text: `I changed my words to: ${message.text}` },
  };
  const heard = run.state === 'running' ? await services.followups.offer(message.thread, followup) : null;
  const words =
    heard !== null
      ? 'I saw that you changed your words, and go by the new ones.'
      : run.state === 'running'
        ? 'You changed your words after I had begun; I go by the old ones. `stop` ends it.'
        : 'You changed your words after I had answered. Write again if it matters.';
  await whisper(services, message, words);
}

/** A message was deleted: what it asked for is stopped, as by its writer. */
export async function takenBack(services: Services, message: Message, jobKey: string): Promise<void> {
  const run = await services.runs.byJob(jobKey);
  if (run?.state !== 'running' || run.requester !== message.person) return;
  const act = { action: 'sophia_stop_run', input: { run: run.id } };
  await start(
    services,
    { ...message, kind: 'command', text: 'stop (the message was deleted)', act },
    `${jobKey}:deleted`,
  );
}

async function whisper(services: Services, { surface, thread, person }: Message, markdown: string): Promise<void> {
  try {
    if (thread) await services.surface(surface).whisper(thread, person, { kind: 'words', markdown });
  } catch (error) {
    services.log.warn({ error: String(error) }, 'a word on a follow-up did not arrive');
  }
}
