/** Turns an OpenAPI document's schemas into plain JSON Schema 2020-12, and closes those of requests to unknown fields. */

export type SpecDocument = { openapi: string; paths: Record<string, unknown>; components?: Record<string, unknown> };
type Schema = Record<string, unknown>;

/** Keys whose values are data or names, not schemas. */
const notSchemas = new Set(['example', 'examples', 'enum', 'const', 'default', 'mapping', 'x-webhooks']);

/** OpenAPI 3.0 says `nullable` and boolean `exclusiveMinimum`; JSON Schema says it otherwise. Changes the document in place. */
export function normaliseSchemas(document: SpecDocument): void {
  if (!document.openapi.startsWith('3.0')) return;
  walk(document, (schema) => {
    for (const [flag, limit] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const)
      if (typeof schema[flag] === 'boolean') {
        if (schema[flag]) {
          schema[flag] = schema[limit];
          delete schema[limit];
        } else delete schema[flag];
      }
    if (schema.nullable !== true) return;
    const { nullable: _, ...rest } = schema;
    for (const key of Object.keys(schema)) delete schema[key];
    schema.anyOf = [rest, { type: 'null' }];
  });
}

/** Every object schema that lists properties and says nothing of others takes no others. Changes the document in place. */
export function closeSchemas(document: SpecDocument): void {
  const parts = new Set<unknown>();
  walk(document, (schema) => {
    const combined = ['allOf', 'anyOf', 'oneOf'].filter((key) => Array.isArray(schema[key]));
    const open = !('additionalProperties' in schema) && !('unevaluatedProperties' in schema);
    // Members beside properties, or of an allOf, see only a part of the object: the whole is closed instead.
    if (combined.length > 0 && (schema.properties || schema.allOf)) {
      for (const key of combined) for (const member of schema[key] as unknown[]) markParts(document, member, parts);
      if (open && !parts.has(schema)) schema.unevaluatedProperties = false;
    } else if (schema.properties && open && !parts.has(schema)) schema.unevaluatedProperties = false;
  });
  // A part shared by reference may have been closed before its whole was met.
  for (const part of parts) delete (part as Schema).unevaluatedProperties;
}

function markParts(document: SpecDocument, member: unknown, parts: Set<unknown>): void {
  if (!isObject(member) || parts.has(member)) return;
  parts.add(member);
  if (typeof member.$ref === 'string') markParts(document, follow(document, member.$ref), parts);
  for (const key of ['allOf', 'anyOf', 'oneOf'])
    if (Array.isArray(member[key])) for (const inner of member[key]) markParts(document, inner, parts);
}

function follow(document: SpecDocument, reference: string): unknown {
  let target: unknown = document;
  for (const part of reference.split('/').slice(1))
    target = isObject(target) ? target[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  return target;
}

/** Visits every object that stands where a schema may, inner ones first. */
function walk(value: unknown, visit: (schema: Schema) => void, named = false): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value))
    if (named || !notSchemas.has(key)) walk(inner, visit, !named && (key === 'properties' || key === 'schemas'));
  if (!named) visit(value);
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
