/** Refuses what OpenRouter or every provider behind it refuses, so that a client's mistakes show here already. */
import type { ChatRequest, WireMessage } from './types.ts';

const modelId = /^~?[\w.-]+\/[\w.:-]+$/;
const toolName = /^[A-Za-z0-9_-]{1,64}$/;

/** What is wrong with the request, in a sentence; undefined when nothing is. */
export function wrongWith(body: unknown): string | undefined {
  if (!isObject(body)) return 'The request body is not a JSON object.';
  const request = body as Partial<ChatRequest>;
  const asked = [...(request.model === undefined ? [] : [request.model]), ...(request.models ?? [])];
  if (asked.length === 0) return 'No models provided';
  const strange = asked.find((id) => typeof id !== 'string' || !modelId.test(id));
  if (strange !== undefined) return `${strange} is not a valid model ID`;
  if (!Array.isArray(request.messages) || request.messages.length === 0)
    return 'Input required: specify "messages" with at least one message';
  for (const limit of [request.max_tokens, request.max_completion_tokens])
    if (limit !== undefined && limit !== null && (!Number.isInteger(limit) || limit < 1))
      return 'max_tokens must be a positive integer';
  if (typeof request.session_id === 'string' && request.session_id.length > 256)
    return 'session_id must have at most 256 characters';
  return wrongTool(request.tools) ?? wrongMessage(request.messages);
}

function wrongTool(tools: unknown): string | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) return 'tools must be an array';
  const names = tools.map((tool) => (isObject(tool) && isObject(tool.function) ? tool.function.name : undefined));
  const bad = names.findIndex((name) => typeof name !== 'string' || !toolName.test(name));
  if (bad >= 0) return `tools.${bad}.function.name does not match ${toolName.source}`;
  if (new Set(names).size < names.length) return 'tools: names must be unique';
  return undefined;
}

/** Each call of the assistant has its result before anybody else speaks, and no result is without its call. */
function wrongMessage(messages: WireMessage[]): string | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (!isObject(message) || !['system', 'developer', 'user', 'assistant', 'tool'].includes(message.role))
      return `messages.${index}.role is not valid`;
    if (message.role === 'tool') {
      if (!open.delete(message.tool_call_id ?? ''))
        return `messages.${index}: tool result for ${message.tool_call_id}, which was not called just before`;
      continue;
    }
    if (open.size > 0) return `messages.${index}: tool calls without a result: ${[...open].join(', ')}`;
    const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
    open = new Set(calls.map((call) => call.id));
    if (open.size < calls.length) return `messages.${index}: tool call ids must be unique`;
    const said = typeof message.content === 'string' || Array.isArray(message.content);
    if (!said && calls.length === 0) return `messages.${index}.content is required`;
  }
  return open.size > 0 ? `tool calls without a result: ${[...open].join(', ')}` : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
