/** What manifest.yml grants, so that the emulated Slack gives the app exactly what a real one would. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const manifest = z.object({
  features: z.object({
    shortcuts: z.array(z.object({ name: z.string(), callback_id: z.string() })),
    slash_commands: z.array(z.object({ command: z.string() })),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
});

export async function readManifest() {
  const text = await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8');
  const { features, oauth_config, settings } = manifest.parse(parse(text));
  return {
    scopes: oauth_config.scopes.bot,
    subscriptions: settings.event_subscriptions.bot_events,
    commands: features.slash_commands.map(({ command }) => command),
    shortcuts: features.shortcuts.map(({ name, callback_id }) => ({ id: callback_id, label: name })),
  };
}
