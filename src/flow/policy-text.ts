/** A policy as text: freed of the fence it was pasted in, measured, and named by its hash. */
import { SophiaError } from '../core/error.ts';
import { hashJson } from '../core/hash.ts';
import type { PolicyVersion } from '../core/policies.ts';
import { parsePolicy } from './policy.ts';

const mostCharacters = 40_000;

export function policyHash(text: string): string {
  return hashJson('policy', text);
}

/** Text that holds, in the one form that is hashed and stored. Throws with the exact problem. */
export function soundPolicy(pasted: string): string {
  const text = `${unfenced(pasted).replace(/\r\n?/g, '\n').trimEnd()}\n`;
  if (text.length > mostCharacters)
    throw new SophiaError('bad_input', `A policy may have ${mostCharacters} characters, and this has ${text.length}.`);
  if (!text.isWellFormed() || text.includes('\0'))
    throw new SophiaError('bad_input', 'The policy holds characters that are no text.');
  parsePolicy(text);
  return text;
}

/** ```` ```yaml … ``` ````, as people paste it. */
function unfenced(text: string): string {
  return /^\s*```(?:ya?ml)?[ \t]*\n?([\s\S]*?)\n?```\s*$/i.exec(text)?.[1] ?? text;
}

/** `#3 9f8e7d6c`. */
export function nameOf(version: Pick<PolicyVersion, 'number' | 'hash'> | null): string {
  return version ? `#${version.number} ${version.hash.slice(0, 8)}` : 'the built-in rules';
}
