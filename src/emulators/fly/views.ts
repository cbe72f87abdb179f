/** How apps and machines look in answers, and who may change a leased machine: shared by the routes. */
import type { Faults } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { Images } from './images.ts';
import type { Storage } from './storage.ts';
import { type App, type Asked, type Lease, type Machine, Refusal } from './types.ts';

export type RoutesWorld = {
  fleet: Fleet;
  images: Images;
  faults: Faults;
  storage: Storage;
  /** Whom the token belongs to. */
  owner: string;
  /** Leases as the published document has them, without the service's `{status, data}` around. */
  bareLeases: boolean;
};

export const ok = { status: 200, body: { ok: true } };

export function viewApp({ id, name, org, machines }: App) {
  const machine_count = [...machines.values()].filter((machine) => machine.state !== 'destroyed').length;
  const status = machine_count > 0 ? 'deployed' : 'pending';
  return {
    id,
    name,
    status,
    organization: { name: org, slug: org },
    machine_count,
    volume_count: 0,
    network: 'default',
  };
}

export function viewMachine(machine: Machine, images: Images) {
  const { app: _, versions, lease, generation, cordoned, ...rest } = machine;
  const image_ref = images.find(machine.config.image ?? '');
  const more = { ...(image_ref ? { image_ref } : {}), ...(cordoned ? { cordoned } : {}) };
  return structuredClone({ ...rest, ...more, host_status: 'ok' });
}

export function liveLease({ lease }: Machine): Lease | null {
  return lease && lease.expires_at * 1000 > Date.now() ? lease : null;
}

/** The machine, if the asker may change it: while it is leased that takes the nonce. */
export function changeable({ fleet }: RoutesWorld, { app, id, nonce }: Asked): Machine {
  const machine = fleet.get(app, id);
  if (machine.state === 'destroyed') throw new Refusal(404, `machine not found: ${id}`);
  const lease = liveLease(machine);
  if (!lease || lease.nonce === nonce) return machine;
  const until = new Date(lease.expires_at * 1000).toISOString().replace('.000', '');
  throw new Refusal(409, `machine ID ${id} lease currently held by ${lease.owner}, expires at ${until}`);
}
