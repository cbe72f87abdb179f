/** Address of a conversation thread, `slack:T1:C1:1718.22`: it survives serialisation. */

export type ThreadId = string;

export type ThreadParts = { surface: string; team: string; channel: string; root: string };

export function formatThreadId(parts: ThreadParts): ThreadId {
  const all = [parts.surface, parts.team, parts.channel, parts.root];
  if (all.some((part) => part === '' || part.includes(':'))) throw new TypeError(`no thread id: ${all.join(' ')}`);
  return all.join(':');
}

export function parseThreadId(thread: ThreadId): ThreadParts {
  const [surface, team, channel, root, ...rest] = thread.split(':');
  if (!surface || !team || !channel || !root || rest.length > 0) throw new TypeError(`not a thread id: ${thread}`);
  return { surface, team, channel, root };
}

/** One posted message inside a thread. `id` is the surface's own id (a Slack `ts`). */
export type MessageRef = { thread: ThreadId; id: string };
