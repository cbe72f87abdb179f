/** What is plainly wrong with an answer, seen without a person: a call of a tool that is not there, or with arguments that do not fit; JSON that is none. */
import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';
import type { ToolCall, Turn } from '../core/model.ts';

/** Made once for each schema: it takes longer than the check. */
const schemas = new WeakMap<JsonObject, z.ZodType>();

/** In OpenRouter's own three words for it, and the tool's name; null when nothing is wrong. */
export function wrongWith(
  answer: { text: string; calls: readonly ToolCall[] },
  { tools, json }: Pick<Turn, 'tools' | 'json'>,
): string | null {
  for (const call of answer.calls) {
    const tool = tools.find(({ name }) => name === call.name);
    if (!tool) return `it called “${call.name}”, which is no tool`;
    if (call.invalid !== undefined) return `it called ${call.name} with arguments that are no JSON`;
    if (!schemaOf(tool.parameters).safeParse(call.input).success)
      return `it called ${call.name} with arguments that do not fit`;
  }
  return json && answer.calls.length === 0 ? wrongForm(answer.text, json.schema) : null;
}

/** Models like to put a fence or a word around it. */
function wrongForm(text: string, schema: JsonObject): string | null {
  try {
    const value: unknown = JSON.parse(
      text.slice(text.search(/[[{]/), Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1),
    );
    return schemaOf(schema).safeParse(value).success ? null : 'its answer does not fit the form it was to have';
  } catch {
    return 'its answer is no JSON';
  }
}

function schemaOf(parameters: JsonObject): z.ZodType {
  const known = schemas.get(parameters);
  if (known) return known;
  const made = z.fromJSONSchema(parameters as Parameters<typeof z.fromJSONSchema>[0]);
  schemas.set(parameters, made);
  return made;
}
