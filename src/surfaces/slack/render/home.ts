/** Somebody's own page as the Home tab. */
import type { HomePage, PartHealth } from '../../../core/home.ts';
import { type Block, brief, header, type Leaf, line, link, mrkdwn, note, plain, rich, text } from '../blocks.ts';
import { deedButtons } from './deeds.ts';
import { escaped } from './literal.ts';
import { channelLink, date, mention } from './people.ts';

const begin = [
  header('I am Sophia, a program that runs things for this workspace'),
  mrkdwn(
    [
      'Mention me in a channel I am in, write to me here, or type `/sophia`.',
      'I read freely. Before I change anything I show the exact plan and ask the people who may approve it.',
    ].join('\n'),
  ),
];
const disclaimer = note(
  'My answers may be written by a language model and can be wrong. Cards and outcomes are not: they show the record.',
);

/** For those she does not work for: guests, and people of other workspaces. */
export const strangersHome: Block[] = [
  ...begin,
  mrkdwn('I work for full members of this workspace. Please ask one of them for what you need.'),
  disclaimer,
];

export function renderHome(page: HomePage): Block[] {
  return [
    ...begin,
    ...part(
      'Waiting for approval',
      page.waiting.flatMap(({ summary, requester, expiresAt, mine, link: url }) => [
        rich(line(...linked(summary, url))),
        note(`${mine ? '*for you to decide*' : 'you asked'} · from ${mention(requester)} · expires ${date(expiresAt)}`),
      ]),
      'Nothing waits for you.',
    ),
    ...part(
      'Running for you',
      page.runs.flatMap(({ id, title, standing, startedAt, link: url }) => [
        rich(line(...linked(title, url))),
        note(`${escaped(standing).slice(0, 300)} · since ${date(startedAt)}`),
        ...deedButtons([
          { label: 'Stop', style: 'danger', action: 'sophia_stop_run', input: { run: id }, confirm: 'End this run?' },
        ]).map((block) => ({ ...block, block_id: `run ${id}` })),
      ]),
      'Nothing runs for you.',
    ),
    ...part(
      'Digests',
      page.schedules.map(({ id, template, said, zone, channel, paused }) =>
        mrkdwn(
          `*${escaped(template)}* ${escaped(said)} (${escaped(zone)}) in ${channelLink(channel)}${paused ? ' · _paused_' : ''} · \`${id}\``,
        ),
      ),
      'None comes by itself. Type `/sophia digest schedule daily every weekday at 9` in a channel.',
    ),
    ...part('What I am connected to', page.parts.map(healthLine), 'Nothing yet.'),
    mrkdwn(
      ['*To begin*', '• `/sophia help`: everything I can do', '• `@sophia what is running in production?`'].join('\n'),
    ),
    disclaimer,
  ].slice(0, 100);
}

function part(title: string, blocks: Block[], none: string): Block[] {
  return [{ type: 'divider' }, mrkdwn(`*${title}*`), ...(blocks.length > 0 ? blocks : [mrkdwn(`_${none}_`)])];
}

function linked(words: string, url: string | null): Leaf[] {
  return url ? [link(url, words.slice(0, 200))] : [brief(words, 200)];
}

function healthLine({ name, state, words }: PartHealth): Block {
  const icon = { ok: '🟢', failing: '🔴', off: '⚪' }[state];
  return rich(line(text(`${icon} `), text(name, { bold: true }), text(` ${words.slice(0, 250)}`)));
}

export function failedHome(words: string): Block[] {
  return [...begin, plain(words), disclaimer];
}
