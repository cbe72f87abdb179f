/** Reviewing broken glass. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import { mentionOf } from './people.ts';

const reviewId = z.string().regex(/^B\d{1,9}$/i, 'an id such as B3');

export function reviewActions(services: () => Services): Action[] {
  const review = defineAction({
    name: 'sophia_review_break_glass',
    description: 'reviews a break-glass: says what you, who did not break it, make of it',
    effect: 'write',
    worksFrozen: true,
    usage: 'review <review> <finding...>',
    example: '/sophia review B3 justified, the site was down',
    input: z.strictObject({ review: reviewId, finding: z.string().trim().min(5).max(1000) }),
    output: z.strictObject({ review: z.string() }),
    async plan({ review: id, finding }, context) {
      const found = await services().reviews.get(id);
      if (!found)
        throw new SophiaError('not_found', `There is no review ${id}.`, { hint: '`reviews` lists those open.' });
      if (found.reviewedBy)
        throw new SophiaError(
          'conflict',
          `${found.id} was reviewed by ${mentionOf(services(), found.reviewedBy)}: ${found.finding}`,
        );
      if (found.person === context.requester.id)
        throw new SophiaError('forbidden', 'You broke this glass, so somebody else has to review it.');
      const may = await services().policy.breakGlass(context.requester.id);
      if (!may.mayReview)
        throw new SophiaError('forbidden', 'Only admins and the reviewers the policy names review this.');
      return {
        target: `review:${found.id}`,
        summary: `Review ${found.id}: ${finding}`,
        details: [
          { label: 'Broken by', value: mentionOf(services(), found.person) },
          { label: 'For', value: found.summary },
          { label: 'Reason', value: found.reason },
        ],
        preconditions: [{ name: 'reviewed', expected: found.reviewedBy }],
        resolved: { id: found.id },
      };
    },
    async run(plan, context) {
      const { reviews, redact } = services();
      const id = String(plan.resolved?.id);
      if (!(await reviews.close(id, context.requester.id, redact(plan.input.finding), context.now().toISOString())))
        throw new SophiaError('conflict', `${id} was reviewed meanwhile.`);
      return { review: id };
    },
    reconcile: async (plan, context) => {
      const found = await services().reviews.get(String(plan.resolved?.id));
      return found?.reviewedBy === context.requester.id
        ? { state: 'done', output: { review: found.id } }
        : { state: 'not done' };
    },
  });

  const listReviews = defineAction({
    name: 'sophia_list_reviews',
    description: 'lists every break-glass that nobody has reviewed yet',
    effect: 'read',
    usage: 'reviews',
    example: '/sophia reviews',
    input: z.strictObject({}),
    output: z.strictObject({ reviews: z.array(z.record(z.string(), z.string())) }),
    async run() {
      const open = await services().reviews.unreviewed();
      return {
        reviews: open.map((one) => ({
          id: one.id,
          at: one.at.slice(0, 16).replace('T', ' '),
          by: mentionOf(services(), one.person),
          what: one.summary,
          reason: one.reason,
          due: one.dueAt.slice(0, 10),
        })),
      };
    },
  });

  return [review, listReviews];
}
