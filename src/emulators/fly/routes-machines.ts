/** Routes for machines: list, create, change, power, history, waiting. */
import { regions } from './regions.ts';
import { type Config, type Machine, Refusal, type Routes } from './types.ts';
import { changeable, ok, type RoutesWorld, viewMachine } from './views.ts';
import { waitFor } from './wait.ts';

type Wanted = { name?: string; region?: string; config?: Config; current_version?: string; skip_launch?: boolean };

export function machineRoutes(world: RoutesWorld): Routes {
  const { fleet, images, faults } = world;
  const show = (machine: Machine) => ({ status: 200, body: viewMachine(machine, images) });

  return {
    'GET /apps/:app/machines': ({ app, query }) => {
      const found = fleet.apps.get(app);
      if (!found) throw new Refusal(404, 'app not found');
      const fits = (name: string, value: string) => (query.get(name) ?? value) === value;
      const machines = [...found.machines.values()].filter(
        (machine) =>
          (query.get('include_deleted') === 'true' || machine.state !== 'destroyed') &&
          fits('region', machine.region) &&
          fits('state', machine.state),
      );
      return { status: 200, body: machines.map((machine) => viewMachine(machine, images)) };
    },

    'POST /apps/:app/machines': ({ app, body }) => {
      const { name, region = 'iad', config, skip_launch: skip = false } = body as Wanted;
      const found = fleet.apps.get(app);
      if (!found) throw new Refusal(404, 'app not found');
      if (!config) throw new Refusal(400, 'config is required');
      if (!regions.some((known) => known.code === region)) throw new Refusal(400, `region ${region} not found`);
      if (faults.noRoom(region)) {
        const words = `insufficient resources available to fulfill request in ${region}`;
        throw new Refusal(422, words, 'insufficient_capacity');
      }
      return show(fleet.create(found, { region, config, skip, ...(name ? { name } : {}) }));
    },

    'GET /apps/:app/machines/:id': ({ app, id }) => show(fleet.get(app, id)),

    'POST /apps/:app/machines/:id': (asked) => {
      const machine = changeable(world, asked);
      const { config, current_version: version, skip_launch: skip = false } = asked.body as Wanted;
      if (!config) throw new Refusal(400, 'config is required');
      if (version && version !== machine.instance_id) {
        const words = `current version is ${machine.instance_id}, not ${version}`;
        throw new Refusal(409, `aborted: machine version mismatch: ${words}`);
      }
      fleet.update(machine, config, skip);
      return show(machine);
    },

    'DELETE /apps/:app/machines/:id': (asked) => {
      fleet.destroy(changeable(world, asked), asked.query.get('force') === 'true');
      return ok;
    },

    'POST /apps/:app/machines/:id/start': (asked) => {
      const previous_state = fleet.start(changeable(world, asked));
      return { status: 200, body: { previous_state, migrated: false, new_host: '' } };
    },

    'POST /apps/:app/machines/:id/stop': (asked) => {
      fleet.stop(changeable(world, asked));
      return ok;
    },

    'POST /apps/:app/machines/:id/restart': (asked) => {
      fleet.restart(changeable(world, asked));
      return ok;
    },

    'POST /apps/:app/machines/:id/cordon': (asked) => {
      fleet.cordon(changeable(world, asked), true);
      return ok;
    },

    'POST /apps/:app/machines/:id/uncordon': (asked) => {
      fleet.cordon(changeable(world, asked), false);
      return ok;
    },

    'GET /apps/:app/machines/:id/events': ({ app, id, query }) => ({
      status: 200,
      body: fleet.get(app, id).events.slice(0, Number(query.get('limit') ?? 20)),
    }),

    'GET /apps/:app/machines/:id/versions': ({ app, id }) => ({ status: 200, body: fleet.get(app, id).versions }),

    'GET /apps/:app/machines/:id/wait': ({ app, id, query }) => waitFor(fleet, fleet.get(app, id), query),
  };
}
