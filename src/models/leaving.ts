/** Which of the models in use the provider has taken away, or soon will. */
import type { Catalogue, Listed } from './catalogue.ts';

export type Leaving = { model: string; says: string; gone: boolean };

/** Aliases follow their family by themselves: no list has to name them. */
const alias = /^~/;
/** OpenRouter's ways of serving the same model. */
const variant = /:(nitro|floor|exacto|thinking|extended|online)$/;
const soonDays = 30;

export function listedAs(catalogue: Pick<Catalogue, 'get'>, model: string): Listed | undefined {
  return catalogue.get(model) ?? catalogue.get(model.replace(variant, ''));
}

/** Null as long as it is there; nothing is known of a list that was never read. */
export function goneFrom(catalogue: Pick<Catalogue, 'get' | 'at'>, model: string, now: Date): string | null {
  if (catalogue.at() === null) return null;
  const known = listedAs(catalogue, model);
  if (!known) return alias.test(model) ? null : 'the provider no longer has it';
  const ended = known.expires !== null && Date.parse(known.expires) <= now.getTime();
  return ended ? `the provider took it away on ${known.expires?.slice(0, 10)}` : null;
}

export function leaving(models: readonly string[], catalogue: Pick<Catalogue, 'get' | 'at'>, now: Date): Leaving[] {
  return models.flatMap((model): Leaving[] => {
    const gone = goneFrom(catalogue, model, now);
    if (gone !== null) return [{ model, says: gone, gone: true }];
    const expires = listedAs(catalogue, model)?.expires;
    const days = expires ? Math.ceil((Date.parse(expires) - now.getTime()) / 86_400_000) : Number.POSITIVE_INFINITY;
    if (days > soonDays) return [];
    const left = days === 1 ? 'tomorrow' : `in ${days} days`;
    return [{ model, says: `the provider takes it away on ${expires?.slice(0, 10)}, ${left}`, gone: false }];
  });
}
