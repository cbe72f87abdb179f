/** What becomes of words somebody typed: a message, a reply or a command; and where an answer to them is expected. */
import { act } from './server.js';

/** What was not answered by then was perhaps not meant for Sophia. */
const answeredWithinMs = 4_000;

/** @param {{ at: object, placeOf(): object, whispersOf(): object[], changed(): void }} options `at`: what the reader looks at; `whispersOf`: what they alone see */
export function createSpeech({ at, placeOf, whispersOf, changed }) {
  /** The thread of what was just said opens by itself, once: the answer is what one wants to see. */
  let expected = null;

  /** @param {string} text @param {boolean} inThread @param {Promise<object[]>} [reading] the files that come with it */
  async function speak(text, inThread, reading = Promise.resolve([])) {
    const place = placeOf();
    const command = text.match(/^\/(\w+)\s*([\s\S]*)$/);
    if (text.length > longest) return { ok: false, error: tooLong };
    if (command && inThread) return { ok: false, error: noCommandsHere };
    if (!inThread) {
      const until = performance.now() + answeredWithinMs;
      expected = { channel: place.id, after: newest(place.messages), whispered: newest(asides(place)), until };
      setTimeout(changed, answeredWithinMs);
    }
    const where = { person: at.me, channel: place.id };
    if (command && (await reading).length > 0) return { ok: false, error: 'Slack’s commands take no files.' };
    if (command) return act('slash', { ...where, command: `/${command[1]}`, text: command[2].trim() });
    const files = await reading;
    return act('say', {
      ...where,
      text,
      ...(inThread ? { thread: at.thread } : {}),
      ...(files.length ? { files } : {}),
    });
  }

  /** Whispers in a thread answer something else. */
  const asides = (place) => whispersOf().filter(({ channel, thread_ts }) => channel === place.id && !thread_ts);

  return {
    speak,
    /** Just now, and not answered yet. */
    asked: () => expected !== null && performance.now() < expected.until,

    /** The root of the thread that holds the answer, once there is one. @param {object} place @param {string} bot her id */
    answered(place, bot) {
      if (!expected || place.id !== expected.channel) return null;
      const { after } = expected;
      const whispered = newest(asides(place)) > expected.whispered;
      const answer = place.messages.find(
        (message) => message.ts > after && (message.reply_count > 0 || message.user === bot),
      );
      if (whispered || answer) expected = null;
      return answer?.ts ?? null;
    },
  };
}

/** As much as the host takes. */
const longest = 12_000;
const tooLong = 'That is too long: 12,000 characters at most. Attach it as a file instead.';
const noCommandsHere = 'Slack has no slash commands in threads: mention @sophia, or type it in the channel.';

function newest(messages) {
  return messages.reduce((latest, message) => (message.ts > latest ? message.ts : latest), '0');
}
