/** One collection: points, payload indexes, and what each request does to them. */
import { byWay, fuse, type Vector, type Way } from './ranking.ts';

export type Reply = { status: number; result?: unknown; problem?: string };
export type Point = { id: string; vector: Record<string, Vector>; payload: Record<string, unknown> };
type Condition = { key: string; match: { value?: unknown; any?: unknown[] } };
export type Filter = { must?: Condition[] };

type Body = {
  vectors?: Record<string, { size: number }>;
  sparse_vectors?: Record<string, object>;
  strict_mode_config?: { enabled?: boolean; unindexed_filtering_retrieve?: boolean; max_query_limit?: number };
};
type Query = {
  prefetch?: (Way & { filter?: Filter; limit?: number; params?: { idf?: { corpus?: Filter } } })[];
  query?: { rrf?: { k?: number } };
  limit?: number;
};

export type Collection = { answer(what: string, body: never): Reply; points(): Point[] };

export function refuse(status: number, problem: string): Reply {
  return { status, problem };
}

export function createCollection(made: Body): Collection {
  const points = new Map<string, Point>();
  const indexed = new Set<string>();
  const updated = { operation_id: 1, status: 'completed' };

  function wrongVector({ vector }: Point): string | null {
    for (const [name, value] of Object.entries(vector)) {
      const dense = made.vectors?.[name];
      if (dense && (!Array.isArray(value) || value.length !== dense.size))
        return `Wrong input: Vector dimension error: expected dim: ${dense.size}`;
      if (!dense && !made.sparse_vectors?.[name]) return `Wrong input: Not existing vector name error: ${name}`;
      if (!dense && (Array.isArray(value) || new Set(value.indices).size !== value.indices.length))
        return 'Wrong input: Validation error: must be unique';
    }
    return null;
  }

  function unindexed(filter: Filter | undefined): string | null {
    const strict = made.strict_mode_config;
    if (!strict?.enabled || strict.unindexed_filtering_retrieve !== false) return null;
    const missing = (filter?.must ?? []).find((condition) => !indexed.has(condition.key));
    return missing ? `Bad request: Index required but not found for "${missing.key}"` : null;
  }

  const deeds: Record<string, (body: never) => Reply> = {
    'PUT index': ({ field_name }: { field_name: string }) => {
      indexed.add(field_name);
      return { status: 200, result: updated };
    },
    'PUT points': ({ points: given }: { points: Point[] }) => {
      const wrong = given.map(wrongVector).find((problem) => problem !== null);
      if (wrong) return refuse(400, wrong);
      for (const point of given) points.set(point.id, point);
      return { status: 200, result: updated };
    },
    'POST points/delete': ({ points: ids }: { points: string[] }) => {
      for (const id of ids) points.delete(id);
      return { status: 200, result: updated };
    },
    'POST points/count': () => ({ status: 200, result: { count: points.size } }),
    'POST points/query': (body: Query) => {
      const most = made.strict_mode_config?.max_query_limit ?? Number.POSITIVE_INFINITY;
      if ((body.limit ?? 10) > most) return refuse(400, `Bad request: Limit exceeded ${body.limit} > ${most}`);
      const all = [...points.values()];
      const lists: string[][] = [];
      for (const way of body.prefetch ?? []) {
        const problem = unindexed(way.filter) ?? unindexed(way.params?.idf?.corpus);
        if (problem) return refuse(400, problem);
        const corpus = all.filter((point) => fits(point, way.params?.idf?.corpus));
        const candidates = all.filter((point) => fits(point, way.filter));
        lists.push(byWay(candidates, corpus, way).slice(0, way.limit ?? 10));
      }
      const fused = fuse(lists, body.query?.rrf?.k ?? 2).slice(0, body.limit ?? 10);
      const found = fused.map(({ id, score }) => ({
        id,
        version: 0,
        score,
        payload: { id: points.get(id)?.payload.id },
      }));
      return { status: 200, result: { points: found } };
    },
  };

  return {
    answer: (what, body) => deeds[what]?.(body) ?? refuse(404, `Not found: ${what}`),
    points: () => [...points.values()],
  };
}

function fits(point: Point, filter: Filter | undefined): boolean {
  return (filter?.must ?? []).every(({ key, match }) =>
    match.any ? match.any.includes(point.payload[key]) : point.payload[key] === match.value,
  );
}
