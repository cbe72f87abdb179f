/** Digests shown on demand: to all in a thread, or to the asker alone before it is scheduled. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Json } from '../../core/json.ts';
import type { DigestSection, Reply } from '../../core/reply.ts';
import { isZone, localMinute } from '../digest/due.ts';
import { type TemplateName, templateNames, templates } from '../digest/templates.ts';

const template = z.enum(templateNames).describe('daily, weekly, oncall or cost');
const told = z.strictObject({
  title: z.string(),
  since: z.string(),
  until: z.string(),
  zone: z.string().default('UTC'),
  sections: z.array(
    z.looseObject({
      title: z.string(),
      items: z.array(z.looseObject({ text: z.string() })),
      note: z.string().optional(),
    }),
  ),
});
const deadlineMs = 120_000;

export function showDigestActions(services: () => Services): Action[] {
  async function gather(
    name: TemplateName,
    context: LookContext,
    times: { since?: string | undefined; until?: string | undefined; zone?: string | undefined },
  ): Promise<z.infer<typeof told>> {
    const chosen = templates[name];
    const until = times.until ? new Date(times.until) : context.now();
    const since = times.since ? new Date(times.since) : new Date(until.getTime() - chosen.hours * 3_600_000);
    const zone = times.zone ?? context.requester.timeZone ?? 'UTC';
    const viewer = { person: context.requester.id, audience: context.place.audience };
    const outlook = { context, services: services(), viewer, since, until, zone };
    const sections: DigestSection[] = [];
    for (const section of chosen.sections) {
      const found = await section(outlook);
      if (found) sections.push(found);
    }
    return { title: chosen.title, since: since.toISOString(), until: until.toISOString(), zone, sections } as never;
  }

  const showDigest = defineAction({
    name: 'sophia_show_digest',
    description: 'tells what changed and what waits: pull requests, checks, deploys, approvals, spend',
    effect: 'read',
    taints: true,
    usage: 'digest [now] [<template>]',
    example: '/sophia digest daily',
    deadlineMs,
    input: z.strictObject({
      template: template.default('daily'),
      since: z.iso.datetime().optional(),
      until: z.iso.datetime().optional(),
      zone: z.string().refine(isZone).optional().describe('whose times it tells, as Europe/Berlin'),
    }),
    output: told,
    run: ({ input }, context) => gather(input.template, context, input),
    show,
  });

  const previewDigest = defineAction({
    name: 'sophia_preview_digest',
    description: 'shows you alone what a digest would say now: a template, or one that comes by itself',
    effect: 'read',
    taints: true,
    private: true,
    usage: 'digest preview <digest>',
    example: '/sophia digest preview daily',
    deadlineMs,
    input: z.strictObject({ digest: z.string().min(1).max(20).describe('a template, or an id such as S3') }),
    output: told,
    async run({ input: { digest } }, context) {
      const schedule = /^S\d+$/i.test(digest) ? await services().schedules.get(digest.toUpperCase()) : null;
      const visible = schedule && (schedule.by === context.requester.id || schedule.audience.endsWith(':public'));
      const name = template.safeParse(visible ? schedule.template : digest);
      if (!name.success)
        throw new SophiaError('not_found', `I know no digest “${digest}”.`, {
          hint: `There are ${templateNames.join(', ')}; \`digest list\` shows those that come by themselves.`,
        });
      return gather(name.data, context, visible ? { since: schedule.toldAt, zone: schedule.zone } : {});
    },
    show,
  });

  return [showDigest, previewDigest];
}

function show(output: Json): Reply {
  const { title, since, until, zone, sections } = output as unknown as {
    title: string;
    since: string;
    until: string;
    zone: string;
    sections: DigestSection[];
  };
  const moment = (at: string) => localMinute(new Date(at), zone);
  return { kind: 'digest', title, sections, footer: `From ${moment(since)} to ${moment(until)} (${zone}).` };
}
