/** Fly.io: apps and machines, their health, deploys of images, restarts, scaling, secrets by name, volumes. */
import { z } from 'zod';
import { type Connection, type ConnectorHealth, type ConnectorWorld, defineConnector } from '../../core/connector.ts';
import { toSophiaError } from '../../core/error.ts';
import { powerActions } from './actions-power.ts';
import { readActions } from './actions-read.ts';
import { releaseActions } from './actions-releases.ts';
import { resizeMachine } from './actions-resize.ts';
import { scaleActions } from './actions-scale.ts';
import { secretActions } from './actions-secrets.ts';
import { updateMachine } from './actions-update.ts';
import { volumeActions } from './actions-volumes.ts';
import { createFlyClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { createRegistry } from './registry.ts';
import type { FlyWorld } from './world.ts';

const config = z.object({
  FLY_API_TOKEN: z.string().min(1),
  FLY_API_URL: z.url().default('https://api.machines.dev'),
  FLY_REGISTRY_URL: z.url().default('https://registry.fly.io'),
  FLY_ORG: z.string().min(1).optional(),
});
export type FlyConfig = z.infer<typeof config>;

/** What tests change: time, patience, the wire. */
export type FlyOptions = { clock?: Clock; pollMs?: number; leaseWaitMs?: number; fetch?: typeof fetch };

export function connectFly(given: FlyConfig, _: ConnectorWorld, options: FlyOptions = {}): Connection {
  const { clock = systemClock, pollMs = 200, leaseWaitMs = 8_000 } = options;
  const wire = options.fetch ? { fetch: options.fetch } : {};
  const token = given.FLY_API_TOKEN;
  const world: FlyWorld = {
    fly: createFlyClient({ token, apiUrl: given.FLY_API_URL, clock, ...wire }),
    registry: createRegistry({ token, url: given.FLY_REGISTRY_URL, ...wire }),
    clock,
    organization: given.FLY_ORG,
    pollMs,
    leaseWaitMs,
    dashboard: new URL(given.FLY_API_URL).hostname === 'api.machines.dev' ? 'https://fly.io' : null,
  };
  return {
    actions: [
      ...readActions(world),
      ...releaseActions(world),
      updateMachine(world),
      ...powerActions(world),
      ...scaleActions(world),
      resizeMachine(world),
      ...secretActions(world),
      ...volumeActions(world),
    ],
    check: () => check(world),
  };
}

export const fly = defineConnector<FlyConfig>({
  name: 'fly',
  about: 'Fly.io apps and machines: status, deploys, restarts, scaling, secrets by name, volumes.',
  config,
  needs: [
    {
      variable: 'FLY_API_TOKEN',
      where: '`fly tokens create org` for the whole organization, `fly tokens create deploy` for one app',
    },
  ],
  connect: (given, world) => connectFly(given, world),
});

const checkMs = 10_000;

async function check({ fly: client, organization }: FlyWorld): Promise<ConnectorHealth> {
  const signal = AbortSignal.timeout(checkMs);
  try {
    if (organization) {
      const apps = await client.listApps(organization, signal);
      return {
        state: 'ok',
        can: `see ${apps.length} ${apps.length === 1 ? 'app' : 'apps'} of ${organization}: ${apps.map((app) => app.name).join(', ')}`,
      };
    }
    const tokens = await client.currentTokens(signal);
    const reach = tokens.map((one) => one.apps?.join(', ') || one.org_slug || 'an organization').join('; ');
    return { state: 'ok', can: `act as ${tokens[0]?.user || 'a token'} on ${reach || 'nothing it tells of'}` };
  } catch (problem) {
    const { message, hint } = toSophiaError(problem);
    return { state: 'failing', problem: message, hint: hint ?? 'Check FLY_API_TOKEN, FLY_API_URL and FLY_ORG.' };
  }
}
