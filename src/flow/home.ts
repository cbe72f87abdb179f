/** Gathers somebody's own page: only what they asked for, may decide, or could see anyway. */
import type { HomePage, PartHealth } from '../core/home.ts';
import type { Services } from '../core/job.ts';
import { currentApprovers } from './entitled.ts';
import { linkTo, rootOf } from './link-to.ts';

const most = 8;

/** Null for those she does not work for. */
export async function homeOf(
  services: Services,
  surfaceName: string,
  person: string,
  health: () => Promise<PartHealth[]>,
): Promise<HomePage | null> {
  const surface = services.surface(surfaceName);
  if ((await surface.person(person)).kind !== 'member') return null;
  const link = async (thread: string | null) => (thread === null ? null : linkTo(services, rootOf(thread)));

  const waiting: HomePage['waiting'] = [];
  for (const approval of await services.approvals.pending()) {
    if (waiting.length >= most) break;
    const { approvers, selfApproval } = await currentApprovers(services, approval);
    const mine =
      approvers.includes(person) &&
      !approval.votes.some((vote) => vote.person === person) &&
      (approval.requester !== person || selfApproval);
    if (!mine && approval.requester !== person) continue;
    const { id, plan, requester, expiresAt } = approval;
    waiting.push({ id, summary: plan.summary, requester, expiresAt, mine, link: await link(approval.thread) });
  }
  const running = (await services.runs.list({ state: 'running', limit: 200 })).filter(
    (run) => run.requester === person,
  );
  const schedules = (await services.schedules.list()).filter(
    (schedule) => schedule.by === person || schedule.audience.endsWith(':public'),
  );
  return {
    waiting: waiting.sort((a, b) => Number(b.mine) - Number(a.mine)),
    runs: await Promise.all(
      running.slice(0, most).map(async ({ id, title, standing, startedAt, thread }) => ({
        ...{ id, title, standing, startedAt },
        link: await link(thread),
      })),
    ),
    schedules: schedules
      .slice(0, most)
      .map(({ id, template, said, zone, channel, paused }) => ({ id, template, said, zone, channel, paused })),
    parts: await health(),
  };
}
