/** What surfaces call: starts the durable run of a message, counts a click, shows a plan. */
import type { Door } from '../core/door.ts';
import type { PartHealth } from '../core/home.ts';
import type { Services } from '../core/job.ts';
import { parseThreadId } from '../core/thread.ts';
import { answeredAside } from './aside.ts';
import { commandForm, filledForm } from './command-form.ts';
import { decide } from './decide.ts';
import { editForm, submitEdit } from './edit.ts';
import { corrected, takenBack, takenUp } from './followups.ts';
import { homeOf } from './home.ts';
import { inPrivate } from './private.ts';
import { start } from './start.ts';

/** A press this soon after the end of what the one before asked is its echo. */
const samePressMs = 60_000;

export function createDoor(services: Services, health: () => Promise<PartHealth[]> = async () => []): Door {
  return {
    async receive(message, jobKey) {
      if (await takenUp(services, message, jobKey)) return;
      if (await answeredAside(services, message)) return;
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
