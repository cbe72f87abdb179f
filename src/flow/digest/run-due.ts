/** Starts the digests whose moment has come: once for each, on however many replicas, and once after a downtime. */
import type { Services } from '../../core/job.ts';
import type { Schedule } from '../../core/schedule.ts';
import { latestDue, localMinute } from './due.ts';
import { type TemplateName, templates } from './templates.ts';

export async function runDue(services: Services): Promise<void> {
  for (const schedule of await services.schedules.list()) {
    const due = latestDue(schedule.pattern, schedule.zone, new Date(schedule.lastAt), services.now());
    if (!due) continue;
    const local = localMinute(due, schedule.zone);
    // A moment it rests through is over: what happened until then is told when it comes again.
    const comes = !schedule.paused && !schedule.holidays.includes(local.slice(0, 10));
    if (comes) await start(services, schedule, due, local);
    // After the start: a crash in between starts the same job again, which is then known.
    await services.schedules.advance(schedule.id, schedule.lastAt, due.toISOString(), comes);
  }
}

async function start(services: Services, schedule: Schedule, due: Date, local: string): Promise<void> {
  const title = templates[schedule.template as TemplateName]?.title ?? schedule.template;
  const text = `${title}, ${local}`;
  await services.durable.start({
    // The wall clock: an hour lived twice brings one digest.
    jobKey: `digest:${schedule.id}:${local}`,
    title: text,
    requester: schedule.by,
    channel: schedule.channel,
    audience: schedule.audience,
    thread: null,
    input: {
      surface: schedule.surface,
      channel: schedule.channel,
      thread: null,
      person: schedule.by,
      text,
      kind: 'schedule',
      act: {
        action: 'sophia_show_digest',
        input: {
          template: schedule.template,
          since: schedule.toldAt,
          until: due.toISOString(),
          zone: schedule.zone,
        },
      },
      audience: schedule.audience,
      at: due.toISOString(),
    },
  });
}
