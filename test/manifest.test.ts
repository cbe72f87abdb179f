/** Holds manifest.yml to Slack's schema, and to what the code of the Slack surface really uses. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WebClient } from '@slack/web-api';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '..');
const text = readFileSync(join(root, 'manifest.yml'), 'utf8');
const schemaFile = resolve(root, '../shared/specs/slack-manifest.schema.json');
const noSchema = !existsSync(schemaFile);

/** The manifest for HTTP: what README.md tells people to change. */
const httpText = text
  .replaceAll(/# HTTP: /g, '')
  .replace('socket_mode_enabled: true', 'socket_mode_enabled: false')
  .trim();

/** What we rely on; a key that is missing or misspelt fails here even without Slack's schema. */
const manifest = z
  .object({
    display_information: z.object({
      name: z.string().max(35),
      description: z.string().max(140),
      long_description: z.string().min(175).max(4000),
      background_color: z.string().regex(/^#[0-9a-f]{6}$/i),
    }),
    features: z.object({
      app_home: z.strictObject({
        home_tab_enabled: z.boolean(),
        messages_tab_enabled: z.literal(true),
        messages_tab_read_only_enabled: z.literal(false),
      }),
      bot_user: z.object({ display_name: z.string().regex(/^[a-z0-9._-]{1,80}$/), always_online: z.boolean() }),
      agent_view: z.object({
        agent_description: z.string().max(300),
        suggested_prompts: z.array(z.object({ title: z.string().min(1), message: z.string().min(1) })).max(4),
      }),
      assistant_view: z.never().optional(),
      slash_commands: z.array(
        z.object({
          command: z.string().regex(/^\/[a-z]{1,31}$/),
          description: z.string().max(2000),
          should_escape: z.literal(true),
          url: z.url({ protocol: /^https$/ }).optional(),
        }),
      ),
      shortcuts: z.array(
        z.object({
          name: z.string().max(24),
          type: z.enum(['message', 'global']),
          callback_id: z.string(),
          description: z.string().max(150),
        }),
      ),
    }),
    oauth_config: z.object({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
    settings: z.object({
      event_subscriptions: z.object({
        request_url: z.url({ protocol: /^https$/ }).optional(),
        bot_events: z.array(z.string()),
      }),
      interactivity: z.object({ is_enabled: z.literal(true), request_url: z.url({ protocol: /^https$/ }).optional() }),
      socket_mode_enabled: z.boolean(),
      token_rotation_enabled: z.literal(false),
    }),
  })
  .parse(parse(text));

const surface = join(root, 'src/surfaces/slack');
const sources = readdirSync(surface, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(surface, file), 'utf8').replace(/^\s*(?:\/\*\*.*|\*.*|\/\/.*)$/gm, ''))
  .join('\n');
const all = (pattern: RegExp) => new Set([...sources.matchAll(pattern)].map((found) => found[1] ?? ''));

/** Web API method → the bot scopes it needs (docs.slack.dev/reference/methods). Look a new one up before you add it. */
const scopesOfMethod: Record<string, string[]> = {
  'agents.sessions.setStatus': ['chat:write'],
  'assistant.threads.setStatus': ['chat:write'],
  'assistant.threads.setSuggestedPrompts': ['assistant:write'],
  'auth.test': [],
  'chat.appendStream': ['chat:write'],
  'chat.delete': ['chat:write'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.startStream': ['chat:write'],
  'chat.stopStream': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  // Direct messages are known by their letter and never looked up, so im:read is not needed.
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.members': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'reactions.add': ['reactions:write'],
  'usergroups.list': ['usergroups:read'],
  'usergroups.users.list': ['usergroups:read'],
  // Asked of private channels alone; group messages would need mpim:read.
  'users.conversations': ['groups:read'],
  'users.info': ['users:read'],
  'users.list': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};
/** Event → the bot scopes it needs. */
const scopesOfEvent: Record<string, string[]> = {
  agent_session_stopped: ['assistant:write'],
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  channel_deleted: ['channels:read'],
  channel_shared: ['channels:read', 'groups:read'],
  channel_unshared: ['channels:read', 'groups:read'],
  group_deleted: ['groups:read'],
  member_joined_channel: ['channels:read', 'groups:read'],
  member_left_channel: ['channels:read', 'groups:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  tokens_revoked: [],
  user_change: ['users:read'],
};

/** Every name in the sources that Slack's own client knows as a method, as text or as a call. */
const client = new WebClient('xoxb-none');
const isMethod = (name: string) =>
  typeof name.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], client) ===
  'function';
const methods = new Set(
  [...all(/'([a-z]+(?:\.[a-zA-Z]+)+)'/g), ...all(/\.([a-z]+(?:\.[a-zA-Z]+)+)\(/g)].filter(isMethod),
);

describe('manifest.yml', () => {
  test.skipIf(noSchema)("fits Slack's schema, for Socket Mode and for HTTP (skipped without ../shared/specs)", () => {
    const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(
      JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
    );
    for (const variant of [text, httpText]) {
      validate(parse(variant));
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  test('as it stands uses Socket Mode and names no address; turned to HTTP it names three, all the same', () => {
    expect(manifest.settings.socket_mode_enabled).toBe(true);
    expect(text.match(/^\s*(?:request_)?url:/gm)).toBeNull();
    const addresses = [...httpText.matchAll(/^\s*(?:request_)?url: (\S+)$/gm)].map((found) => found[1]);
    expect(addresses).toHaveLength(3);
    expect(new Set(addresses).size).toBe(1);
    expect(addresses[0]).toMatch(/^https:\/\/[^/]+\/slack\/events$/);
  });

  test('asks for exactly the scopes that methods, events and commands need', () => {
    expect([...methods]).toEqual(expect.arrayContaining(['auth.test', 'chat.postMessage', 'views.open']));
    const unknown = [...methods].filter((method) => !(method in scopesOfMethod));
    expect(unknown, 'methods whose scopes nobody has looked up').toEqual([]);
    const needed = new Set([
      'assistant:write', // being an agent (agent_view) brings it
      'commands', // slash commands and shortcuts
      'files:read', // files people attach are fetched from their own address
      ...[...methods].flatMap((method) => scopesOfMethod[method] ?? []),
      ...manifest.settings.event_subscriptions.bot_events.flatMap((event) => scopesOfEvent[event] ?? []),
    ]);
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...needed].sort());
  });

  test('subscribes to exactly the events that are listened to', () => {
    const listed = [...all(/of \[((?:'[a-z_]+'(?:, )?)+)\] as const\)\s*app\.event\(name/g)].flatMap((names) =>
      names.replaceAll("'", '').split(', '),
    );
    const places = ['message.channels', 'message.groups', 'message.im'];
    const heard = new Set(
      // By name, or one of a list of names.
      [...all(/\.event\(\s*'([a-z_]+)'/g), ...listed].flatMap((event) => (event === 'message' ? places : [event])),
    );
    expect([...manifest.settings.event_subscriptions.bot_events].sort()).toEqual([...heard].sort());
    expect([...heard].filter((event) => !(event in scopesOfEvent))).toEqual([]);
  });

  test('has exactly the commands and shortcuts that are answered', () => {
    const commands = manifest.features.slash_commands.map(({ command }) => command);
    expect(commands.sort()).toEqual([...all(/\.command\(\s*'([^']+)'/g)].sort());
    const shortcuts = manifest.features.shortcuts.map(({ callback_id }) => callback_id);
    expect(shortcuts.sort()).toEqual([...all(/callback_id [!=]== '([a-z_]+)'/g)].sort());
  });
});
