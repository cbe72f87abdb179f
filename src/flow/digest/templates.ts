/** The digests there are: which sections each has, and how far back it looks. */
import { carriedOut, spend, troubles, waitingApprovals } from './house.ts';
import { failingChecks, merged, waiting } from './repositories.ts';
import type { Section } from './sections.ts';

type Template = { title: string; about: string; hours: number; sections: Section[] };

export const templateNames = ['daily', 'weekly', 'oncall', 'cost'] as const;
export type TemplateName = (typeof templateNames)[number];

export const templates: Record<TemplateName, Template> = {
  daily: {
    title: 'Team daily',
    about: 'what waits, what was merged and deployed, what fails',
    hours: 24,
    sections: [waitingApprovals, failingChecks, waiting, merged, carriedOut, spend],
  },
  weekly: {
    title: 'Team weekly',
    about: 'the same over a week',
    hours: 7 * 24,
    sections: [merged, carriedOut, waiting, failingChecks, waitingApprovals, spend],
  },
  oncall: {
    title: 'On-call hand-over',
    about: 'what runs, failed or waits, for whoever takes over',
    hours: 12,
    sections: [troubles, waitingApprovals, carriedOut, failingChecks],
  },
  cost: { title: 'Cost', about: 'what was spent', hours: 24, sections: [spend] },
};
