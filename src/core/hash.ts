/** Canonical JSON (RFC 8785) and domain-tagged SHA-256: two different deeds never share a hash. */
import { createHash } from 'node:crypto';
import type { Json } from './json.ts';

/** RFC 8785: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical form');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('only finite numbers have a canonical form');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`not JSON: ${typeof value}`);
  // A date or a map has no members of its own: two different ones would share a text.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw new TypeError('not JSON: an object of a class');
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** `domain` keeps a plan's hash from ever being mistaken for an audit row's, whatever their content. */
export function hashJson(domain: string, value: Json): string {
  if (!/^[a-z][a-z -]*$/.test(domain)) throw new TypeError(`not a domain tag: ${domain}`);
  return createHash('sha256').update(`sophia:${domain}\n`).update(canonicalJson(value)).digest('hex');
}
