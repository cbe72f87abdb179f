/** Reads the scope of a freeze as people name it. */
import { everything } from '../../core/freeze.ts';
import type { Services } from '../../core/job.ts';
import { connectorOf } from '../frozen.ts';

type Names = Pick<Services, 'actions' | 'scopesOf'>;

/** The scopes a word stands for; none when nobody knows it. A service stands for each of its targets. */
export function scopesNamed(services: Names, word: string): string[] {
  if (word.toLowerCase() === everything) return [everything];
  const explicit = explicitScope(services, word);
  return explicit ? [explicit] : services.scopesOf(word).map((scope) => scope.toLowerCase());
}

/** `environment:production`, `connector:fly`, `fly:acme-web`: what cannot be mistaken for a word of a sentence. */
export function explicitScope(services: Names, word: string): string | null {
  const [, kind, rest] = /^([a-z]+):(\S+)$/.exec(word.toLowerCase()) ?? [];
  if (kind === undefined || rest === undefined) return null;
  const connectors = new Set([...services.actions.keys()].map(connectorOf));
  if (kind === 'environment') return `${kind}:${rest}`;
  if (kind === 'connector') return connectors.has(rest) ? `${kind}:${rest}` : null;
  return connectors.has(kind) ? `${kind}:${rest}` : null;
}
