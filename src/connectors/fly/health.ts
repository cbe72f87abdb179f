/** Watches one machine until it is healthy, plainly is not, or the time is over: a verdict, never an exception for a sick machine. */
import { z } from 'zod';
import { type FlyClient, longestWaitSeconds, type Machine } from './client.ts';
import { type Clock, timeOver } from './clock.ts';
import { checkView, viewChecks } from './schema.ts';

export const verdict = z.object({
  machine: z.string(),
  healthy: z.boolean(),
  /** One sentence for people. */
  reason: z.string(),
  state: z.string(),
  instance_id: z.string(),
  checks: z.array(checkView),
});
export type Verdict = z.infer<typeof verdict>;

export type Watch = { app: string; machine: string; instance_id?: string | undefined; timeout_seconds: number };
export type HealthWorld = { fly: FlyClient; clock: Clock; pollMs: number };

/** States from which a machine does not come back by itself. */
const ended = new Set(['stopped', 'suspended', 'failed', 'destroying', 'destroyed']);
const slowestPollMs = 2_000;
const defaultGraceMs = 5_000;

export async function waitHealthy(world: HealthWorld, watch: Watch, signal: AbortSignal): Promise<Verdict> {
  const { fly, clock } = world;
  const until = clock.now() + watch.timeout_seconds * 1000;
  let pollMs = world.pollMs;
  let criticalSince: number | undefined;

  for (;;) {
    if (signal.aborted) throw timeOver(signal.reason);
    const machine = await fly.getMachine(watch, signal);
    const say = (healthy: boolean, reason: string): Verdict => ({
      machine: watch.machine,
      healthy,
      reason,
      state: machine.state ?? 'unknown',
      instance_id: machine.instance_id ?? '',
      checks: viewChecks(machine),
    });
    const now = clock.now();
    if (watch.instance_id && machine.instance_id !== watch.instance_id)
      return say(false, `It was changed again by somebody else: it runs version ${machine.instance_id} now.`);
    if (ended.has(machine.state ?? '')) return say(...atRest(machine));

    if (machine.state === 'started') {
      const look = judge(machine);
      if (look.state === 'healthy') return say(true, look.reason);
      criticalSince = look.state === 'critical' ? (criticalSince ?? now) : undefined;
      // A program may fail its checks while it starts: the check's own grace period says for how long.
      if (criticalSince !== undefined && now - criticalSince >= look.graceMs) return say(false, look.reason);
      if (now >= until) return say(false, `Not healthy after ${watch.timeout_seconds} s: ${look.reason}`);
    } else if (now >= until)
      return say(false, `Still ${machine.state ?? 'in an unknown state'} after ${watch.timeout_seconds} s.`);
    else {
      const seconds = Math.min(Math.ceil((until - now) / 1000), longestWaitSeconds);
      // Answers as soon as it runs; what the machine has become is read above either way.
      const started = await fly.waitForStart(watch, machine.instance_id ?? '', seconds, signal);
      if (started) continue;
    }
    await clock.pause(Math.min(pollMs, Math.max(until - clock.now(), 0)), signal);
    pollMs = Math.min(pollMs * 1.5, slowestPollMs);
  }
}

type Look = { state: 'healthy' | 'pending' | 'critical'; reason: string; graceMs: number };

function judge(machine: Machine): Look {
  const checks = viewChecks(machine);
  const expected = Object.keys(machine.config?.checks ?? {}).length;
  const sick = checks.find((check) => check.status === 'critical');
  if (sick) {
    const grace = machine.config?.checks?.[sick.name]?.grace_period;
    const graceMs = grace === undefined ? defaultGraceMs : (durationMs(grace) ?? defaultGraceMs);
    return { state: 'critical', reason: `Check ${sick.name} fails: ${sick.output || 'no output'}`, graceMs };
  }
  const waiting = checks.find((check) => check.status !== 'passing');
  if (waiting || checks.length < expected)
    return {
      state: 'pending',
      reason: waiting ? `Check ${waiting.name} is ${waiting.status}.` : 'Its checks have not reported yet.',
      graceMs: 0,
    };
  const reason = checks.length === 0 ? 'Started; it has no health checks.' : `All ${checks.length} checks pass.`;
  return { state: 'healthy', reason: checks.length === 1 ? 'Its check passes.' : reason, graceMs: 0 };
}

function atRest(machine: Machine): [healthy: boolean, reason: string] {
  if (machine.state === 'stopped' && (machine.config?.standbys?.length ?? 0) > 0)
    return [true, 'It is a standby: stopped until the machine it stands by fails.'];
  return [false, `It is ${machine.state}, not running.`];
}

/** Go's notation, `1m30s` or `500ms`, in milliseconds. */
export function durationMs(text: string): number | undefined {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000001 };
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0),
    0,
  );
}
