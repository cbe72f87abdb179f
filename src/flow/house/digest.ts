/** Digests that come by themselves: set up, listed, paused, removed. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Schedule } from '../../core/schedule.ts';
import { isZone, localMinute, nextDue } from '../digest/due.ts';
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
  const scheduleDigest = defineAction({
    name: 'sophia_schedule_digest',
    description: 'lets a digest come by itself, in the channel where this is typed or in one that is named',
    effect: 'write',
    usage: 'digest schedule [<template>] <when...>',
    example: '/sophia digest schedule daily every weekday at 9',
    input: z.strictObject({
      template: template.default('daily'),
      when: z
        .string()
        .min(3)
        .max(200)
        .describe(
          '`every weekday at 9`, with `in Europe/Berlin`, `in #channel` and `except 2026-12-25` behind it if wanted',
        ),
    }),
    output: z.strictObject({ schedule: z.string(), said: z.string() }),
    told: (output) => {
      const { schedule, said } = output as { schedule: string; said: string };
      return `It comes ${said} as ${schedule}: \`digest preview ${schedule}\` shows it to you, \`digest remove ${schedule}\` ends it.`;
    },
    async plan({ template: name, when }, context) {
      const { elsewhere, ...read } = readSchedule(when, context.requester.timeZone ?? 'UTC');
      const surface = surfaceOf(services(), context.requester.id);
      const run = await services().runs.get(context.run);
      const there = elsewhere ? await surface.channel(elsewhere, context.requester.id) : null;
      const place = there ?? { channel: run?.channel ?? '', audience: context.place.audience };
      if (place.channel === (await surface.own(context.requester.id)))
        throw new SophiaError('bad_input', 'A digest comes to a channel, not to a direct message.', {
          hint: 'Name the channel (`… in #eng`), or type this in the channel that should get it.',
        });
      const next = nextDue(read.pattern, read.zone, 3).map((at) => localMinute(at, read.zone));
      return {
        target: `digest:${context.run}`,
        summary: `Post the ${templates[name].title} digest ${there ? `in #${there.name}` : 'here'} ${read.said} (${read.zone})`,
        details: [
          { label: 'What', value: templates[name].about },
          { label: 'Next', value: next.join(', ') },
          ...(read.holidays.length > 0 ? [{ label: 'Not on', value: read.holidays.join(', ') }] : []),
        ],
        undo: '/sophia digest remove <id>',
        preconditions: [],
        resolved: { ...read, channel: place.channel, audience: place.audience },
      };
    },
    async run(plan, context) {
      const read = resolvedSchedule.parse(plan.resolved);
      const made = await services().schedules.add(
        {
          ...read,
          template: plan.input.template,
          surface: context.requester.id.split(':')[0] ?? '',
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

const resolvedSchedule = z.object({
  pattern: z.string(),
  said: z.string(),
  zone: z.string(),
  holidays: z.array(z.string()),
  channel: z.string(),
  audience: z.string(),
});

/** `<when> [in <zone>] [in #<channel>] [except <days>]`; quotes around it are dropped. */
export function readSchedule(words: string, ownZone: string) {
  const [whole = '', except] = words.replace(/["“”]/g, '').split(/\s+except\s+/i);
  const elsewhere = /\s+in\s+(#\S+)/i.exec(whole);
  const timed = whole.replace(elsewhere?.[0] ?? '', '');
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
  return { ...when, zone, holidays, ...(elsewhere?.[1] ? { elsewhere: elsewhere[1] } : {}) };
}

function rowOf(schedule: Schedule): Record<string, string> {
  const [moment] = nextDue(schedule.pattern, schedule.zone, 1);
  const next = schedule.paused ? 'paused' : moment ? localMinute(moment, schedule.zone) : 'never';
  return {
    id: schedule.id,
    what: schedule.template,
    when: `${schedule.said} (${schedule.zone})`,
    next,
    by: schedule.by.split(':').at(-1) ?? '',
  };
}
