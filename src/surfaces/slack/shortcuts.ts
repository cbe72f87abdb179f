/** Message shortcuts: “Ask Sophia” about a message, and “Remember this”. */
import { z } from 'zod';
import type { Log } from '../../core/connector.ts';
import type { Door } from '../../core/door.ts';
import type { Message } from '../../core/message.ts';
import { formatThreadId } from '../../core/thread.ts';
import { type Modal, plain } from './blocks.ts';
import type { App } from './bolt.ts';
import type { Places } from './places.ts';
import type { PrivateAnswer } from './private-answer.ts';
import type { Self } from './receive.ts';
import { cut, shorten } from './render/literal.ts';
import { readText } from './text.ts';
import type { Call } from './web.ts';

const shortcut = z.object({
  callback_id: z.string(),
  trigger_id: z.string(),
  response_url: z.string().optional(),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  channel: z.object({ id: z.string() }),
  message: z.object({
    ts: z.string(),
    thread_ts: z.string().optional(),
    text: z.string().default(''),
    user: z.string().optional(),
  }),
});
/** What the modal carries from the click to the submission. */
const carried = z.object({
  channel: z.string(),
  thread: z.string(),
  author: z.string().optional(),
  quote: z.string(),
  callback: z.string().optional(),
});
const submitted = z.object({
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  view: z.object({
    id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().nullish() }))) }),
  }),
});

export function registerShortcuts(options: {
  app: App;
  door: Door;
  call: Call;
  places: Places;
  answer: PrivateAnswer;
  self: Self;
  now: () => Date;
  log: Log;
}): void {
  const { app, door, call, places, answer, self, now, log } = options;

  async function message(from: {
    user: string;
    team: string | undefined;
    channel: string;
    thread: string;
  }): Promise<Omit<Message, 'text' | 'kind'>> {
    return {
      surface: 'slack',
      channel: `slack:${self.team}:${from.channel}`,
      thread: formatThreadId({ surface: 'slack', team: self.team, channel: from.channel, root: from.thread }),
      person: `slack:${from.team ?? self.team}:${from.user}`,
      audience: await places.audience(from.channel),
      at: now().toISOString(),
    };
  }

  app.shortcut(/.*/, async ({ ack, body }) => {
    await ack();
    const parsed = shortcut.safeParse(body);
    if (!parsed.success) return log.warn({ problem: parsed.error.message }, 'A shortcut could not be read.');
    const { callback_id, trigger_id, response_url, user, team, channel, message: about } = parsed.data;
    const quote = readText(about.text, self.userId);
    const thread = about.thread_ts ?? about.ts;
    if (callback_id === 'remember_this') {
      const from = { user: user.id, team: user.team_id ?? team?.id, channel: channel.id, thread };
      const text = `remember ${quote.replace(/\s+/g, ' ')}`;
      const callback = response_url ? { callback: response_url } : {};
      await door.receive({ ...(await message(from)), kind: 'command', text, ...callback }, `shortcut:${trigger_id}`);
    }
    if (callback_id !== 'ask_sophia') return;
    const keep = { channel: channel.id, thread, author: about.user, callback: response_url };
    const shown = await call('views.open', { trigger_id, view: askModal(keep, quote) });
    const sorry = 'I was too slow to open that window. Please use the shortcut again.';
    if (!shown.ok)
      await answer(
        { user: user.id, responseUrl: response_url, channel: channel.id, root: thread },
        { text: sorry, blocks: [plain(sorry)] },
      );
  });

  app.view('ask_sophia', async ({ ack, body }) => {
    await ack();
    const submission = submitted.parse(body);
    const about = carried.parse(JSON.parse(submission.view.private_metadata));
    const request = submission.view.state.values.request?.request?.value?.trim() ?? '';
    const team = submission.user.team_id ?? submission.team?.id;
    const from = { user: submission.user.id, team, channel: about.channel, thread: about.thread };
    const quoted = about.quote.split('\n').map((line) => `> ${line}`);
    const author = about.author ? ` by <@${about.author}>` : '';
    const text = [request, '', `About this message${author}:`, ...quoted].join('\n');
    const callback = about.callback ? { callback: about.callback } : {};
    await door.receive(
      {
        ...(await message(from)),
        kind: 'words',
        text,
        taint: [{ source: `a quoted message${about.author ? ` by ${about.author}` : ''}` }],
        ...callback,
      },
      `shortcut:${submission.view.id}`,
    );
  });
}

/** The message stands in the modal's own memory, cut to what Slack lets it hold. */
function askModal(
  keep: { channel: string; thread: string; author: string | undefined; callback: string | undefined },
  quote: string,
): Modal {
  let most = 2200;
  const metadata = () => JSON.stringify({ ...keep, quote: shorten(quote, most) });
  while (metadata().length > 2900 && most > 100) most -= 200;
  return {
    type: 'modal',
    callback_id: 'ask_sophia',
    private_metadata: metadata(),
    title: { type: 'plain_text', text: 'Ask Sophia' },
    submit: { type: 'plain_text', text: 'Ask' },
    close: { type: 'plain_text', text: 'Back' },
    blocks: [
      plain(cut(quote, 500) || '(a message without text)'),
      {
        type: 'input',
        block_id: 'request',
        label: { type: 'plain_text', text: 'What should I do with this?' },
        element: { type: 'plain_text_input', action_id: 'request', multiline: true, max_length: 2000 },
      },
    ],
  };
}
