/** How the collection in Qdrant is made: one for all teams, filtered by token, spread over shards and kept twice. */
import type { QdrantClient } from '@qdrant/js-client-rest';

/** Divisible over one, two, three and six machines. */
const shards = 6;
const replicas = 2;
/** A list of access tokens is one condition of this many values at most. */
const mostConditions = 2_000;
const mostRows = 1_000;

const fields = ['acl', 'kind'] as const;

/** Without `dimensions` there are no dense vectors: nothing that understands meaning is set up. */
export async function makeCollection(client: QdrantClient, name: string, dimensions: number | null): Promise<void> {
  const { exists } = await client.collectionExists(name);
  if (exists) return;
  await client.createCollection(name, {
    vectors: dimensions === null ? {} : { dense: { size: dimensions, distance: 'Cosine', on_disk: true } },
    sparse_vectors: { words: { modifier: 'idf' }, around: { modifier: 'idf' } },
    // The graph is built within a team, not over all of them.
    hnsw_config: { m: 0, payload_m: 16 },
    quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    shard_number: shards,
    replication_factor: replicas,
    write_consistency_factor: 1,
    // A filter on a field without an index fails loudly instead of reading everything.
    strict_mode_config: {
      enabled: true,
      unindexed_filtering_retrieve: false,
      unindexed_filtering_update: false,
      condition_max_size: mostConditions,
      max_query_limit: mostRows,
    },
  });
  await client.createPayloadIndex(name, {
    field_name: 'team',
    field_schema: { type: 'keyword', is_tenant: true },
    wait: true,
  });
  for (const field of fields)
    await client.createPayloadIndex(name, { field_name: field, field_schema: 'keyword', wait: true });
}
