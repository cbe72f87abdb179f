/** The vendored emulator underneath: users, git objects, issues, comments, reviews and check runs live there. */
import { createEmulator } from 'emulate';

export type Upstream = {
  url: string;
  /** Calls it as one of the seeded people. */
  as<T = unknown>(login: string, method: string, path: string, body?: unknown): Promise<T>;
  /** A token for a call of the bot; a new one now and then, because each is cut off after 5,000 calls. */
  botToken(): string;
  close(): Promise<void>;
};

export type UpstreamSeed = {
  bot: string;
  organisation: string;
  people: { login: string; name: string; email: string }[];
  repository: { name: string; description: string };
  app?: { id: number; installationId: number; privateKey: string };
};

const callsPerToken = 4_000;

export async function startUpstream(seed: UpstreamSeed): Promise<Upstream> {
  // Unknown tokens are the first user, so the bot comes first: its tokens need no seeding.
  const users = [{ login: seed.bot, name: 'Sophia', email: `${seed.bot}@acme.example` }, ...seed.people];
  const fullName = `${seed.organisation}/${seed.repository.name}`;
  const permissions = {
    contents: 'write',
    pull_requests: 'write',
    issues: 'write',
    checks: 'read',
    actions: 'read',
    metadata: 'read',
  };
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: Object.fromEntries(
        users.flatMap(({ login }) => [0, 1].map((n) => [`person-${login}-${n}`, { login, scopes: ['repo'] }])),
      ),
      github: {
        users,
        orgs: [
          { login: seed.organisation, name: 'Acme', members: users.map(({ login }) => ({ login, role: 'admin' })) },
        ],
        repos: [
          { owner: seed.organisation, ...seed.repository, private: true, auto_init: false, language: 'TypeScript' },
        ],
        apps: seed.app
          ? [
              {
                app_id: seed.app.id,
                slug: 'sophia',
                name: 'Sophia',
                private_key: seed.app.privateKey,
                permissions,
                events: [],
                installations: [
                  {
                    installation_id: seed.app.installationId,
                    account: seed.organisation,
                    repositories: [fullName],
                    permissions,
                  },
                ],
              },
            ]
          : [],
      },
    },
  });

  let calls = 0;
  const botToken = (): string => `bot-${Math.floor(calls++ / callsPerToken)}`;

  return {
    url: emulator.url,
    botToken,
    async as<T>(login: string, method: string, path: string, body?: unknown): Promise<T> {
      const token = login === seed.bot ? botToken() : `person-${login}-${method === 'GET' ? 0 : 1}`;
      const response = await fetch(emulator.url + path, {
        method,
        headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new UpstreamRefusal(response.status, text, `${method} ${path}`);
      return (text === '' ? null : JSON.parse(text)) as T;
    },
    close: () => emulator.close(),
  };
}

/** The emulator underneath said no; its status and words are passed on. */
export class UpstreamRefusal extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string, call: string) {
    super(`${call} answered ${status}: ${body}`);
    this.name = 'UpstreamRefusal';
    this.status = status;
    this.body = body;
  }
}
