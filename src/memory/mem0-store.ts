/** The store that mem0 is given: it shows what our record holds for the audience already, and keeps nothing. */

/** The part of a Qdrant client that mem0 calls as it adds. */
export function createPassingStore(known: readonly string[], collection: string) {
  const hits = known.map((data, index) => ({ id: String(index), score: 0.5, payload: { data } }));
  return {
    createCollection: async () => true,
    createPayloadIndex: async () => true,
    search: async (name: string) => (name === collection ? hits : []),
    query: async () => ({ points: [] }),
    retrieve: async () => [],
    // It wants to know who it works for, and makes up somebody otherwise.
    scroll: async () => ({ points: [{ id: '0', payload: { user_id: 'sophia' } }] }),
    upsert: async () => true,
    delete: async () => true,
  };
}
