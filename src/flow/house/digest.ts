/** Digests: shown now, or coming by themselves. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { DigestSection } from '../../core/reply.ts';
import type { Schedule } from '../../core/schedule.ts';
import { isZone, nextDue } from '../digest/due.ts';
import { readWhen } from '../digest/phrase.ts';
import { templateNames, templates } from '../digest/templates.ts';
import { surfaceOf } from './people.ts';

const template = z.enum(templateNames).describe('daily, weekly, oncall or cost');
const scheduleId = z
  .string()
  .regex(/^S\d{1,9}$/i, 'an id such as S3')
  .transform((id) => id.toUpperCase());
const examples =
  'For example: `digest schedule daily every weekday at 9` or `… mon and thu at 17:30 in Europe/Berlin`.';

export function digestActions(services: () => Services): Action[] {
  const showDigest = defineAction({
    name: 'sophia_show_digest',
    description: 'tells what changed and what waits: pull requests, checks, deploys, approvals, spend',
    effect: 'read',
    taints: true,
    usage: 'digest [now] [<template>]',
    example: '/sophia digest daily',
    deadlineMs: 120_000,
    input: z.strictObject({
      template: template.default('daily'),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
    }),
    output: z.strictObject({
      title: z.string(),
      since: z.string(),
      until: z.string(),
      sections: z.array(
        z.object({
          title: z.string(),
          items: z.array(z.looseObject({ text: z.string() })),
          note: z.string().optional(),
        }),
      ),
    }),
    async run({ input }, context) {
      const chosen = templates[input.template];
      const until = input.until ? new Date(input.until) : context.now();
      const since = input.since ? new Date(input.since) : new Date(until.getTime() - chosen.hours * 3_600_000);
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const outlook = { context, services: services(), viewer, since, until };
      const sections: DigestSection[] = [];
      for (const section of chosen.sections) {
        const told = await section(outlook);
        if (told) sections.push(told);
      }
      return { title: chosen.title, since: since.toISOString(), until: until.toISOString(), sections } as never;
    },
    show: (output) => {
      const { title, since, until, sections } = output as {
        title: string;
        since: string;
        until: string;
        sections: DigestSection[];
      };
      const moment = (at: string) => at.slice(0, 16).replace('T', ' ');
      return { kind: 'digest', title, sections, footer: `From ${moment(since)} to ${moment(until)} UTC.` };
    },
  });

  const scheduleDigest = defineAction({
    name: 'sophia_schedule_digest',
    description: 'lets a digest come by itself, in the channel where this is typed',
    effect: 'write',
    usage: 'digest schedule <template> <when...>',
    example: '/sophia digest schedule daily every weekday at 9',
    input: z.strictObject({
      template,
      when: z
        .string()
        .min(3)
        .max(200)
        .describe('`every weekday at 9`, with `in Europe/Berlin` and `except 2026-12-25` behind it if wanted'),
    }),
    output: z.strictObject({ schedule: z.string(), said: z.string() }),
    async plan({ template: name, when }, context) {
      const read = readSchedule(when, context.requester.timeZone ?? 'UTC');
      if (context.place.audience.includes(':D'))
        throw new SophiaError('bad_input', 'A digest comes to a channel, not to a direct message.', {
          hint: 'Type this in the channel that should get it.',
        });
      const next = nextDue(read.pattern, read.zone, 3).map(
        (at) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      );
      return {
        target: `digest:${context.run}`,
        summary: `Post the ${templates[name].title} digest here ${read.said} (${read.zone})`,
        details: [
          { label: 'What', value: templates[name].about },
          { label: 'Next', value: next.join(', ') },
          ...(read.holidays.length > 0 ? [{ label: 'Not on', value: read.holidays.join(', ') }] : []),
        ],
        undo: '/sophia digest remove <id>',
        preconditions: [],
        resolved: read,
      };
    },
    async run(plan, context) {
      const read = plan.resolved as ReturnType<typeof readSchedule>;
      const run = await services().runs.get(context.run);
      if (!run) throw new SophiaError('internal', 'The run is not there.');
      const made = await services().schedules.add(
        {
          ...read,
          template: plan.input.template,
          surface: context.requester.id.split(':')[0] ?? '',
          channel: run.channel,
          audience: run.audience,
          by: context.requester.id,
          createdAt: context.now().toISOString(),
        },
        context.deed,
      );
      return { schedule: made.id, said: made.said };
    },
    // The same deed adds it once, so adding it again tells whether it was there.
    reconcile: async () => ({ state: 'not done' }),
  });

  const listDigests = defineAction({
    name: 'sophia_list_digests',
    description: 'lists the digests that come to this channel by themselves',
    effect: 'read',
    usage: 'digest list',
    example: '/sophia digest list',
    input: z.strictObject({}),
    output: z.strictObject({ digests: z.array(z.record(z.string(), z.string())) }),
    async run(_plan, context) {
      const run = await services().runs.get(context.run);
      const here = await services().schedules.list(run ? { channel: run.channel } : {});
      return { digests: here.map(rowOf) };
    },
  });

  const change = (
    word: 'pause' | 'resume' | 'remove',
    about: string,
    deed: (id: string) => Promise<boolean>,
    isSo: (schedule: Schedule | null) => boolean,
  ) =>
    defineAction({
      name: `sophia_${word}_digest`,
      description: about,
      effect: 'write',
      usage: `digest ${word} <schedule>`,
      example: `/sophia digest ${word} S1`,
      input: z.strictObject({ schedule: scheduleId }),
      output: z.strictObject({ schedule: z.string() }),
      async plan({ schedule }, context) {
        const found = await services().schedules.get(schedule);
        const run = await services().runs.get(context.run);
        if (!found || found.channel !== run?.channel)
          throw new SophiaError('not_found', `No digest ${schedule} comes to this channel.`, {
            hint: '`digest list` shows those that do.',
          });
        return {
          target: `digest:${schedule}`,
          summary: `${word} the digest ${schedule}: ${templates[found.template as keyof typeof templates]?.title ?? found.template} ${found.said}`,
          details: [{ label: 'Set up by', value: (await surfaceOf(services(), found.by).person(found.by)).name }],
          preconditions: [{ name: 'schedule', expected: { paused: found.paused, pattern: found.pattern } }],
        };
      },
      async run(plan) {
        await deed(plan.input.schedule);
        return { schedule: plan.input.schedule };
      },
      reconcile: async ({ input }) =>
        isSo(await services().schedules.get(input.schedule))
          ? { state: 'done', output: { schedule: input.schedule } }
          : { state: 'not done' },
    });

  return [
    showDigest,
    scheduleDigest,
    listDigests,
    change(
      'pause',
      'lets a digest rest',
      (id) => services().schedules.pause(id, true),
      (one) => one?.paused === true,
    ),
    change(
      'resume',
      'lets a resting digest come again',
      (id) => services().schedules.pause(id, false),
      (one) => one?.paused === false,
    ),
    change(
      'remove',
      'ends a digest for good',
      (id) => services().schedules.remove(id),
      (one) => one === null,
    ),
  ];
}

/** `<when> [in <zone>] [except <days>]`. */
export function readSchedule(words: string, ownZone: string) {
  const [timed = '', except] = words.split(/\s+except\s+/i);
  const placed = /^(.*?)\s+in\s+([A-Za-z_]+(?:\/[A-Za-z_+-]+)*|UTC)$/.exec(timed.trim());
  const zone = placed?.[2] ?? ownZone;
  if (!isZone(zone))
    throw new SophiaError('bad_input', `I know no time zone “${zone}”.`, {
      hint: 'For example Europe/Berlin or America/New_York.',
    });
  const when = readWhen(placed?.[1] ?? timed);
  if (!when) throw new SophiaError('bad_input', `I cannot read “${timed.trim()}” as a time.`, { hint: examples });
  const holidays = except ? except.split(/[\s,]+/).filter(Boolean) : [];
  const wrong = holidays.find((day) => !/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)));
  if (wrong) throw new SophiaError('bad_input', `“${wrong}” is no day.`, { hint: 'Write days as 2026-12-25.' });
  return { ...when, zone, holidays };
}

function rowOf(schedule: Schedule): Record<string, string> {
  const next = schedule.paused
    ? 'paused'
    : (nextDue(schedule.pattern, schedule.zone, 1)[0]?.toISOString().slice(0, 16).replace('T', ' ') ?? 'never');
  return {
    id: schedule.id,
    what: schedule.template,
    when: `${schedule.said} (${schedule.zone})`,
    next,
    by: schedule.by.split(':').at(-1) ?? '',
  };
}
