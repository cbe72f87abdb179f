/** Holds a request open until a machine has reached a state, was replaced, or the time is over. */
import type { Fleet } from './fleet.ts';
import { type Answered, type Machine, Refusal } from './types.ts';

const longestWaitSeconds = 60;

export function waitFor(fleet: Fleet, machine: Machine, query: URLSearchParams): Promise<Answered> {
  const wanted = (query.get('state') ?? 'started').split(',');
  const version = query.get('version') ?? query.get('instance_id');
  const seconds = Math.min(Number(query.get('timeout') ?? longestWaitSeconds), longestWaitSeconds);
  if (version && !machine.versions.some((known) => known.version === version))
    throw new Refusal(404, `machine version ${version} not found`);
  const look = (): Answered | null => {
    if (version && machine.instance_id !== version)
      return { status: 400, body: { error: `machine version ${version} was replaced by ${machine.instance_id}` } };
    if (!wanted.includes(machine.state)) return null;
    const event_id = machine.events[0]?.id ?? '';
    return { status: 200, body: { ok: true, state: machine.state, event_id, version: machine.instance_id } };
  };
  const now = look();
  if (now) return Promise.resolve(now);
  return new Promise((resolve) => {
    const finish = (answer: Answered) => {
      clearTimeout(timer);
      stop();
      resolve(answer);
    };
    const stop = fleet.subscribe(() => {
      const then = look();
      if (then) finish(then);
    });
    const late = {
      status: 408,
      body: { error: `deadline_exceeded: timeout waiting for machine to reach ${wanted.join(',')}` },
    };
    const timer = setTimeout(finish, seconds * 1000, late);
    timer.unref();
  });
}
