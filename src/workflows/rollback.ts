/** `rollback web to production`: back to what ran before what runs now, by images or by the workflow that deploys it. */
import { z } from 'zod';
import { defineWorkflow, type LookContext } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { PlanDraft } from '../core/plan.ts';
import { shortImage } from '../kit/image.ts';
import { commitOf, course, courseDraft, courseOf, pastRuns, refuseUnderWay } from './dispatch.ts';
import { follow, followed } from './follow.ts';
import { type Move, move, roll, rolled, rollingSteps } from './rolling.ts';
import { commitSeen, type RunSeen, statusSeen, versionsSeen } from './seen.ts';
import { type DispatchPlace, findPlace, namesCommit, type ServiceBook } from './services.ts';

const input = z.strictObject({
  service: z.string().min(1).describe('name of the service, e.g. web'),
  environment: z.string().min(1).optional().describe('e.g. production; may be left out when the service has one'),
});

/** So far back it is looked for what was there before. */
const mostEnded = 20;

export function rollback(book: ServiceBook) {
  return defineWorkflow({
    name: 'rollback',
    description: 'puts a service back to the image it ran before',
    effect: 'write',
    usage: 'rollback <service> [to <environment>]',
    example: '/sophia rollback web to production',
    input,
    output: z.union([rolled, followed]),
    verdict: (raw) => z.union([rolled, followed]).parse(raw).health,

    async plan(wanted, context) {
      const place = findPlace(book, wanted.service, wanted.environment);
      if (place.way === 'dispatch') return dispatchedBack(context, place);
      const status = statusSeen.parse(await context.look('fly_get_status', { app: place.app }));
      const moves: Move[] = [];
      for (const machine of status.machines) {
        const { versions } = versionsSeen.parse(
          await context.look('fly_list_versions', { app: place.app, machine: machine.id }),
        );
        const before = imageBefore([machine.image.reference, ...versions.map((version) => version.image)]);
        if (before === undefined) continue;
        moves.push({
          machine: machine.id,
          region: machine.region,
          instance_id: machine.instance_id,
          from: machine.image.reference,
          to: before,
        });
      }
      if (moves.length === 0)
        throw new SophiaError('not_found', `No machine of ${place.app} has an earlier image to go back to.`, {
          hint: `Deploy the commit you want: \`/sophia deploy ${place.service} to ${place.environment} ref <commit>\`.`,
        });
      return {
        target: `fly:${place.app}`,
        environment: place.environment,
        repository: place.repository,
        summary: `Roll ${place.service} in ${place.environment} back to ${[...new Set(moves.map((one) => shortImage(one.to)))].join(', ')}`,
        details: [
          { label: 'App', value: place.app },
          { label: 'Image now', value: [...new Set(moves.map((one) => shortImage(one.from)))].join(', ') },
          { label: 'Image next', value: [...new Set(moves.map((one) => shortImage(one.to)))].join(', ') },
          { label: 'Machines', value: moves.map((one) => `${one.region} ${one.machine}`).join(', ') },
        ],
        steps: rollingSteps(place.app, moves),
        undo: `/sophia deploy ${place.service} to ${place.environment} goes forward again.`,
        preconditions: [{ name: 'machines', expected: moves.map((one) => [one.machine, one.instance_id]) }],
        resolved: { app: place.app, moves },
      };
    },

    run(plan, context) {
      const way = course.safeParse(plan.resolved);
      if (way.success) return follow(context, plan.summary, way.data);
      const { app, moves } = z.object({ app: z.string(), moves: z.array(move) }).parse(plan.resolved);
      return roll(context, plan.summary, app, moves);
    },
  });
}

/** The workflow once more, with the commit that was there before what is there now. */
async function dispatchedBack(context: LookContext, place: DispatchPlace): Promise<PlanDraft> {
  const { dispatch, repository: repo } = place;
  const runs = await pastRuns(context, place);
  refuseUnderWay(place, runs);
  // A last one that did not succeed may have got half way: what it wanted counts as there.
  const ended = runs.filter((run, index) => run.state === 'success' || index === 0).slice(0, mostEnded);
  const deployed: { commit: string; run: RunSeen }[] = [];
  for (const run of ended) {
    const commit = await commitOf(context, place, run);
    if (commit !== null) deployed.push({ commit, run });
  }
  const before = imageBefore(deployed.map(({ commit }) => commit));
  const found = deployed.find(({ commit }) => commit === before);
  if (!before || !found)
    throw new SophiaError(
      'not_found',
      ended.length > 0 && deployed.length === 0
        ? `The runs of ${dispatch.workflow} do not say which commit they deployed.`
        : `No earlier run of ${dispatch.workflow} deployed another commit to ${place.environment}.`,
      { hint: `Deploy the commit you want: \`/sophia deploy ${place.service} to ${place.environment} ref <ref>\`.` },
    );
  const named = namesCommit(dispatch.inputs);
  const started = dispatch.ref ?? (named ? place.branch : (found.run.branch ?? place.branch));
  const way = await courseOf(context, place, { commit: before, ref: before }, started);
  if (!named && way.sha !== before)
    throw new SophiaError(
      'conflict',
      `${started} has moved on since ${before.slice(0, 7)} was deployed, and GitHub starts a workflow only on a branch or a tag.`,
      {
        hint: `Tag ${before.slice(0, 7)} and deploy the tag. docs/connectors.md, “Deploys that a workflow does”, tells how any commit can be deployed.`,
      },
    );
  const commit = commitSeen.parse(await context.look('github_get_commit', { repo, ref: before }));
  const draft = courseDraft(place, way, runs);
  return {
    ...draft,
    summary: `Roll ${place.service} in ${place.environment} back to ${before.slice(0, 7)} “${commit.message}”`,
    details: [
      { label: 'Commit', value: `${before.slice(0, 7)} by ${commit.author}: ${commit.message}`, link: commit.url },
      { label: 'Deployed by', value: `run ${found.run.id}`, link: found.run.url },
      {
        label: 'Takes back',
        value: deployed[0] ? `${deployed[0].commit.slice(0, 7)} of run ${deployed[0].run.id}` : 'unknown',
      },
      ...draft.details,
    ],
    undo: `/sophia deploy ${place.service} to ${place.environment} goes forward again.`,
    links: [{ label: 'Commit', url: commit.url }],
    preconditions: [{ name: 'commit', expected: before }, ...draft.preconditions],
  };
}

/**
 * `images`: what a machine ran, newest first. An image that was itself taken back (the one after it was there before it)
 * is nothing to go back to.
 */
export function imageBefore(images: string[]): string | undefined {
  const ran = images.filter((image, index) => image !== '' && image !== images[index - 1]);
  return ran.find((image, index) => image !== ran[0] && !ran.slice(index + 1).includes(ran[index - 1] ?? ''));
}
