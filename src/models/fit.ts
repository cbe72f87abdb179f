/** Which of the configured models can take a turn at all, and why the others cannot. */
import type { Turn } from '../core/model.ts';
import type { Catalogue } from './catalogue.ts';
import type { MaxPrice } from './classes.ts';
import type { Endpoint, Endpoints } from './endpoints.ts';
import { goneFrom, listedAs } from './leaving.ts';

export type FitOptions = {
  catalogue: Catalogue;
  endpoints?: Pick<Endpoints, 'of' | 'lately'>;
  banned: readonly string[];
  maxPrice: MaxPrice;
  now: () => Date;
  elsewhere?: (model: string) => boolean;
};

/** Null when it can. */
export function unfit(
  model: string,
  turn: Turn,
  { catalogue, endpoints, banned, maxPrice, now, elsewhere }: FitOptions,
): string | null {
  if (banned.some((pattern) => matches(pattern, model))) return 'it is banned here';
  // Another server's models are in another list.
  if (elsewhere?.(model)) return null;
  const gone = goneFrom(catalogue, model, now());
  const known = listedAs(catalogue, model);
  if (gone !== null || !known) return gone;
  if (turn.tools.length > 0 && !known.tools) return 'it cannot call tools';
  if (turn.json && !known.structured) return 'it cannot keep to a form';
  if (known.context !== null && tokensOf(turn) > known.context) return 'the conversation is too long for it';
  if (known.prompt > maxPrice.prompt || known.completion > maxPrice.completion) return 'it costs more than max_price';
  if (known.keepsNothing === false) return 'everybody who serves it keeps what it is sent';
  const served = endpoints?.of(known.target);
  return served === undefined ? null : unserved(served, turn, maxPrice);
}

/** The list of models tells what it can do somewhere; here one place has to do all of it. */
function unserved(served: readonly Endpoint[], turn: Turn, maxPrice: MaxPrice): string | null {
  if (served.length === 0) return 'nobody serves it at the moment';
  const handy = turn.tools.length > 0 ? served.filter(({ tools }) => tools) : served;
  if (handy.length === 0) return 'nobody who serves it lets it call tools';
  const formed = turn.json ? handy.filter(({ structured }) => structured) : handy;
  if (formed.length === 0) return 'nobody who serves it makes it keep to a form';
  const wide = formed.filter(({ context }) => context === null || tokensOf(turn) <= context);
  if (wide.length === 0) return 'the conversation is too long for everybody who serves it';
  const dear = wide.every(({ prompt, completion }) => prompt > maxPrice.prompt || completion > maxPrice.completion);
  return dear ? 'everybody who could serve it takes more than max_price' : null;
}

/** `x-ai/*` bans a whole house. */
function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

/** Three characters a token is few: rather too many tokens than too few. */
export function tokensOf({ system, messages, tools, maxTokens }: Turn): number {
  return JSON.stringify([system, messages, tools]).length / 3 + maxTokens;
}
