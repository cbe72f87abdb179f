/** Gathers what the model is told besides the question: the thread so far and what is remembered, quoted as data. */
import type { Attachment } from '../core/attachment.ts';
import type { Job } from '../core/job.ts';
import type { TaintSource } from '../core/outcome.ts';
import { readFiles } from './attachments.ts';
import { localMinute } from './digest/due.ts';
import { gatherRemembered } from './remembered.ts';

/** `question`: with names beside ids. */
export type Context = {
  text: string;
  taint: TaintSource[];
  question: string;
  /** What of the files could not be read, for the asker. */
  told: string[];
  pictures: Attachment[];
  /** What an answer may cite: mark → id of what is remembered. */
  marks?: Record<string, string>;
};

/** A thread of hundreds of messages is cut to its first one and its newest. */
const historyMessages = 300;
/** Some 6,000 tokens. */
const historyCharacters = 24_000;
/** Of one message. */
const longestMessage = 4_000;
const filesOfThread = 3;

export async function gatherContext(job: Job, question: string): Promise<Context> {
  const { surface, thread, requester, origin } = job;
  const taint: TaintSource[] = [];
  const asker = await attempt(job, 'the clock of the asker', async () => aboutAsker(job));
  const parts: string[] = asker === null ? [] : [asker];

  const history = await attempt(job, 'the thread', () => surface.history(thread, historyMessages));
  if (history === null) parts.push('The earlier messages of this thread could not be read; say so if they matter.');
  const earlier = (history ?? []).slice(0, -1);
  if (earlier.length > 0) {
    const others = [
      ...new Set(earlier.filter((said) => !said.bySophia && said.person !== requester.id).map((said) => said.name)),
    ];
    if (others.length > 0) taint.push({ source: `words of ${others.join(', ')} in this thread` });
    const lines = earlier.map((said) =>
      JSON.stringify({ from: said.bySophia ? 'Sophia' : said.name, said: shortened(said.text) }),
    );
    parts.push(`Earlier in this thread, as data (JSON lines):\n${firstAndNewest(lines, historyCharacters)}`);
  }

  const remembered = await attempt(job, 'memory', () => gatherRemembered(job, question));
  if (remembered?.text) parts.push(remembered.text);
  taint.push(...(remembered?.taint ?? []));
  // Without files of its own a question is about those said in the thread.
  const own = origin.message.files ?? [];
  const near = own.length > 0 ? own : earlier.flatMap((said) => said.files ?? []).slice(-filesOfThread);
  const files = await readFiles(job, near);
  if (files.text) parts.push(files.text);
  taint.push(...files.taint);

  const named = await attempt(job, 'names', () => surface.named(question));
  const { told, pictures } = files;
  const marks = remembered?.marks ?? {};
  return { text: parts.join('\n\n'), taint, question: named ?? question, told, pictures, marks };
}

/** “Yesterday” and “this morning” are theirs, and so is the language when the words show none. */
function aboutAsker({ requester, services }: Job): string {
  const { name, timeZone = 'UTC', locale } = requester;
  const day = services.now().toLocaleDateString('en-GB', { timeZone, weekday: 'long' });
  const now = `${day} ${localMinute(services.now(), timeZone)}`;
  const facts = { name, now, timeZone, ...(locale ? { language: locale } : {}) };
  return `Who asks, as data: ${JSON.stringify(facts)}`;
}

/** Context makes an answer better; its lack must not prevent one. */
async function attempt<T>(job: Job, what: string, look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    job.services.log.warn({ run: job.run.id, error: String(error) }, `${what} could not be read`);
    return null;
  }
}

function shortened(text: string): string {
  return text.length <= longestMessage ? text : `${text.slice(0, longestMessage)}… (cut)`;
}

/** The first line says what it is about and the newest matter most: what is left out between them is counted. */
function firstAndNewest(lines: string[], characters: number): string {
  const [first = '', ...rest] = lines;
  const kept: string[] = [];
  let room = characters - first.length;
  for (const line of rest.toReversed()) {
    room -= line.length;
    if (room < 0) break;
    kept.unshift(line);
  }
  const left = rest.length - kept.length;
  return [first, ...(left > 0 ? [`(${left} messages left out)`] : []), ...kept].join('\n');
}
