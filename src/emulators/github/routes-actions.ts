/** Routes of GitHub Actions: workflows, their runs and jobs, what starts, repeats and ends a run. */
import { refuse } from './refusal.ts';
import type { RouteRow } from './routes.ts';
import type { workflowsOver } from './workflows.ts';

export function actionRoutes(workflows: ReturnType<typeof workflowsOver>, publicUrl: string): RouteRow[] {
  const json = (body: unknown, status = 200) => ({ status, body });
  return [
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/workflows$/,
      async ({ search }, repo) => json(workflows.list(repo, search)),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/workflows\/([^/]+)$/,
      async (_, repo, name) => json(workflows.one(repo, decodeURIComponent(name))),
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/workflows\/([^/]+)\/dispatches$/,
      async ({ body, login }, repo, name) => {
        const started = await workflows.dispatch(repo, decodeURIComponent(name), body ?? {}, login);
        return started ? json(started) : { status: 204 };
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/workflows\/([^/]+)\/runs$/,
      async ({ search }, repo, name) => json(await workflows.runs(repo, search, decodeURIComponent(name))),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs$/,
      async ({ search }, repo) => json(await workflows.runs(repo, search)),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)$/,
      async (_, repo, id) => json(await workflows.run(repo, Number(id))),
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)\/jobs$/,
      async (_, repo, id) => json(await workflows.jobs(repo, Number(id))),
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)\/rerun$/,
      async (_, repo, id) => {
        await workflows.rerun(repo, Number(id), false);
        return json({}, 201);
      },
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)\/rerun-failed-jobs$/,
      async (_, repo, id) => {
        await workflows.rerun(repo, Number(id), true);
        return json({}, 201);
      },
    ],
    [
      'POST',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)\/cancel$/,
      async (_, repo, id) => {
        await workflows.cancel(repo, Number(id));
        return json({}, 202);
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/actions\/jobs\/(\d+)\/logs$/,
      async (_, __, id) => {
        if (workflows.log(Number(id)) === undefined) throw refuse(404, 'Not Found');
        return { status: 302, headers: { location: `${publicUrl}/_logs/${id}` } };
      },
    ],
  ];
}
