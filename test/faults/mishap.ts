/** What goes wrong outside under chaos, one thing at a time. */
import type { World } from '../../src/playground/world.ts';

/** One thing goes wrong outside: an answer is lost, or a request is refused before anything is done. */
export function mishap(world: World, one: <T>(list: readonly T[]) => T): 'lost' | 'refused' {
  const machine = /\/machines\/[0-9a-f]+$/;
  const { fly, slack, github } = world;
  const lost = [
    () => fly.faults.dropAnswer({ method: 'POST', path: machine }),
    () => fly.faults.dropAnswer({ method: 'POST', path: /\/lease$/ }),
    () => slack.faults.dropAnswerNext('chat.postMessage'),
    () => github.fault('lost answer'),
  ];
  const refused = [
    () => fly.faults.refuse(503, 'service unavailable', { method: 'POST', path: machine }),
    () => fly.faults.refuse(500, 'internal server error', { method: 'GET', path: /\/machines/ }),
    () => fly.faults.rateLimit({ method: 'POST', path: machine, retryAfterSeconds: 1 }),
    () => fly.faults.rateLimit({ method: 'GET', path: /\/machines/, retryAfterSeconds: 1 }),
    () => slack.faults.failNext('chat.postMessage', 503),
    () => slack.faults.rateLimitNext('chat.postMessage', 1),
    () => slack.faults.failNext('chat.update', 500),
    () => github.fault('unavailable'),
    () => github.fault('secondary rate limit', { seconds: 1 }),
    () => github.fault('bad gateway'),
  ];
  const isLost = one([true, false]);
  one(isLost ? lost : refused)();
  return isLost ? 'lost' : 'refused';
}
