/** The emulated world at a glance, for the playground's page and for tests. */
import type { Fleet } from './fleet.ts';
import type { Images } from './images.ts';
import type { Check, Image } from './types.ts';

export type FlySnapshot = {
  apps: {
    name: string;
    org: string;
    machines: {
      id: string;
      name: string;
      region: string;
      state: string;
      instance_id: string;
      image: string;
      revision: string | null;
      checks: Check[];
      metadata: Record<string, string>;
      lease: { owner: string; description: string; expires_at: number } | null;
    }[];
  }[];
  images: Image[];
};

export function takeSnapshot(fleet: Fleet, images: Images): FlySnapshot {
  const now = Date.now() / 1000;
  const apps = [...fleet.apps.values()].map(({ name, org, machines }) => ({
    name,
    org,
    machines: [...machines.values()]
      .filter((machine) => machine.state !== 'destroyed')
      .map(({ id, name: called, region, state, instance_id, config, checks, lease }) => ({
        id,
        name: called,
        region,
        state,
        instance_id,
        image: config.image ?? '',
        revision: Object.values(images.find(config.image ?? '')?.labels ?? {})[0] ?? null,
        checks: checks.map((check) => ({ ...check })),
        metadata: { ...config.metadata },
        lease:
          lease && lease.expires_at > now
            ? { owner: lease.owner, description: lease.description, expires_at: lease.expires_at }
            : null,
      })),
  }));
  return { apps, images: images.list() };
}
