/** What surfaces call: starts the durable run of a message, counts a click, shows a plan. */
import type { Door } from '../core/door.ts';
import type { PartHealth } from '../core/home.ts';
import type { Services } from '../core/job.ts';
import type { RunInfo } from '../core/run.ts';
import { parseThreadId } from '../core/thread.ts';
import { commandForm, filledForm } from './command-form.ts';
import { decide } from './decide.ts';
import { editForm, submitEdit } from './edit.ts';
import { corrected, letGo, takenBack, takenUp } from './followups.ts';
import { homeOf } from './home.ts';
import { inPrivate } from './private.ts';
import { start } from './start.ts';
import { freeTargets } from './targets.ts';
import { withdraw } from './withdraw.ts';
import { withoutSecrets, writeDown } from './written.ts';

/** A press this soon after the end of what the one before asked is its echo. */
const samePressMs = 60_000;

export function createDoor(services: Services, health: () => Promise<PartHealth[]> = async () => []): Door {
  return {
    async receive(message, jobKey) {
      if (await takenUp(services, message, jobKey)) return;
      await start(services, await inPrivate(services, message), jobKey);
    },
    async press(message, button) {
      for (let turn = 0; ; turn++) {
        const jobKey = `${button}:${turn}`;
        const before = await services.runs.byJob(jobKey);
        const over = before?.endedAt ? Date.parse(before.endedAt) + samePressMs : Number.POSITIVE_INFINITY;
        if (Date.parse(message.at) > over) continue;
        // Also when it is known: a crash may have left it without an engine.
        await start(services, message, jobKey);
        return before ? 'under way' : 'begun';
      }
    },
    async shows(card, approvalId) {
      // A message nobody knows yet: its card was posted this very moment.
      const shown = await services.approvals.shownBy(card);
      return shown.length === 0 || shown.some((approval) => approval.id === approvalId);
    },
    commandForm: (message) => commandForm(services, message),
    async fillCommand(message, action, values, jobKey) {
      const filled = filledForm(services, message, action, values);
      if (filled.state !== 'filled') return filled;
      await start(services, await inPrivate(services, filled.message), jobKey);
      return { state: 'asked', words: '' };
    },
    corrected: (message, jobKey, change) => corrected(services, message, jobKey, change),
    takenBack: (message, jobKey) => takenBack(services, message, jobKey),
    talksWith: async (thread, person) => {
      const runs = await services.runs.ofThread(thread);
      return runs.length > 0 && runs.every((run) => run.requester === person);
    },
    decide: (choice) => decide(services, choice),
    edit: (approvalId, person) => editForm(services, approvalId, person),
    submitEdit: (edited) => submitEdit(services, edited),
    async judge({ run, person, good, note }) {
      const row = await services.runs.get(run);
      const surface = row?.thread ? services.surface(parseThreadId(row.thread).surface) : null;
      if (!surface || (await surface.person(person)).kind !== 'member') return 'I cannot take this from you.';
      const words = note === undefined ? {} : { note: services.redact(note) };
      await services.routing.learn({ run, kind: 'thumbs', good, person, ...words });
      return good ? 'Thank you: I will keep to what worked.' : 'Thank you: I will try to do better.';
    },
    home: (person) => homeOf(services, person.split(':')[0] ?? '', person, health),
    async approval(id, viewer) {
      const approval = await services.approvals.get(id);
      if (!approval) return null;
      const person = await services.surface(parseThreadId(approval.thread).surface).person(viewer);
      return person.kind === 'member' ? approval : null;
    },
  };
}

/** Decisions whose run has not taken notice are called out again: a wake-up sent before the wait is dropped by the engine. */
export async function wakeDecided(services: Services): Promise<void> {
  for (const approval of await services.approvals.unnoticed()) await services.durable.wake(`approval:${approval.id}`);
}

/** A run that broke for good is the house's fault: free what it held and say so where it was asked. */
export async function reportBroken(services: Services, run: RunInfo, reason: string): Promise<void> {
  await freeTargets(services, run.id);
  await letGo(services, run.id);
  await leaveOpen(services, run.id, reason);
  // The run will never take notice itself.
  for (const id of await withdraw(services, run.id, 'The run broke.', null)) await services.approvals.notice(id);
  const row = await writeDown(services, {
    kind: 'stopped',
    at: services.now().toISOString(),
    runId: run.id,
    person: null,
    action: null,
    approvalId: null,
    facts: { state: 'broke' },
    texts: { reason },
  });
  if (run.thread === null) return;
  await services.surface(parseThreadId(run.thread).surface).setStatus(run.thread, 'active');
  const words = `Something broke on my side while I worked on “${run.title}”. What was already begun is in the audit trail; nothing more will be done.`;
  await services
    .surface(parseThreadId(run.thread).surface)
    .post(
      run.thread,
      { kind: 'words', tone: 'error', markdown: words, footer: `Reference ${row.reference}` },
      `${run.id}/broken`,
    );
}

/** What it had begun is known to nobody now: it is listed by `unknowns`, and a person settles it. */
async function leaveOpen(services: Services, runId: string, reason: string): Promise<void> {
  const at = services.now().toISOString();
  const rows = await services.audit.byRun(runId);
  for (const entry of (await services.ledger.byRun(runId)).filter((one) => one.state === 'started')) {
    const evidence = services.redact(`The run broke while it was under way: ${reason}`);
    const call = entry.key.slice(runId.length + 1);
    const target = rows.find((row) => row.kind === 'started' && row.facts.call === call)?.facts.target;
    const row = withoutSecrets(services, {
      kind: 'settled',
      at,
      runId,
      person: null,
      action: entry.action,
      approvalId: entry.approvalId,
      facts: { state: 'unknown', call, plan: entry.planHash, ...(target === undefined ? {} : { target }) },
      texts: { result: evidence },
    });
    // Together: an open outcome without its row could be neither listed nor settled.
    await services.ledger.settleWritten(entry.key, entry.attempt, 'unknown', { evidence }, row);
  }
}
