/** What the rehearsal model draws from a talk when it is asked for memories: statements that name or count something, as they stand. */
import type { ChatAnswer, ChatRequest } from '../types.ts';

const mostDrawn = 3;
const telling = /\d|\b[a-z]+[-_][a-z]+|\b(?:because|decided|owner|lives|runs|listens|moved|deadline)\b/i;

/** Undefined when something else is asked. */
export function drawMemories({ messages }: ChatRequest): ChatAnswer | undefined {
  const [system, user] = messages.map(({ content }) => (typeof content === 'string' ? content : ''));
  if (!system?.includes('Memory Extractor') || user === undefined) return undefined;
  const talk = user.slice(user.indexOf('## New Messages'), user.indexOf('## Observation Date'));
  const said = [...talk.matchAll(/^user: (.+?) \(\d{4}-\d\d-\d\d\): (.+)$/gm)];
  const memory = said
    .map(([, speaker = '', words = '']) => ({ speaker, words }))
    .filter(({ words }) => telling.test(words) && !words.trim().endsWith('?') && words.split(/\s+/).length >= 5)
    .slice(0, mostDrawn)
    .map(({ speaker, words }, index) => ({ id: String(index), text: `${speaker}: ${words}`, attributed_to: 'user' }));
  return { text: JSON.stringify({ memory }) };
}
