/** Which of the configured models can take a turn at all, and why the others cannot. */
import type { Turn } from '../core/model.ts';
import type { Catalogue } from './catalogue.ts';
import type { MaxPrice } from './classes.ts';

export type FitOptions = {
  catalogue: Catalogue;
  banned: readonly string[];
  maxPrice: MaxPrice;
  now: () => Date;
  elsewhere?: (model: string) => boolean;
};

/** Aliases follow their family by themselves: no list has to name them. */
const alias = /^~/;
/** OpenRouter's ways of serving the same model. */
const variant = /:(nitro|floor|exacto|thinking|extended|online)$/;

/** Null when it can. */
export function unfit(
  model: string,
  turn: Turn,
  { catalogue, banned, maxPrice, now, elsewhere }: FitOptions,
): string | null {
  if (banned.some((pattern) => matches(pattern, model))) return 'it is banned here';
  // Another server's models are in another list.
  if (catalogue.at() === null || elsewhere?.(model)) return null;
  const known = catalogue.get(model) ?? catalogue.get(model.replace(variant, ''));
  if (!known) return alias.test(model) ? null : 'the provider no longer has it';
  if (known.expires !== null && Date.parse(known.expires) <= now().getTime())
    return `the provider took it away on ${known.expires.slice(0, 10)}`;
  if (turn.tools.length > 0 && !known.tools) return 'it cannot call tools';
  if (known.context !== null && tokensOf(turn) > known.context) return 'the conversation is too long for it';
  if (known.prompt > maxPrice.prompt || known.completion > maxPrice.completion) return 'it costs more than max_price';
  return null;
}

/** `x-ai/*` bans a whole house. */
function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}

/** Three characters a token is few: rather too many tokens than too few. */
export function tokensOf({ system, messages, tools, maxTokens }: Turn): number {
  return JSON.stringify([system, messages, tools]).length / 3 + maxTokens;
}
