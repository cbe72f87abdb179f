/** Messages as Slack shows them: who, when, blocks, thread line, and what only one person sees. */
import { blocks } from './blocks.js';
import { h, reconcile } from './dom.js';
import { fileList } from './files.js';
import { mrkdwn } from './mrkdwn.js';
import { avatar } from './people.js';
import { clock, dayOf, exactly } from './time.js';

const groupedForSeconds = 300;

/**
 * Draws messages into a list, keeping the reader at the bottom when they were there.
 * @param {HTMLElement} scroller @param {HTMLElement} list @param {object[]} messages
 */
export function renderMessages(scroller, list, messages, context, { inThread = false, firstTime = false } = {}) {
  const atBottom = firstTime || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  let previous;
  const items = messages.map((message) => {
    const follows =
      previous &&
      previous.user === message.user &&
      !previous.reply_count &&
      !message.is_ephemeral &&
      !previous.is_ephemeral &&
      Number(message.ts) - Number(previous.ts) < groupedForSeconds;
    const day = previous && dayOf(previous.ts) !== dayOf(message.ts) ? dayOf(message.ts) : null;
    previous = message;
    return { message, follows: Boolean(follows) && day === null, day };
  });
  reconcile(
    list,
    items,
    ({ message }) => message.ts,
    ({ message, follows, day }) => JSON.stringify([{ ...message, replies: undefined }, follows, day, context.names.me]),
    (item) => messageNode(item, context, inThread),
  );
  if (atBottom) scroller.scrollTop = scroller.scrollHeight;
}

function messageNode({ message, follows, day }, context, inThread) {
  const { names } = context;
  const name = names.personName(message.user) ?? 'Somebody';
  const bySophia = message.user === names.bot;
  const ours = {
    names,
    act: (click) => context.click(message, click),
  };
  const root = message.thread_ts === undefined || message.thread_ts === message.ts;
  return h(
    'li',
    {
      class: `message${follows ? ' follows' : ''}${message.is_ephemeral ? ' ephemeral' : ''}`,
      data: { ts: message.ts },
      // A message that grows is read out when it stands.
      'aria-busy': message.streaming_state === 'in_progress' ? 'true' : undefined,
    },
    day && h('p', { class: 'day' }, day),
    follows ? h('span', { class: 'gutter', 'aria-hidden': 'true' }, clock(message.ts)) : avatar(message.user, name),
    h(
      'article',
      { 'aria-label': `${name}, ${clock(message.ts)}` },
      message.is_ephemeral && h('p', { class: 'only-you' }, 'Only visible to you'),
      !follows &&
        h(
          'p',
          { class: 'who' },
          h('strong', null, name),
          bySophia && h('span', { class: 'badge' }, 'APP'),
          h(
            'time',
            { datetime: new Date(Number(message.ts) * 1000).toISOString(), title: exactly(message.ts) },
            clock(message.ts),
          ),
        ),
      h('div', { class: 'content' }, content(message, ours)),
      message.edited && !message.streaming_state && h('span', { class: 'edited' }, '(edited)'),
      message.problem?.person === names.me && h('p', { class: 'problem', role: 'alert' }, `⚠ ${message.problem.text}`),
      reactions(message),
      !inThread && !message.is_ephemeral && root && threadLine(message, context),
    ),
    !message.is_ephemeral && tools(message, context, inThread),
  );
}

function content(message, ours) {
  if (message.subtype === 'tombstone') return h('p', { class: 'muted' }, 'This message was deleted.');
  const shown = [];
  if (message.blocks?.length) shown.push(blocks(message.blocks, ours));
  else if (message.text) shown.push(h('div', { class: 'text' }, mrkdwn(message.text, ours.names)));
  for (const attachment of message.attachments ?? [])
    shown.push(
      h(
        'div',
        { class: 'attachment' },
        attachment.blocks
          ? blocks(attachment.blocks, ours)
          : mrkdwn(String(attachment.text ?? attachment.fallback ?? ''), ours.names),
      ),
    );
  if (message.files?.length) shown.push(fileList(message.files));
  if (message.streaming_state === 'in_progress') addCaret(shown);
  if (message.streaming_state === 'errored') shown.push(h('p', { class: 'muted small' }, 'Stopped before the end.'));
  return shown;
}

/** Where the next word will stand: at the end of the last paragraph, or under everything. */
function addCaret(shown) {
  const caret = h('span', { class: 'caret', 'aria-hidden': 'true' });
  const last = shown.flat(Number.POSITIVE_INFINITY).at(-1);
  const paragraph = last?.matches?.('.markdown') ? [...last.querySelectorAll('p, li')].at(-1) : null;
  if (paragraph) paragraph.append(caret);
  else shown.push(caret);
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  const words = message.reactions.map((reaction) => `:${reaction.name}: ${reaction.count}`).join('  ');
  return h('p', { class: 'reactions' }, mrkdwn(words, { personName: () => undefined, channelName: () => undefined }));
}

function threadLine(message, context) {
  if (!message.reply_count) return null;
  const count = message.reply_count === 1 ? '1 reply' : `${message.reply_count} replies`;
  return h(
    'button',
    {
      type: 'button',
      class: 'thread-line',
      data: { focus: `open-${message.ts}` },
      on: { click: () => context.openThread(message.ts) },
    },
    count,
    message.latest_reply && h('span', { class: 'muted' }, ` Last reply ${clock(message.latest_reply)}`),
  );
}

function tools(message, context, inThread) {
  const choices = [
    ...(inThread ? [] : [{ label: 'Reply in thread', act: () => context.openThread(message.thread_ts ?? message.ts) }]),
    ...(message.user === context.names.me && !message.subtype
      ? [
          { label: 'Edit message', act: () => context.reword(message) },
          { label: 'Delete message', act: () => context.unsay(message) },
        ]
      : []),
    ...context.shortcuts.map(({ id, label }) => ({ label, act: () => context.shortcut(id, message) })),
  ];
  if (choices.length === 0) return null;
  const choose = (event) => {
    const choice = choices[Number(event.target.value || -1)];
    event.target.value = '';
    choice?.act();
  };
  return h(
    'select',
    {
      class: 'tools',
      'aria-label': 'Message shortcuts',
      title: 'Message shortcuts',
      data: { focus: `tools-${message.ts}` },
      on: { change: choose },
    },
    h('option', { value: '' }, '⋯'),
    choices.map(({ label }, index) => h('option', { value: String(index) }, label)),
  );
}
