/** Words that reached nobody: said without naming Sophia where she waits to be named, or after a slash Slack does not know. */

/**
 * @param {{ slack: object, me: string }} state @param {{ place: string, thread: string | null }} look
 * @returns {{ words: string, deed: { label: string, kind: string, text: string, channel?: string } } | null}
 */
export function missed({ slack, me }, look) {
  const place = slack.channels.find(({ id }) => id === look.place);
  if (!place || place.kind === 'im') return null;
  const whispers = (slack.ephemerals?.[me] ?? []).filter(({ channel }) => channel === place.id);
  const root = place.messages.find(({ ts }) => ts === look.thread);
  const newest = [...place.messages.flatMap((one) => [one, ...(one.replies ?? [])]), ...whispers].reduce(
    (latest, message) => (latest && latest.ts > message.ts ? latest : message),
    undefined,
  );
  const slash = /^\/(\w+) is not a valid command/.exec(newest?.user === slackbot ? newest.text : '');
  if (slash)
    return {
      words: 'That was no command of Sophia’s: hers begin with /sophia.',
      deed: { label: 'Write it so', kind: 'use', text: `/sophia ${slash[1]} `, channel: place.name },
    };
  if (newest?.user !== me || newest.subtype || newest.text.includes(`<@${slack.bot.userId}>`)) return null;
  const text = `@sophia ${newest.text}`;
  if (place.messages.includes(newest))
    return {
      words: 'Nobody heard that: in a channel Sophia answers when she is named.',
      deed: { label: 'Name her', kind: 'use', text, channel: place.name },
    };
  const others = [root, ...(root?.replies ?? [])].some(
    (one) => one && one.user !== me && one.user !== slack.bot.userId,
  );
  return root?.replies.includes(newest) && others
    ? {
        words: 'Several speak in this thread, so Sophia waits to be named.',
        deed: { label: 'Name her', kind: 'reply', text },
      }
    : null;
}

const slackbot = 'USLACKBOT';
