/** The Machines API as routes over the emulated fleet: paths, statuses and bodies as the service has them. */
import { appRoutes } from './routes-apps.ts';
import { leaseRoutes } from './routes-leases.ts';
import { machineRoutes } from './routes-machines.ts';
import { storageRoutes } from './routes-storage.ts';
import { type Answered, type Asked, type Handler, Refusal } from './types.ts';
import type { RoutesWorld } from './views.ts';

export function createRoutes(world: RoutesWorld): (asked: Omit<Asked, 'app' | 'id' | 'key'>) => Promise<Answered> {
  const all = { ...appRoutes(world), ...machineRoutes(world), ...leaseRoutes(world), ...storageRoutes(world) };
  const routes = Object.entries(all).map(([line, handler]) => {
    const [method = '', path = ''] = line.split(' ');
    const shape = new RegExp(`^/v1${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    return { method, shape, handler: handler as Handler };
  });

  return async (asked) => {
    for (const { method, shape, handler } of routes) {
      const match = asked.method === method ? shape.exec(asked.path) : null;
      if (match) return handler({ ...asked, app: '', id: '', key: '', ...match.groups });
    }
    throw new Refusal(404, 'not found');
  };
}
