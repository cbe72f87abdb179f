/** GitHub: repositories, pull requests, workflows, releases and issues, by personal token or as a GitHub App. */
import { z } from 'zod';
import { type Connection, type ConnectorHealth, type ConnectorWorld, defineConnector } from '../../core/connector.ts';
import { toSophiaError } from '../../core/error.ts';
import { actionsOf } from './actions.ts';
import { type Credentials, createGitHub, type GitHub } from './client.ts';
import { noticesOf } from './notices.ts';
import { mayWrite } from './permission.ts';
import { sourceOf } from './source.ts';

const appVariables = ['GITHUB_APP_ID', 'GITHUB_APP_PRIVATE_KEY', 'GITHUB_APP_INSTALLATION_ID'] as const;

const config = z
  .object({
    GITHUB_TOKEN: z.string().trim().regex(/^\S+$/, 'must be one word').optional(),
    GITHUB_APP_ID: z.coerce.number().int().min(1).optional(),
    GITHUB_APP_PRIVATE_KEY: z
      .string()
      // Environment files hold one line: the line breaks of a key are often written as \n.
      .transform((key) => key.replaceAll('\\n', '\n').trim())
      .refine((key) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key), 'must be the text of the .pem file')
      .optional(),
    GITHUB_APP_INSTALLATION_ID: z.coerce.number().int().min(1).optional(),
    GITHUB_API_URL: z.url().default('https://api.github.com'),
    GITHUB_WEBHOOK_SECRET: z.string().trim().min(16, 'must be at least 16 characters').optional(),
  })
  .superRefine((given, context) => {
    if (given.GITHUB_TOKEN) return;
    for (const name of appVariables)
      if (given[name] === undefined)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'is needed beside the other two, or set GITHUB_TOKEN',
        });
  });
export type GitHubConfig = z.infer<typeof config>;

function credentialsOf(given: GitHubConfig): Credentials {
  // A token is the more deliberate choice: whoever sets both is trying something out.
  if (given.GITHUB_TOKEN) return { kind: 'token', token: given.GITHUB_TOKEN };
  return {
    kind: 'app',
    appId: given.GITHUB_APP_ID ?? 0,
    privateKey: given.GITHUB_APP_PRIVATE_KEY ?? '',
    installationId: given.GITHUB_APP_INSTALLATION_ID ?? 0,
  };
}

export function connectGitHub(given: GitHubConfig, world: ConnectorWorld, inner?: typeof fetch): Connection {
  const github = createGitHub({
    credentials: credentialsOf(given),
    apiUrl: given.GITHUB_API_URL,
    log: world.log,
    ...(inner ? { fetch: inner } : {}),
  });
  const secret = given.GITHUB_WEBHOOK_SECRET;
  return {
    actions: actionsOf(github),
    check: () => check(github),
    mayWrite: mayWrite(github),
    source: sourceOf(github, siteOf(given.GITHUB_API_URL)),
    ...(secret === undefined ? {} : { notices: noticesOf(secret) }),
  };
}

/** Where people read what the API tells: a server of one's own has both under one host. */
function siteOf(apiUrl: string): string {
  const { origin, host } = new URL(apiUrl);
  return host === 'api.github.com' ? 'https://github.com' : origin;
}

export const github = defineConnector<GitHubConfig>({
  name: 'github',
  about: 'GitHub repositories, pull requests, workflows, releases and issues.',
  config,
  needs: [
    {
      variable: 'GITHUB_TOKEN',
      where:
        'https://github.com/settings/personal-access-tokens; repository permissions: contents, issues, pull requests, actions, deployments: write; checks, commit statuses: read',
    },
    {
      variable: 'GITHUB_APP_ID',
      where: 'the settings page of your GitHub App, with GITHUB_APP_PRIVATE_KEY and GITHUB_APP_INSTALLATION_ID',
    },
  ],
  connect: (given, world) => connectGitHub(given, world),
});

const checkMs = 10_000;

async function check(github: GitHub): Promise<ConnectorHealth> {
  const hub = github(AbortSignal.timeout(checkMs));
  try {
    const { name, scopes, callsLeft } = await hub.identify();
    const route = github.kind === 'app' ? 'GET /installation/repositories' : 'GET /user/repos';
    const options = { most: 100, ...(github.kind === 'app' ? { within: 'repositories' } : {}) };
    const { items, complete } = await hub.pages(z.object({ full_name: z.string() }), route, {}, options);
    const can = [
      `is ${name}`,
      `sees ${items.length}${complete ? '' : ' or more'} ${items.length === 1 && complete ? 'repository' : 'repositories'}`,
      ...(scopes ? [`scopes: ${scopes}`] : []),
      `${callsLeft.toLocaleString('en')} calls left this hour`,
    ];
    return { state: 'ok', can: can.join('; ') };
  } catch (error) {
    const { message, hint } = toSophiaError(error);
    return { state: 'failing', problem: message, hint: hint ?? 'See https://www.githubstatus.com.' };
  }
}
