/** `deploy web to production`: the image of one commit on every machine of a service in turn, or the workflow that deploys it. */
import { z } from 'zod';
import { defineWorkflow, type LookContext } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { Detail, PlanDraft } from '../core/plan.ts';
import { shortImage } from '../kit/image.ts';
import { commitOf, course, courseDraft, courseOf, pastRuns, refuseUnderWay } from './dispatch.ts';
import { follow, followed } from './follow.ts';
import { type Move, move, roll, rolled, rollingSteps } from './rolling.ts';
import { checksSeen, commitSeen, comparisonSeen, imageSeen, statusSeen } from './seen.ts';
import { type DispatchPlace, findPlace, namesCommit, type Place, type ServiceBook } from './services.ts';

const input = z.strictObject({
  service: z.string().min(1).describe('name of the service, e.g. web'),
  environment: z.string().min(1).optional().describe('e.g. production; may be left out when the service has one'),
  ref: z.string().min(1).max(200).optional().describe('branch, tag or commit; default: the head of the main branch'),
});
const mostCommitsShown = 8;

export function deploy(book: ServiceBook) {
  return defineWorkflow({
    name: 'deploy',
    description:
      'deploys a service: rolls the image of a commit over its machines, checks the health of each, and rolls back by itself; or starts the workflow that deploys it, and follows that to its end',
    effect: 'write',
    varies: ['ref'],
    usage: 'deploy <service> [to <environment>] [ref <ref>]',
    example: '/sophia deploy web to production',
    input,
    output: z.union([rolled, followed]),
    verdict: (raw) => z.union([rolled, followed]).parse(raw).health,

    async plan(wanted, context) {
      const place = findPlace(book, wanted.service, wanted.environment);
      const commit = commitSeen.parse(
        await context.look('github_get_commit', { repo: place.repository, ref: wanted.ref ?? place.branch }),
      );
      if (place.way === 'dispatch') return dispatched(context, place, commit, wanted.ref ?? place.branch);
      const image = place.image.replaceAll('{sha}', commit.sha).replaceAll('{short}', commit.sha.slice(0, 7));
      const [status, checks, next] = await Promise.all([
        context.look('fly_get_status', { app: place.app }).then((seen) => statusSeen.parse(seen)),
        context
          .look('github_list_checks', { repo: place.repository, ref: commit.sha })
          .then((seen) => checksSeen.parse(seen)),
        context.look('fly_resolve_image', { image }).then((seen) => imageSeen.parse(seen)),
      ]);
      refuseUnready(place, commit.sha, checks);
      if (next.revision !== null && next.revision !== commit.sha)
        throw new SophiaError(
          'conflict',
          `The image ${image} was built from ${next.revision.slice(0, 7)}, not from ${commit.sha.slice(0, 7)}.`,
          {
            hint: 'Look at the build: the tag does not say what is inside.',
          },
        );

      const stale = status.machines.filter((machine) => machine.image.digest !== next.digest);
      if (stale.length === 0)
        throw new SophiaError(
          'conflict',
          `${place.app} runs ${shortImage(image)} already on all ${status.machines.length} machines.`,
          {
            hint: 'Name another commit with `ref <ref>`.',
          },
        );
      const moves = stale.map((machine) => ({
        machine: machine.id,
        region: machine.region,
        instance_id: machine.instance_id,
        from: machine.image.reference,
        to: next.pinned,
      }));
      const between = await commitsBetween(context, place, stale[0]?.image.revision ?? null, commit.sha);

      return {
        target: `fly:${place.app}`,
        environment: place.environment,
        repository: place.repository,
        summary: `Deploy ${place.service} to ${place.environment}: ${commit.sha.slice(0, 7)} “${commit.message}”`,
        details: [
          { label: 'App', value: place.app },
          { label: 'Image now', value: [...new Set(moves.map((one) => shortImage(one.from)))].join(', ') },
          { label: 'Image next', value: `${shortImage(image)} (${next.digest.slice(0, 19)}…)` },
          {
            label: 'Commit',
            value: `${commit.sha.slice(0, 7)} by ${commit.author}: ${commit.message}`,
            link: commit.url,
          },
          between.detail,
          { label: 'Checks', value: checks.summary },
          { label: 'Machines', value: moves.map((one) => `${one.region} ${one.machine}`).join(', ') },
        ],
        steps: rollingSteps(place.app, moves),
        ...(between.diff ? { diff: between.diff } : {}),
        undo: `By itself when a machine does not become healthy; later with /sophia rollback ${place.service} to ${place.environment}.`,
        links: [{ label: 'Commit', url: commit.url }],
        preconditions: [
          { name: 'commit', expected: commit.sha },
          { name: 'checks', expected: checks.state },
          { name: 'image', expected: next.pinned },
          { name: 'machines', expected: moves.map((one) => [one.machine, one.instance_id]) },
        ],
        resolved: { app: place.app, moves },
      };
    },

    run(plan, context) {
      const way = course.safeParse(plan.resolved);
      if (way.success) return follow(context, plan.summary, way.data);
      const { app, moves } = z.object({ app: z.string(), moves: z.array(move) }).parse(plan.resolved) as {
        app: string;
        moves: Move[];
      };
      return roll(context, plan.summary, app, moves);
    },
  });
}

