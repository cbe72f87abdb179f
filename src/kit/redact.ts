/** Removes every live secret, by exact value, from text that leaves the house. */

const shortestSecret = 6;
/** A key of many lines is also known by each long line of it (logs print line by line). */
const shortestLine = 32;
const mark = '[redacted]';

export type Redact = (text: string) => string;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Every text in it, names of members included. */
export function redactJson<Value extends Json>(value: Value, redact: Redact): Value {
  const walk = (part: Json): Json => {
    if (typeof part === 'string') return redact(part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [redact(name), walk(member)]));
  };
  return walk(value) as Value;
}

/** `secrets` are the values in use; each is also found JSON-escaped, URL-encoded and inside base64. */
export function createRedact(secrets: Iterable<string | undefined>): Redact {
  const forms = everyForm(secrets);
  if (forms.size === 0) return (text) => text;
  // Longest first and in one pass: a secret that contains another leaves nothing behind, and marks are not searched.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(ordered.map((form) => RegExp.escape(form)).join('|'), 'g');
  return (text) => text.replace(pattern, mark);
}

/** How many of the last characters of a text that still grows may be the beginning of a secret. */
export type Hold = (text: string) => number;

export function createHold(secrets: Iterable<string | undefined>): Hold {
  const forms = [...everyForm(secrets)];
  const longest = Math.max(0, ...forms.map((form) => form.length));
  return (text) => {
    for (let length = Math.min(longest - 1, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (forms.some((form) => form.startsWith(end))) return length;
    }
    return 0;
  };
}

function everyForm(secrets: Iterable<string | undefined>): Set<string> {
  const forms = new Set<string>();
  for (const secret of secrets)
    for (const part of partsOf(secret?.trim() ?? ''))
      for (const form of formsOf(part)) if (form.length >= shortestSecret) forms.add(form);
  return forms;
}

function partsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= shortestLine && !line.startsWith('-----'));
  return secret.length < shortestSecret ? [] : [secret, ...lines];
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    // Inside a longer text (`user:secret`) it may begin at each of three places in a group of base64.
    ...[0, 1, 2].map((before) => insideBase64(bytes, before)),
  ];
}

/** The characters of base64 that depend on these bytes alone, when `before` bytes of something else come first. */
function insideBase64(bytes: Buffer, before: number): string {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  return encoded.slice(first, last);
}
