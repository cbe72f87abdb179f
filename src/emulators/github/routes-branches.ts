/** Routes of a branch and the rules that guard it; the rules are listed, not enforced. */
import type { Git } from './git.ts';
import { pageOfRows } from './paging.ts';
import type { RouteRow } from './routes.ts';

export function branchRoutes(git: Git, publicUrl: string, rules: Map<string, object[]>): RouteRow[] {
  return [
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/branches\/([^/]+)$/,
      async (_, repo, encoded) => {
        const name = decodeURIComponent(encoded);
        const url = `${publicUrl}/repos/${repo}/branches/${encoded}`;
        const body = {
          name,
          commit: await git.read(repo, await git.tip(repo, name)),
          _links: { self: url, html: `${publicUrl}/${repo}/tree/${name}` },
          protected: rules.has(name),
          protection: {
            enabled: false,
            required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
          },
          protection_url: `${url}/protection`,
        };
        return { status: 200, body };
      },
    ],
    [
      'GET',
      /^\/repos\/([^/]+\/[^/]+)\/rules\/branches\/([^/]+)$/,
      async ({ search }, _, branch) => ({
        status: 200,
        body: pageOfRows(rules.get(decodeURIComponent(branch)) ?? [], search),
      }),
    ],
  ];
}
