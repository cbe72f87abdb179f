/** Routes for a machine's lease and its metadata. */
import { randomBytes } from 'node:crypto';
import { type Lease, Refusal, type Routes } from './types.ts';
import { changeable, liveLease, type RoutesWorld } from './views.ts';

export function leaseRoutes(world: RoutesWorld): Routes {
  const { fleet } = world;
  const shown = (lease: Lease) => (world.bareLeases ? lease : { status: 'success', data: lease });

  return {
    'GET /apps/:app/machines/:id/lease': ({ app, id }) => {
      const lease = liveLease(fleet.get(app, id));
      if (!lease) throw new Refusal(404, `lease not found for machine ${id}`);
      return { status: 200, body: shown(lease) };
    },

    // With the nonce of the present lease it is prolonged, without one a new lease begins.
    'POST /apps/:app/machines/:id/lease': (asked) => {
      const machine = changeable(world, asked);
      const { ttl = 60, description = '' } = asked.body as { ttl?: number; description?: string };
      const nonce = liveLease(machine)?.nonce ?? randomBytes(6).toString('hex');
      const expires_at = Math.floor(Date.now() / 1000) + ttl;
      machine.lease = { nonce, expires_at, owner: world.owner, description, version: machine.instance_id };
      fleet.tell(machine, 'lease');
      return { status: 201, body: shown(machine.lease) };
    },

    'DELETE /apps/:app/machines/:id/lease': (asked) => {
      const machine = changeable(world, asked);
      if (!liveLease(machine)) throw new Refusal(404, `lease not found for machine ${machine.id}`);
      machine.lease = null;
      fleet.tell(machine, 'lease');
      return { status: 200, body: { status: 'success', data: { ok: true } } };
    },

    'GET /apps/:app/machines/:id/metadata': ({ app, id }) => ({
      status: 200,
      body: fleet.get(app, id).config.metadata ?? {},
    }),

    'GET /apps/:app/machines/:id/metadata/:key': ({ app, id, key }) => {
      const value = fleet.get(app, id).config.metadata?.[key];
      if (value === undefined) throw new Refusal(404, `metadata key ${key} not found`);
      return { status: 200, body: { value } };
    },

    'POST /apps/:app/machines/:id/metadata/:key': (asked) => {
      const machine = changeable(world, asked);
      if (typeof asked.body.value !== 'string') throw new Refusal(400, 'value is required');
      machine.config.metadata = { ...machine.config.metadata, [asked.key]: asked.body.value };
      fleet.tell(machine, 'metadata');
      return { status: 204 };
    },

    'DELETE /apps/:app/machines/:id/metadata/:key': (asked) => {
      const machine = changeable(world, asked);
      delete machine.config.metadata?.[asked.key];
      fleet.tell(machine, 'metadata');
      return { status: 204 };
    },
  };
}
