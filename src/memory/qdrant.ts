/** Qdrant as the index: words, the words around and the meaning of each row, under its access token; never its text. */
import { QdrantClient } from '@qdrant/js-client-rest';
import { SophiaError } from '../core/error.ts';
import { hashJson } from '../core/hash.ts';
import type { IndexQuery, RecallIndex } from '../core/recall-index.ts';
import { makeCollection } from './qdrant-collection.ts';
import { sparseOf, sparseQuery } from './sparse.ts';

export type QdrantOptions = {
  url: string;
  apiKey?: string;
  collection?: string;
  /** Of the embeddings model; null when none is set up. */
  dimensions: number | null;
  timeoutMs?: number;
};

const rowsAtOnce = 200;
/** Each way of looking proposes this many before they are fused. */
const eachWay = 150;

export function createQdrantIndex(options: QdrantOptions): RecallIndex {
  const { url, apiKey, collection = 'sophia_memory', dimensions, timeoutMs = 5_000 } = options;
  const client = new QdrantClient({
    url,
    // As a plain header: given as a key, the client writes to the console when the server is near and unencrypted.
    ...(apiKey ? { headers: { 'api-key': apiKey } } : {}),
    timeout: timeoutMs,
    // It asks the server's version and writes to the console.
    checkCompatibility: false,
  });
  let ready: Promise<void> | undefined;

  async function at<Result>(deed: () => Promise<Result>): Promise<Result> {
    try {
      ready ??= makeCollection(client, collection, dimensions);
      await ready;
      return await deed();
    } catch (error) {
      ready = undefined;
      throw readable(error);
    }
  }

  return {
    name: 'qdrant',

    put: (rows) =>
      at(async () => {
        for (let from = 0; from < rows.length; from += rowsAtOnce)
          await client.upsert(collection, {
            wait: true,
            points: rows.slice(from, from + rowsAtOnce).map((row) => ({
              id: pointOf(row.id),
              vector: {
                words: sparseOf(row.words.split(' ')),
                around: sparseOf((row.around ?? row.words).split(' ')),
                ...(dimensions !== null && row.vector ? { dense: row.vector } : {}),
              },
              payload: { id: row.id, team: teamOf(row.acl), acl: row.acl, kind: row.kind },
            })),
          });
      }),

    remove: (ids) =>
      at(async () => {
        if (ids.length > 0) await client.delete(collection, { wait: true, points: ids.map(pointOf) });
      }),

    find: async (query) => {
      if (query.words.length === 0 || query.acls.length === 0 || query.limit < 1 || query.kinds?.length === 0)
        return [];
      return at(async () => {
        const { points } = await client.query(collection, requestOf(query, dimensions));
        return points.map((point) => String(point.payload?.id));
      });
    },

    clear: () =>
      at(async () => {
        await client.deleteCollection(collection);
        ready = undefined;
      }),

    size: () => at(async () => (await client.count(collection, { exact: true })).count),
  };
}

type Request = Parameters<QdrantClient['query']>[1];

/** Every way of looking has the filter of its own: what is not for the asker is not even proposed. */
function requestOf({ words, acls, kinds, limit, vector }: IndexQuery, dimensions: number | null): Request {
  const teams = [...new Set(acls.map(teamOf))];
  const team = { key: 'team', match: { any: teams } };
  const filter = {
    must: [team, { key: 'acl', match: { any: acls } }, ...(kinds ? [{ key: 'kind', match: { any: [...kinds] } }] : [])],
  };
  // How rare a word is, is asked of the team alone: another's vocabulary must not weigh these words.
  const params = { idf: { corpus: { must: [team] } } };
  const query = sparseQuery(words);
  const ways = [
    { query, using: 'words', filter, params, limit: eachWay },
    { query, using: 'around', filter, params, limit: eachWay },
    ...(vector && dimensions !== null ? [{ query: vector, using: 'dense', filter, limit: eachWay }] : []),
  ];
  // Unlike the usual 60, a small k lets the first few of one way lead.
  const request = { prefetch: ways, query: { rrf: { k: 2 } }, limit, with_payload: ['id'] };
  return request as Request;
}

/** Idempotent: a row put again takes its own point's place. */
function pointOf(id: string): string {
  const hex = hashJson('memory point', { id });
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function teamOf(acl: string): string {
  return acl.split(':').slice(0, 2).join(':');
}

function readable(error: unknown): SophiaError {
  if (error instanceof SophiaError) return error;
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
  if (status === 401 || status === 403)
    return new SophiaError('forbidden', 'Qdrant refuses the key.', { hint: 'Check QDRANT_API_KEY.', cause: error });
  if (status >= 400 && status < 500)
    return new SophiaError('internal', 'Qdrant did not take the request.', {
      hint: 'The log has its words; a collection of an older version is rebuilt by `npm run sophia -- memory reindex`.',
      cause: error,
    });
  return new SophiaError('unavailable', 'Qdrant cannot be reached.', {
    hint: 'Check QDRANT_URL; until it answers, recall goes by the database.',
    cause: error,
  });
}
