/** The options with Slack's own values filled in for what was left out. */
import type { SlackEmulatorOptions, SlackWorkspace } from './types.ts';
import { acmeWorkspace } from './workspace.ts';

export type Settings = {
  workspace: SlackWorkspace;
  signingSecret: string;
  botToken: string;
  appToken: string | null;
  /** The old verification token every payload still carries. */
  verificationToken: string;
  subscriptions: Set<string>;
  scopes: Set<string>;
  commands: Set<string>;
  shortcuts: Set<string> | null;
  retryDelaysMs: number[];
  ackTimeoutMs: number;
  triggerLifeMs: number;
  limits: boolean;
  clock: () => number;
};

const defaultSubscriptions = [
  'app_mention',
  'message.im',
  'app_home_opened',
  'agent_session_stopped',
  'app_uninstalled',
  'tokens_revoked',
];
const knownScopes = [
  'app_mentions:read',
  'assistant:write',
  'chat:write',
  'channels:history',
  'channels:read',
  'commands',
  'files:read',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'mpim:write',
  'reactions:write',
  'team:read',
  'usergroups:read',
  'users:read',
  'users:read.email',
];

export function settle(options: SlackEmulatorOptions): Settings {
  const { signingSecret, botToken } = options;
  if (signingSecret === '') throw new TypeError('the signing secret is empty');
  if (!botToken.startsWith('xoxb-')) throw new TypeError('a bot token starts with xoxb-');
  if (options.appToken !== undefined && !options.appToken.startsWith('xapp-'))
    throw new TypeError('an app token starts with xapp-');
  const workspace = structuredClone({
    team: options.team ?? acmeWorkspace.team,
    people: options.people ?? acmeWorkspace.people,
    channels: options.channels ?? acmeWorkspace.channels,
    usergroups: options.usergroups ?? acmeWorkspace.usergroups,
    bot: options.bot ?? acmeWorkspace.bot,
  });
  return {
    workspace,
    signingSecret,
    botToken,
    appToken: options.appToken ?? null,
    verificationToken: 'emulated-verification-token',
    subscriptions: new Set(options.subscriptions ?? defaultSubscriptions),
    scopes: new Set(options.scopes ?? knownScopes),
    commands: new Set(options.commands ?? ['/sophia']),
    shortcuts: options.shortcuts ? new Set(options.shortcuts) : null,
    retryDelaysMs: options.retryDelaysMs ?? [0, 60_000, 300_000],
    ackTimeoutMs: options.ackTimeoutMs ?? 3000,
    triggerLifeMs: options.triggerLifeMs ?? 3000,
    limits: options.limits ?? false,
    clock: options.clock ?? Date.now,
  };
}
