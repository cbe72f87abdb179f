/** The emulated world of the playground: Acme's Slack, its repository, its app on Fly and a model, all on loopback. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFlyEmulator, type FlyEmulator } from '../emulators/fly/index.ts';
import { createGitHubEmulator, type GitHubEmulator } from '../emulators/github/index.ts';
import { createOpenRouterEmulator, type OpenRouterEmulator } from '../emulators/openrouter/index.ts';
import {
  acmeWorkspace,
  createSlackEmulator,
  type SlackEmulator,
  type SlackEmulatorOptions,
} from '../emulators/slack/index.ts';
import { readManifest } from './manifest.ts';
import { createTroubles, type TroubleView } from './troubles.ts';

export const repository = 'acme/web';
export const flyApp = 'acme-web';
export const approvers = ['U0ALICE', 'U0BOB'];
/** The same each time: pictures and habits rest on them. */
const fleet = [
  { region: 'iad', id: '148ed21a623d89' },
  { region: 'fra', id: '3d8d9014b32d18' },
  { region: 'syd', id: '91857266c41638' },
];
/** How many commits of main are not deployed yet when the story begins. */
const commitsAhead = 3;
const buildsEveryMs = 300;

const servicesFile = `# What the team calls its services.
services:
  web:
    repository: ${repository}
    environments:
      production:
        fly_app: ${flyApp}
        image: registry.fly.io/${flyApp}:{sha}
`;
const policyFile = `# Who must say yes to what. Anything not named here follows the rules built in: reads are free, a write asks.
version: 1
roles:
  admins: [${approvers.join(', ')}]
rules:
  - name: production asks an admin who did not ask for it
    match: { environment: production, effect: [write, destroy] }
    then: ask
    approvers: [admins]
    quorum: 1
    self_approval: false
    expires: 1h
    remind: 20m
`;

export type WorldView = {
  machines: { id: string; region: string; image: string; sha: string; state: string; healthy: boolean }[];
  unhealthyNext: boolean;
  troubles: TroubleView;
  note: string;
  models: string;
};

export type World = {
  readonly slack: SlackEmulator;
  readonly github: GitHubEmulator;
  readonly fly: FlyEmulator;
  readonly openRouter: OpenRouterEmulator;
  /** The message shortcuts of manifest.yml. */
  readonly shortcuts: { id: string; label: string }[];
  /** What the app is told: the emulators' addresses and keys, and nothing real but the model key. */
  readonly environment: Record<string, string>;
  view(): WorldView;
  /** The next image a machine starts with will not become healthy. */
  setUnhealthyNext(on: boolean): void;
  /** Something goes wrong at one service until it is ended (an empty `kind`). False when there is no such trouble. */
  setTrouble(service: string, kind: string): boolean;
  /** All is well again: every trouble ends, the next release is healthy. */
  heal(): void;
  /** Somebody pushes another commit to #12; its checks pass. Answers the new head. */
  pushToPull(number?: number): Promise<string>;
  /** A commit lands on main, its checks pass and its image is built. Answers its sha. */
  commitToMain(message?: string): Promise<string>;
  subscribe(listener: () => void): () => void;
  close(): Promise<void>;
};

export type WorldOptions = {
  /** Folder for the files the app reads. */
  data: string;
  appUrl: string;
  openRouterKey?: string;
  /** Milliseconds between two states of a machine; a person should be able to watch. */
  stepMs?: number;
  /** Another workspace, further people, a token for Socket Mode: for tests. */
  slack?: Partial<SlackEmulatorOptions>;
};

const signingSecret = 'playground-signing-secret';
const webhookSecret = 'playground-webhook-secret';
const botToken = 'xoxb-playground';

