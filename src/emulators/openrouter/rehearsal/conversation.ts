/** Takes a request apart: what is asked now, what stands around it, and which tools have answered since. */
import { textOf } from '../answers.ts';
import type { ChatRequest, JsonValue, WireTool } from '../types.ts';
import { type Result, readResult } from './results.ts';

export type Exchange = { tool: string; input: JsonValue; result: Result };
export type Conversation = {
  /** The asker's own words: the only place from which a deed is ever read. */
  question: string;
  /** System prompt, thread and memory: names may be looked up here, wishes never. */
  background: string;
  /** Calls since the question, with their results. */
  exchanges: Exchange[];
  tools: WireTool['function'][];
};

/** What the house puts before the asker's words when it sends more than these. */
const marker = 'The request:\n';

export function readConversation(request: ChatRequest): Conversation {
  const { messages, tools = [] } = request;
  const at = messages.findLastIndex((message) => message.role === 'user');
  const whole = at < 0 ? '' : textOf(messages[at] ?? { role: 'user' });
  const split = whole.lastIndexOf(marker);
  const earlier = messages.slice(0, Math.max(at, 0)).map(textOf);
  const calls = new Map<string, { tool: string; input: JsonValue }>();
  const exchanges: Exchange[] = [];
  for (const message of messages.slice(at + 1)) {
    for (const call of message.tool_calls ?? [])
      calls.set(call.id, { tool: call.function.name, input: parse(call.function.arguments) });
    const call = message.role === 'tool' ? calls.get(message.tool_call_id ?? '') : undefined;
    if (call) exchanges.push({ ...call, result: readResult(textOf(message)) });
  }
  return {
    question: plain(split < 0 ? whole : whole.slice(split + marker.length)),
    background: [...earlier, split < 0 ? '' : whole.slice(0, split)].join('\n'),
    exchanges,
    tools: tools.map((tool) => tool.function),
  };
}

/** Slack's `<address|label>` becomes the address, mentions go, quotes and emphasis around names go. */
function plain(text: string): string {
  return text
    .replace(/<(https?:\/\/[^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<[@#!][^>]*>/g, ' ')
    .replace(/[`*]/g, '')
    .replace(/[’‘]/g, "'")
    .trim();
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
