/** Routes for apps, regions and the token. */
import { ulid } from './fleet.ts';
import { regions } from './regions.ts';
import { Refusal, type Routes } from './types.ts';
import { type RoutesWorld, viewApp } from './views.ts';

export function appRoutes({ fleet, owner }: RoutesWorld): Routes {
  return {
    'GET /apps': ({ query }) => {
      const org = query.get('org_slug');
      if (!org) throw new Refusal(400, 'org_slug is required');
      const apps = [...fleet.apps.values()].filter((app) => app.org === org).map(viewApp);
      return { status: 200, body: { total_apps: apps.length, apps } };
    },

    'POST /apps': ({ body }) => {
      const { name, org_slug: org } = body as { name?: string; org_slug?: string };
      if (!name || !org) throw new Refusal(400, 'name and org_slug are required');
      if (fleet.apps.has(name)) throw new Refusal(422, 'Name has already been taken', 'name_taken');
      return { status: 201, body: { id: fleet.addApp(name, org).id, created_at: Date.now() } };
    },

    'GET /apps/:app': ({ app }) => {
      const found = fleet.apps.get(app);
      if (!found) throw new Refusal(404, 'app not found');
      return { status: 200, body: viewApp(found) };
    },

    'GET /platform/regions': () => ({ status: 200, body: { nearest: 'iad', regions } }),

    'GET /tokens/current': () => {
      const org = [...fleet.apps.values()][0]?.org ?? 'personal';
      const token = { token_id: ulid(), org_slug: org, organization: org, user: owner };
      return { status: 200, body: { tokens: [token] } };
    },
  };
}
