/** Who may ask her to act: full members; and, for their own data, guests and people of other organisations. */
import type { Action } from '../core/action.ts';
import type { Person } from '../core/person.ts';

export function mayAsk({ kind }: Pick<Person, 'kind'>, action: Action | undefined): boolean {
  return kind === 'member' || (action?.everyone === true && kind !== 'bot');
}