/** The same question, for a service that a workflow deploys. */
async function dispatched(
  context: LookContext,
  place: DispatchPlace,
  commit: z.infer<typeof commitSeen>,
  ref: string,
): Promise<PlanDraft> {
  const started =
    place.dispatch.ref ?? (namesCommit(place.dispatch.inputs) && ref !== place.branch ? place.branch : ref);
  const [way, checks, runs] = await Promise.all([
    courseOf(context, place, { commit: commit.sha, ref }, started),
    context
      .look('github_list_checks', { repo: place.repository, ref: commit.sha })
      .then((seen) => checksSeen.parse(seen)),
    pastRuns(context, place),
  ]);
  refuseUnready(place, commit.sha, checks);
  refuseUnderWay(place, runs);
  const last = runs.find((run) => run.state === 'success');
  const live = last ? await commitOf(context, place, last) : null;
  const between = await commitsBetween(context, place, live, commit.sha);
  const draft = courseDraft(place, way, runs);
  return {
    ...draft,
    summary: `Deploy ${place.service} to ${place.environment}: ${commit.sha.slice(0, 7)} “${commit.message}”`,
    details: [
      { label: 'Commit', value: `${commit.sha.slice(0, 7)} by ${commit.author}: ${commit.message}`, link: commit.url },
      ...(last
        ? [{ label: 'Deployed last', value: `${live?.slice(0, 7) ?? 'unknown'} by run ${last.id}`, link: last.url }]
        : []),
      between.detail,
      { label: 'Checks', value: checks.summary },
      ...draft.details,
    ],
    ...(between.diff ? { diff: between.diff } : {}),
    undo: `Not by itself: /sophia rollback ${place.service} to ${place.environment} starts the workflow with what was there before.`,
    links: [{ label: 'Commit', url: commit.url }],
    preconditions: [
      { name: 'commit', expected: commit.sha },
      { name: 'checks', expected: checks.state },
      ...draft.preconditions,
    ],
  };
}

function refuseUnready(place: Place, sha: string, checks: z.infer<typeof checksSeen>): void {
  if (checks.state === 'passing' || checks.state === 'none') return;
  const what = checks.state === 'failing' ? 'failing' : 'still running';
  throw new SophiaError(
    'conflict',
    `The checks of ${sha.slice(0, 7)} in ${place.repository} are ${what}: ${checks.summary}.`,
    {
      hint:
        checks.state === 'failing'
          ? `Look at them: \`/sophia checks ${sha.slice(0, 7)} in ${place.repository}\`.`
          : 'Ask again when they are through.',
    },
  );
}

/** The count on the card's line, the commits themselves as its diff: `+` comes, `-` goes. */
async function commitsBetween(
  context: LookContext,
  place: Place,
  from: string | null,
  to: string,
): Promise<{ detail: Detail; diff?: string }> {
  const label = 'Commits';
  if (from === null) return { detail: { label, value: 'unknown: what runs now does not name its commit' } };
  const between = async (base: string, head: string) =>
    comparisonSeen.parse(await context.look('github_compare', { repo: place.repository, base, head }));
  const seen = await between(from, to);
  const lost = seen.behind_by > 0 ? (await between(to, from)).commits : [];
  const lines = (sign: string, commits: typeof seen.commits, count: number) => {
    const shown = commits
      .slice(0, mostCommitsShown)
      .map((commit) => `${sign} ${commit.sha.slice(0, 7)} ${commit.message}`);
    return count > shown.length ? [...shown, `${sign} and ${count - shown.length} more`] : shown;
  };
  const diff = [...lines('+', seen.commits, seen.ahead_by), ...lines('-', lost, seen.behind_by)].join('\n');
  const back =
    seen.behind_by > 0 ? `, and takes back ${seen.behind_by} that ${seen.behind_by === 1 ? 'is' : 'are'} live now` : '';
  return {
    detail: { label, value: `${seen.ahead_by} new${back}`, ...(seen.url ? { link: seen.url } : {}) },
    ...(diff ? { diff } : {}),
  };
}
