/** The Home tab: what Sophia is, how to ask her, and that she is a program. */
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import { type Block, header, mrkdwn, note } from './blocks.ts';
import type { App } from './bolt.ts';
import type { Call } from './web.ts';

const opened = z.object({ user: z.string(), tab: z.string().optional() });

export function registerHome(options: { app: App; call: Call; log: Log }): void {
  const { app, call, log } = options;
  app.event('app_home_opened', async ({ event }) => {
    const parsed = opened.safeParse(event);
    if (!parsed.success || parsed.data.tab !== 'home') return;
    const answer = await call('views.publish', {
      user_id: parsed.data.user,
      view: { type: 'home', blocks: homeBlocks() },
    });
    if (!answer.ok) log.warn({ failure: answer.failure.kind }, 'The Home tab could not be shown.');
  });
}

export function homeBlocks(): Block[] {
  return [
    header('I am Sophia, a program that runs things for this workspace'),
    mrkdwn(
      [
        'Mention me in a channel I am in, write to me here, or type `/sophia`.',
        'I read freely. Before I change anything I show the exact plan and ask the people who may approve it.',
      ].join('\n'),
    ),
    mrkdwn(
      ['*To begin*', '• `/sophia help`: everything I can do', '• `@sophia what is running in production?`'].join('\n'),
    ),
    note(
      'My answers may be written by a language model and can be wrong. Cards and outcomes are not: they show the record.',
    ),
  ];
}
