/** Says what somebody must get, and goes on trying while their surface is away. */
import { toSophiaError } from '../core/error.ts';
import type { Services } from '../core/job.ts';
import type { OwedWords } from '../core/owed.ts';
import { redactJson } from '../kit/redact.ts';

/** Longer than one try can take, its look for an earlier one included. */
const betweenTriesMs = 180_000;
/** Whom nothing reached for so long has found it another way: `unknowns`, the audit trail, the run's thread. */
const keptMs = 24 * 3_600_000;

/** Never throws because they could not be said: they are kept first, and said again from time to time until they arrive. */
export async function owe(services: Services, words: OwedWords): Promise<void> {
  const kept = { ...words, reply: redactJson(words.reply, services.redact) };
  if (await services.owed.add(kept, services.now().toISOString())) await pay(services, kept);
}

/** Called from time to time; each is tried by one replica only. */
export async function payOwed(services: Services): Promise<void> {
  const now = services.now();
  for (const words of await services.owed.take(
    new Date(now.getTime() - betweenTriesMs).toISOString(),
    now.toISOString(),
  )) {
    if (now.getTime() - Date.parse(words.since) < keptMs) await pay(services, words);
    else await services.owed.forget(words.sendId);
  }
}

async function pay(services: Services, { sendId, runId, to, reply }: OwedWords): Promise<void> {
  const place = 'person' in to ? to.person : to.thread;
  const surface = services.surface(place.split(':')[0] ?? '');
  try {
    if ('person' in to) await surface.tell(to.person, reply, sendId);
    else await surface.post(to.thread, reply, sendId);
  } catch (error) {
    const { code, message } = toSophiaError(error);
    services.log.warn({ run: runId, sendId, error: message }, 'words could not be said');
    // Closed to her for good: trying anew is of no use.
    if (code !== 'forbidden' && code !== 'not_found') return;
  }
  await services.owed.forget(sendId);
}
