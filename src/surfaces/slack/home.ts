/** The Home tab, drawn anew each time it is opened; and the prompts offered in a direct message. */
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import type { Door } from '../../core/door.ts';
import type { HomePage } from '../../core/home.ts';
import type { Block } from './blocks.ts';
import type { App } from './bolt.ts';
import type { Self } from './receive.ts';
import { failedHome, renderHome, strangersHome } from './render/home.ts';
import { everyString, type Redact } from './render/index.ts';
import type { Call } from './web.ts';

const opened = z.object({ user: z.string(), channel: z.string().optional(), tab: z.string().optional() });

export function registerHome(options: {
  app: App;
  door: Door;
  call: Call;
  self: Self;
  redact: Redact;
  log: Log;
}): void {
  const { app, door, call, self, redact, log } = options;

  async function look(user: string): Promise<{ page: HomePage | null; blocks: Block[] }> {
    try {
      const page = await door.home(`slack:${self.team}:${user}`);
      return { page, blocks: page ? renderHome(everyString(page, redact)) : strangersHome };
    } catch (error) {
      log.warn({ error: String(error) }, 'Somebody’s own page could not be gathered.');
      return { page: null, blocks: failedHome('I could not gather this page just now. Open it again in a moment.') };
    }
  }

  app.event('app_home_opened', async ({ event }) => {
    const parsed = opened.safeParse(event);
    if (!parsed.success) return;
    const { user, channel, tab } = parsed.data;
    const { page, blocks } = await look(user);
    if (tab === 'home') {
      const answer = await call('views.publish', { user_id: user, view: { type: 'home', blocks } });
      if (!answer.ok) log.warn({ failure: answer.failure.kind }, 'The Home tab could not be shown.');
    }
    if (tab !== 'home' && channel && page) {
      // Naming a thread here makes Slack answer ok and do nothing.
      const prompts = promptsFor(page);
      const answer = await call('assistant.threads.setSuggestedPrompts', { channel_id: channel, prompts });
      if (!answer.ok) log.debug({ failure: answer.failure.kind }, 'Slack did not take the suggested prompts.');
    }
  });
}

/** At most four, what matters to this person first. */
function promptsFor({ waiting, runs }: HomePage): { title: string; message: string }[] {
  return [
    ...(waiting.some(({ mine }) => mine) ? [{ title: 'What waits for my approval?', message: 'approvals' }] : []),
    ...(runs.length > 0 ? [{ title: 'What is running?', message: 'runs' }] : []),
    { title: 'What waits to be merged?', message: 'What is waiting to be merged, and what holds it up?' },
    { title: 'What changed since yesterday?', message: 'digest' },
    { title: 'What can you do?', message: 'help' },
  ].slice(0, 4);
}
