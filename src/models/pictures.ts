/** Who may be shown pictures: models that can look at them; the others are told that there are some. */
import type { Turn } from '../core/model.ts';
import type { Catalogue } from './catalogue.ts';

export type Sees = (model: string) => boolean;

/** `~author/family-latest` sees when its family in the list does. A model nobody lists is shown none. */
export function seesBy(catalogue: Pick<Catalogue, 'get' | 'models'>): Sees {
  return (model) => {
    const known = catalogue.get(model);
    if (known) return known.images;
    const family = /^~(.+)-latest$/.exec(model)?.[1];
    return family !== undefined && catalogue.models().some(({ id, images }) => images && id.startsWith(family));
  };
}

/** The turn as this model can take it. */
export function forEyes(turn: Turn, sees: boolean): Turn {
  const { pictures = [], ...rest } = turn;
  if (pictures.length === 0 || sees) return turn;
  const names = pictures.map(({ name }) => JSON.stringify(name)).join(', ');
  const note = `(Pictures came with this: ${names}. You cannot look at pictures; say so.)`;
  const first = rest.messages.findIndex((message) => message.role === 'user');
  const messages = rest.messages.map((message, index) =>
    index === first && message.role === 'user' ? { ...message, text: `${message.text}\n\n${note}` } : message,
  );
  return { ...rest, messages };
}
