/** mem0's own search over the same rows, as its library comes: its store in memory, its ranking, and a hashing embedder in the place of a model. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Memory, NewMemory, Recollection } from '../../../src/core/memory.ts';
import { pack } from '../../../src/memory/pack.ts';

const dimensions = 512;
/** As many as fit into a prompt of 2,000 tokens, and more. */
const mostFound = 100;
const found = z.object({
  results: z.array(z.object({ memory: z.string(), metadata: z.object({ origin: z.string() }) })),
});

type Mem0 = Awaited<ReturnType<typeof openStore>>;

/** One store for each audience, which is kind to it: every search of mem0's reads all rows of its store. */
export async function createMem0Search(rows: NewMemory[]): Promise<Pick<Memory, 'recall'>> {
  const byAcl = Map.groupBy(rows, (row) => row.acl);
  const stores = new Map<string, Mem0>();
  for (const [acl, own] of byAcl) {
    const store = await openStore();
    for (const { text, speaker, origin } of own)
      if (text.trim() !== '')
        await store.add(speaker ? `${speaker}: ${text}` : text, {
          userId: 'all',
          infer: false,
          metadata: { origin: origin ?? '' },
        });
    stores.set(acl, store);
  }
  const answers = new Map<string, Recollection[]>();

  return {
    async recall(query, access, { maxTokens }) {
      const key = JSON.stringify([query, access]);
      const all = answers.get(key) ?? (await search(query, access.readable));
      answers.set(key, all);
      return pack(all, maxTokens);
    },
  };

  async function search(query: string, readable: string[]): Promise<Recollection[]> {
    const lists: Recollection[] = [];
    for (const acl of readable) {
      const result = await stores.get(acl)?.search(query, { topK: mostFound, filters: { user_id: 'all' } });
      if (!result) continue;
      const { results } = found.parse(result);
      for (const [place, { memory, metadata }] of results.entries())
        lists.push({
          ...{
            id: metadata.origin,
            acl,
            kind: 'message',
            text: memory,
            person: null,
            thread: null,
            at: '',
            tainted: true,
          },
          ...{
            source: null,
            speaker: null,
            channel: null,
            origin: metadata.origin,
            link: null,
            talk: null,
            subject: null,
          },
          ...{ sources: [], trust: 'said', expiresAt: null, corrected: null, score: result.results[place]?.score ?? 0 },
        });
    }
    return lists.sort((one, other) => other.score - one.score).slice(0, mostFound);
  }
}

async function openStore() {
  process.env.MEM0_TELEMETRY = 'false';
  process.env.MEM0_DIR ??= mkdtempSync(join(tmpdir(), 'sophia-mem0-'));
  const { Memory: Mem0Memory } = await import('mem0ai/oss');
  const model = {
    embedQuery: async (text: string) => hashed(text),
    embedDocuments: async (texts: string[]) => texts.map(hashed),
  };
  return new Mem0Memory({
    disableHistory: true,
    embedder: { provider: 'langchain', config: { model } },
    vectorStore: { provider: 'memory', config: { dbPath: ':memory:', dimension: dimensions } },
    llm: { provider: 'openai', config: { apiKey: 'none', baseURL: 'http://127.0.0.1:9/' } },
  });
}

/** Words and runs of three to five letters, each at a place that its hash names: what is spelt alike lies close, what means alike does not. */
function hashed(text: string): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const framed = `<${word}>`;
    const parts = [framed];
    for (const length of [3, 4, 5])
      for (let from = 0; from + length <= framed.length; from++) parts.push(framed.slice(from, from + length));
    for (const part of parts) {
      const hash = hashOf(part);
      const place = hash % dimensions;
      vector[place] = (vector[place] ?? 0) + (hash & 0x40000000 ? 1 : -1) / Math.sqrt(parts.length);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((one) => one / length);
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
