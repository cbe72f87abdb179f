/** Which memories a selection means, as a query. */
import { type Expression, type SelectQueryBuilder, sql } from 'kysely';
import { SophiaError } from '../core/error.ts';
import type { Selection } from '../core/memory.ts';
import type { StoreKind, Tables } from './schema.ts';

/** SQLite and Postgres both bound how many values one statement takes. */
const mostAtOnce = 500;

export function selected<Output>(
  rows: SelectQueryBuilder<Tables, 'memories', Output>,
  selection: Selection,
): SelectQueryBuilder<Tables, 'memories', Output> {
  const { ids, person, thread, channel, origin, originPrefix, kind } = selection;
  if ([ids, person, thread, channel, origin, originPrefix].every((one) => one === undefined))
    throw new SophiaError('bad_input', 'Say what is meant: ids, a person, a thread, a channel or an origin.');
  let some = rows;
  if (ids !== undefined) some = some.where('id', 'in', ids.length > 0 ? ids : ['']);
  if (person !== undefined)
    some = some.where((row) => row.or([row('person', '=', person), row('subject', '=', person)]));
  if (thread !== undefined) some = some.where('thread', '=', thread);
  if (channel !== undefined) some = some.where('channel', '=', channel);
  if (origin !== undefined) some = some.where('origin', '=', origin);
  if (originPrefix !== undefined)
    some = some
      .where('origin', '>=', originPrefix)
      .where(sql<boolean>`substr(origin, 1, ${originPrefix.length}) = ${originPrefix}`);
  if (kind !== undefined) some = some.where('kind', '=', kind);
  return some;
}

/** On SQLite the statement is the same however many there are, so it need not be understood anew. */
export function among(kind: StoreKind, values: readonly string[]): Expression<string> {
  return kind === 'sqlite'
    ? sql<string>`(select value from json_each(${JSON.stringify(values)}))`
    : sql<string>`(${sql.join(values)})`;
}

export function inParts<Value>(values: Value[], size = mostAtOnce): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, part) =>
    values.slice(part * size, (part + 1) * size),
  );
}
