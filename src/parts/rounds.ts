/** What is looked after by the clock while she runs: decisions, cards, owed words, the policy file, digests, the trail, reviews, old rows. */
import type { Services } from '../core/job.ts';
import { readAuditKey } from '../core/signed-head.ts';
import { dailyHead } from '../flow/audit-head.ts';
import { remindReviews } from '../flow/break-glass.ts';
import { redrawCards } from '../flow/cards.ts';
import { everyMinute } from '../flow/digest/due.ts';
import { runDue } from '../flow/digest/run-due.ts';
import { wakeDecided } from '../flow/door.ts';
import { payOwed } from '../flow/owe.ts';
import { watchPolicyFile } from '../flow/policy-file.ts';
import { lookAtVerdicts } from '../flow/verdicts.ts';
import type { Settings } from '../settings.ts';
import type { Store } from '../store/index.ts';

/** Decisions that a run has not noticed are called out this often; the first call is made by the click itself. */
const wakeEveryMs = 1_000;
/** Cards that Slack could not be told about are drawn again this often, and at the start. */
const redrawEveryMs = 15_000;
/** Words that could not be said are looked for this often, and at the start. */
const oweEveryMs = 30_000;
/** The policy file is looked at this often, and at once on SIGHUP. */
const lookEveryMs = 30_000;
/** Reviews that are due are asked for within this time. */
const reviewEveryMs = 600_000;
/** Whether the checks of what models asked for are through. */
const verdictsEveryMs = 60_000;
const tidyEveryMs = 3_600_000;
/** The head of the audit trail is posted once a day; this is how soon a day is noticed. */
const signEveryMs = 3_600_000;
/** What models answered and what was said of it is learned from for this long. */
const keepModelEventsMs = 90 * 24 * 3_600_000;
/** Handled deliveries are kept (their ids only) as long as a sender might repeat one, and longer. */
const keepInboxMs = 7 * 24 * 3_600_000;
/** What the engine keeps of a run that has ended, all that was said and read in it, is of no use. */
const keepHistoriesMs = 24 * 3_600_000;

/** Begins them all; the returned function ends them. */
export function startRounds(house: Services, store: Store, settings: Settings, team: string): () => void {
  const guarded = (failed: string, deed: () => Promise<unknown>) => () => {
    deed().catch((error) => house.log.warn({ error: String(error) }, failed));
  };
  const timers: NodeJS.Timeout[] = [];
  const every = (milliseconds: number, deed: () => void) => timers.push(setInterval(deed, milliseconds));
  const atOnceAndEvery = (milliseconds: number, deed: () => void) => {
    deed();
    every(milliseconds, deed);
  };

  every(
    wakeEveryMs,
    guarded('decisions could not be looked up', () => wakeDecided(house)),
  );
  let drawing = false;
  const redraw = guarded('outdated cards could not be looked up', async () => {
    if (drawing) return;
    drawing = true;
    await redrawCards(house).finally(() => {
      drawing = false;
    });
  });
  atOnceAndEvery(redrawEveryMs, redraw);
  atOnceAndEvery(
    oweEveryMs,
    guarded('owed words could not be looked up', () => payOwed(house)),
  );
  const look = guarded('the policy file could not be compared', watchPolicyFile(house));
  atOnceAndEvery(lookEveryMs, look);
  // In a terminal it means that the terminal was closed, which goes on to end her.
  if (!process.stdin.isTTY) process.on('SIGHUP', look);
  const digests = guarded('the digests could not be looked at', () => runDue(house));
  digests();
  const stopDigests = everyMinute(digests);
  const { SOPHIA_AUDIT_KEY, SOPHIA_AUDIT_CHANNEL: channel } = settings;
  const key = SOPHIA_AUDIT_KEY ? readAuditKey(SOPHIA_AUDIT_KEY) : null;
  const postHead = key && channel ? dailyHead(house, key, `slack:${team}:${channel}`) : null;
  if (postHead) atOnceAndEvery(signEveryMs, guarded('the head of the audit trail could not be posted', postHead));
  every(
    reviewEveryMs,
    guarded('reviews could not be looked at', () => remindReviews(house)),
  );
  atOnceAndEvery(
    verdictsEveryMs,
    guarded('it could not be seen how deeds turned out', () => lookAtVerdicts(house)),
  );
  every(
    tidyEveryMs,
    guarded('old rows could not be tidied away', async () => {
      await store.inbox.purge(new Date(Date.now() - keepInboxMs).toISOString());
      await store.modelEvents.purge(new Date(Date.now() - keepModelEventsMs).toISOString());
    }),
  );
  atOnceAndEvery(
    tidyEveryMs,
    guarded('the histories of ended runs could not be removed', () =>
      house.durable.erase(new Date(Date.now() - keepHistoriesMs).toISOString()),
    ),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
    stopDigests();
  };
}
