/** Routes for an app's secrets and volumes. */
import { regions } from './regions.ts';
import type { Volume } from './storage.ts';
import { Refusal, type Routes } from './types.ts';
import type { RoutesWorld } from './views.ts';

export function storageRoutes({ fleet, faults, storage }: RoutesWorld): Routes {
  const known = (name: string) => {
    const app = fleet.apps.get(name);
    if (!app) throw new Refusal(404, 'app not found');
    return app;
  };
  const view = ({ snapshots: _, attached_machine_id, ...rest }: Volume) => ({
    ...rest,
    ...(attached_machine_id ? { attached_machine_id } : {}),
    snapshot_retention: 5,
    auto_backup_enabled: true,
    fstype: 'ext4',
    host_status: 'ok',
  });

  return {
    'GET /apps/:app/secrets': ({ app }) => {
      known(app);
      return { status: 200, body: { secrets: [...storage.of(app).secrets.values()] } };
    },
    'DELETE /apps/:app/secrets/:key': ({ app, key }) => {
      known(app);
      const version = storage.unsetSecret(app, decodeURIComponent(key));
      return { status: 200, body: { version, Version: version } };
    },

    'GET /apps/:app/volumes': ({ app }) => {
      known(app);
      return { status: 200, body: [...storage.of(app).volumes.values()].map(view) };
    },
    'POST /apps/:app/volumes': ({ app, body }) => {
      const { name = '', region = 'iad', size_gb } = body as { name?: string; region?: string; size_gb?: number };
      const owner = known(app);
      if (!regions.some((one) => one.code === region)) throw new Refusal(400, `region ${region} not found`);
      if (faults.noRoom(region))
        throw new Refusal(422, `insufficient resources to create a volume in ${region}`, 'volume_placement_capacity');
      const made = storage.addVolume(owner, { name, region, ...(size_gb === undefined ? {} : { size_gb }) });
      return { status: 200, body: view(made) };
    },
    'GET /apps/:app/volumes/:id': ({ app, id }) => {
      known(app);
      return { status: 200, body: view(storage.volume(app, id)) };
    },
    'PUT /apps/:app/volumes/:id/extend': ({ app, id, body }) => {
      known(app);
      const volume = storage.volume(app, id);
      const needs_restart = storage.extend(volume, Number((body as { size_gb?: number }).size_gb));
      return { status: 200, body: { volume: view(volume), needs_restart } };
    },
    'GET /apps/:app/volumes/:id/snapshots': ({ app, id }) => {
      known(app);
      return { status: 200, body: storage.volume(app, id).snapshots };
    },
    'POST /apps/:app/volumes/:id/snapshots': ({ app, id }) => {
      known(app);
      storage.snapshot(storage.volume(app, id));
      return { status: 200, body: {} };
    },
  };
}
