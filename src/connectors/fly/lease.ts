/** Holds a machine's lease around a change, so that nobody else changes it meanwhile, and always gives it back. */
import { SophiaError } from '../../core/error.ts';
import type { FlyClient } from './client.ts';
import type { Clock } from './clock.ts';
import { leaseHeld, tidy } from './failure.ts';

export type LeaseWorld = {
  fly: FlyClient;
  clock: Clock;
  /** Longest wait for somebody else's lease to run out, in milliseconds. */
  leaseWaitMs: number;
};
export type LeasedMachine = { app: string; machine: string; deed: string };

const ttlSeconds = 30;
const releaseMs = 5_000;

export async function withLease<T>(
  world: LeaseWorld,
  machine: LeasedMachine,
  signal: AbortSignal,
  change: (nonce: string) => Promise<T>,
): Promise<T> {
  const nonce = await acquire(world, machine, signal);
  try {
    return await change(nonce);
  } finally {
    // Best effort, and also when the caller's time is over: what cannot be given back runs out by itself.
    await world.fly.releaseLease(machine, nonce, AbortSignal.timeout(releaseMs)).catch(() => undefined);
  }
}

async function acquire(world: LeaseWorld, machine: LeasedMachine, signal: AbortSignal): Promise<string> {
  const { fly, clock } = world;
  const description = `sophia ${machine.deed}`;
  const giveUpAt = clock.now() + world.leaseWaitMs;
  for (;;) {
    const refused = await fly.createLease(machine, { ttl: ttlSeconds, description }, signal).then(
      ({ nonce }) => {
        if (!nonce) throw new SophiaError('internal', 'Fly gave a lease without a nonce.');
        return nonce;
      },
      (problem: unknown) => {
        if (problem instanceof SophiaError && problem.code === 'conflict') return problem;
        throw problem;
      },
    );
    if (typeof refused === 'string') return refused;

    const lease = await fly.getLease(machine, signal);
    // Ours, taken by this very deed before a crash or a lost answer: go on with it.
    if (lease?.nonce && lease.description === description) return lease.nonce;
    const until = (lease?.expires_at ?? 0) * 1000;
    const wait = lease ? Math.max(until - clock.now(), 0) + 50 : 50;
    if (clock.now() + wait > giveUpAt)
      throw lease ? leaseHeld(machine, tidy(lease.description || lease.owner || 'somebody else', 80), until) : refused;
    await clock.pause(wait, signal);
  }
}
