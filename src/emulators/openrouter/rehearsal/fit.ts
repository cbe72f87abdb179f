/** Fits facts to a tool's JSON schema: the arguments, or which required ones nothing was said about. */
import type { JsonObject, JsonValue, WireTool } from '../types.ts';
import type { Facts } from './facts.ts';
import { isObject } from './results.ts';

export type Fitted = { state: 'fitted'; input: JsonObject } | { state: 'missing'; names: string[] };

export function fitTool(tool: WireTool['function'], facts: Facts, question: string): Fitted {
  const properties = isObject(tool.parameters?.properties) ? tool.parameters.properties : {};
  const required = Array.isArray(tool.parameters?.required) ? tool.parameters.required : [];
  const input: JsonObject = {};
  const missing: string[] = [];
  for (const [name, raw] of Object.entries(properties)) {
    const schema = schemaOf(raw);
    const needed = required.includes(name);
    const value = valueFor(name, schema, tool, facts, question, needed);
    if (value !== undefined) input[name] = value;
    else if (needed && !('default' in schema)) missing.push(name);
  }
  return missing.length > 0 ? { state: 'missing', names: missing } : { state: 'fitted', input };
}

type Source = { facts: Facts; question: string; needed: boolean; split: boolean; schema: JsonObject };

/** Which facts may stand under which argument name, best first. */
const sources: [RegExp, (source: Source) => (JsonValue | undefined)[]][] = [
  [
    /^(repo|repository|full_name)$/,
    ({ facts, split }) => facts.repos.map((repo) => (split ? repo.split('/')[1] : repo)),
  ],
  [/^(owner|org)$/, ({ facts }) => facts.repos.map((repo) => repo.split('/')[0])],
  [/^(number|pull|pull_number|pull_request|pr|issue|issue_number)$/, ({ facts }) => facts.numbers],
  [/^(app|app_name)$/, ({ facts }) => facts.apps],
  [/^service$/, ({ facts }) => facts.services],
  [/^(environment|env)$/, ({ facts }) => [facts.environment]],
  [/^(ref|sha|commit|branch|tag)$/, ({ facts, schema }) => [...numbersAsRefs(facts, schema), ...facts.refs]],
  [/^base$/, ({ facts }) => [facts.range?.base, ...facts.refs.filter((ref) => !/^(main|master)$/.test(ref))]],
  [/^head$/, ({ facts, needed }) => [facts.range?.head, ...(needed ? ['main'] : [])]],
  [/^(machine|machine_id)$/, ({ facts }) => facts.machines],
  [/^(job|job_id)$/, ({ facts }) => facts.jobs],
  [/^(count|machines|size|to)$/, ({ facts }) => [facts.count]],
  [/^(q|query|search|question)$/, ({ question }) => [question]],
  [/^(body|comment|message|text)$/, ({ facts }) => [facts.quoted]],
];

function valueFor(
  name: string,
  schema: JsonObject,
  tool: WireTool['function'],
  facts: Facts,
  question: string,
  needed: boolean,
): JsonValue | undefined {
  if ('const' in schema) return needed ? schema.const : undefined;
  if (Array.isArray(schema.enum)) return fromList(name, schema.enum, tool.name, question);
  const split = isObject(tool.parameters?.properties) && 'owner' in tool.parameters.properties;
  const candidates = sources.find(([names]) => names.test(name))?.[1]({ facts, question, needed, split, schema }) ?? [];
  return candidates.map((value) => shaped(value, schema)).find((value) => value !== undefined);
}

/** Some tools take `#12` for the head of a pull request, and say so. */
function numbersAsRefs(facts: Facts, schema: JsonObject): string[] {
  return /#\d/.test(String(schema.description ?? '')) ? facts.numbers.map((number) => `#${number}`) : [];
}

/** A list of open things is wanted unless another word of the list was said. */
function fromList(name: string, choices: JsonValue[], tool: string, question: string): JsonValue | undefined {
  // The tool's own verb was said to name the tool, not the choice.
  const possible = choices.filter((choice) => !tool.split('_').includes(String(choice)));
  const said = possible.find((choice) => new RegExp(`\\b${RegExp.escape(String(choice))}\\b`, 'i').test(question));
  if (said !== undefined) return said;
  return name === 'state' && choices.includes('open') ? 'open' : undefined;
}

/** The value in the schema's type, if it can be one of it. */
function shaped(value: JsonValue | undefined, schema: JsonObject): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (schema.type === 'integer' || schema.type === 'number') {
    const number = Number(value);
    return Number.isFinite(number) && String(value).trim() !== '' ? number : undefined;
  }
  if (schema.type === 'boolean' || schema.type === 'array' || schema.type === 'object') return undefined;
  const text = String(value);
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(text)) return undefined;
  return text;
}

/** Of several possible schemas the first that is not null. */
function schemaOf(raw: JsonValue | undefined): JsonObject {
  if (!isObject(raw)) return {};
  const several = [raw.anyOf, raw.oneOf].find(Array.isArray);
  const first = several?.find((member) => isObject(member) && member.type !== 'null');
  return isObject(first) ? { ...first, ...('default' in raw ? { default: raw.default ?? null } : {}) } : raw;
}