export async function createWorld(options: WorldOptions): Promise<World> {
  const { data, appUrl, openRouterKey, stepMs = 400 } = options;
  const github = await createGitHubEmulator({
    stepMs,
    hook: { url: `${appUrl}/github/events`, secret: webhookSecret },
  });
  const fly = await createFlyEmulator({ stepMs });
  // Asked anew each time: the playground's clock can be moved.
  const clock = () => Date.now();
  const openRouter = await createOpenRouterEmulator({ clock, paceMs: Math.floor(Math.min(stepMs, 400) / 16) });
  const granted = await readManifest();
  const slack = await createSlackEmulator({
    ...acmeWorkspace,
    clock,
    signingSecret,
    botToken,
    requestUrl: `${appUrl}/slack/events`,
    scopes: granted.scopes,
    subscriptions: granted.subscriptions,
    commands: granted.commands,
    shortcuts: granted.shortcuts.map(({ id }) => id),
    retryDelaysMs: [0, 5_000, 30_000],
    ...options.slack,
  });
  const troubles = createTroubles(
    { slack, github, fly, openRouter },
    { rehearsed: openRouterKey === undefined, stepMs },
  );
  const listeners = new Set<() => void>();
  let unhealthyNext = false;
  let note = '';

  const built = new Set(github.shas.main);
  for (const sha of built) fly.addImage(flyApp, sha, { revision: sha });
  const live = github.shas.main[commitsAhead] ?? '';
  fly.addApp({
    name: flyApp,
    org: 'acme',
    machines: fleet,
    image: `registry.fly.io/${flyApp}:${live}`,
  });

  await writeFile(join(data, 'services.yaml'), servicesFile);
  await writeFile(join(data, 'policy.yaml'), policyFile);

  github.whenRun('deploy.yml', ({ sha, inputs }) => deployByHand(inputs.version || sha));

  /** What Acme's deploy.yml does, as flyctl would: the image of a commit on every machine at once. */
  async function deployByHand(sha: string): Promise<void> {
    const app = `${fly.url}/v1/apps/${flyApp}/machines`;
    const headers = { authorization: `Bearer ${fly.token}`, 'content-type': 'application/json' };
    const found = (await (await fetch(app, { headers })).json()) as { id: string; config: object }[];
    for (const { id, config } of found) {
      const body = JSON.stringify({ config: { ...config, image: `registry.fly.io/${flyApp}:${sha}` } });
      const answer = await fetch(`${app}/${id}`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`machine ${id}: ${await answer.text()}`);
    }
  }

  const changed = () => {
    for (const listener of listeners) listener();
  };
  const unsubscribe = [slack.subscribe(changed), fly.subscribe(watchFly)];

  /** What Acme's build server does with every commit of main, merged pull requests included: test, build, push. */
  async function build(): Promise<void> {
    for (const sha of github.shas.main.filter((candidate) => !built.has(candidate))) {
      built.add(sha);
      await github.setCheck(sha, 'test', 'success');
      fly.addImage(flyApp, sha, { revision: sha });
      note = `${sha.slice(0, 7)} is on main, checked and built.`;
      changed();
    }
  }
  const building = setInterval(() => {
    build().catch(() => {
      // GitHub was closed meanwhile.
    });
  }, buildsEveryMs);
  building.unref();

  /** The switch turns itself off when the sick release has shown itself. */
  function watchFly(): void {
    const failing = machines().some((machine) => !machine.healthy && machine.state === 'started');
    if (unhealthyNext && failing) unhealthyNext = false;
    changed();
  }

  function setUnhealthyNext(on: boolean): void {
    unhealthyNext = on;
    if (on) fly.makeUnhealthy('next');
    else fly.makeHealthy('next');
    changed();
  }

  function machines(): WorldView['machines'] {
    const app = fly.snapshot().apps.find(({ name }) => name === flyApp);
    return (app?.machines ?? []).map(({ id, region, image, revision, state, checks }) => ({
      id,
      region,
      image,
      sha: (revision ?? image).slice(0, 7),
      state,
      healthy: state === 'started' && checks.every((check) => check.status === 'passing'),
    }));
  }

  return {
    slack,
    github,
    fly,
    openRouter,
    shortcuts: granted.shortcuts,
    environment: {
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_API_URL: slack.apiUrl,
      GITHUB_TOKEN: github.token,
      GITHUB_API_URL: github.url,
      GITHUB_WEBHOOK_SECRET: webhookSecret,
      FLY_API_TOKEN: fly.token,
      FLY_API_URL: fly.url,
      FLY_REGISTRY_URL: fly.registryUrl,
      // The rehearsal model has nothing to be measured by, and a visitor's own key is not spent on it.
      SOPHIA_MODEL_EVALUATION_USD: '0',
      ...(openRouterKey
        ? { OPENROUTER_API_KEY: openRouterKey }
        : { OPENROUTER_API_KEY: openRouter.apiKey, OPENROUTER_BASE_URL: openRouter.baseUrl }),
      SOPHIA_ADMINS: approvers.join(','),
      SOPHIA_SERVICES: join(data, 'services.yaml'),
      SOPHIA_POLICY: join(data, 'policy.yaml'),
    },
    view: () => ({
      machines: machines(),
      unhealthyNext,
      troubles: troubles.view(),
      note,
      models: openRouterKey
        ? 'Real models through OpenRouter'
        : 'A rehearsal model answers: no OPENROUTER_API_KEY is set',
    }),
    setUnhealthyNext,
    setTrouble(service, kind) {
      const known = troubles.set(service, kind);
      changed();
      return known;
    },
    heal() {
      troubles.clear();
      setUnhealthyNext(false);
    },
    async pushToPull(number = 12) {
      const sha = await github.pushToPull(number);
      await github.setCheck(sha, 'test', 'success');
      note = `#${number} is now at ${sha.slice(0, 7)}.`;
      changed();
      return sha;
    },
    async commitToMain(message = 'Round prices up on the product page') {
      const sha = await github.commitToMain(message);
      await build();
      return sha;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(building);
      for (const end of unsubscribe) end();
      await Promise.all([slack.close(), github.close(), fly.close(), openRouter.close()]);
    },
  };
}
