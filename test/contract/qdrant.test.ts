/** Holds the requests to Qdrant and the emulator's answers to Qdrant's published contract. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { createQdrantEmulator } from '../../src/emulators/qdrant/index.ts';
import { createQdrantIndex } from '../../src/memory/qdrant.ts';
import { eng, stored } from '../memory/samples.ts';
import { contractProxy, specsPresent } from './contract-server.ts';

describe.skipIf(!specsPresent)('Qdrant (needs ../shared/specs)', () => {
  test('making a collection, putting, finding, counting, removing and clearing keep to the contract', async () => {
    const emulator = await createQdrantEmulator();
    const proxy = await contractProxy({ specFile: 'qdrant.json', upstream: emulator.url, unlistedStatuses: [400] });
    onTestFinished(async () => {
      await proxy.close();
      await emulator.close();
    });
    const index = createQdrantIndex({ url: proxy.url, apiKey: emulator.apiKey, dimensions: 3 });
    await index.put([{ ...stored('1', 'deploy web'), vector: [1, 0, 0] }, stored('2', 'no meaning yet')]);
    expect(await index.find({ words: ['deploy'], acls: [eng], limit: 5, vector: [1, 0, 0] })).toEqual(['1']);
    expect(await index.find({ words: ['deploy'], acls: [eng], limit: 5, kinds: ['code'] })).toEqual([]);
    expect(await index.size()).toBe(2);
    await index.remove(['1']);
    expect(await index.size()).toBe(1);
    await index.clear();
    expect(await index.size()).toBe(0);
    expect(proxy.problems).toEqual([]);
    const operations = new Set(proxy.calls.map((call) => proxy.operation(call.method, call.path)));
    expect([...operations].sort()).toEqual([
      'delete /collections/{collection_name}',
      'get /collections/{collection_name}/exists',
      'post /collections/{collection_name}/points/count',
      'post /collections/{collection_name}/points/delete',
      'post /collections/{collection_name}/points/query',
      'put /collections/{collection_name}',
      'put /collections/{collection_name}/index',
      'put /collections/{collection_name}/points',
    ]);
  });

  test('a key that is refused and a server that is down are said in words', async () => {
    const emulator = await createQdrantEmulator();
    const wrong = createQdrantIndex({ url: emulator.url, apiKey: 'wrong', dimensions: null });
    await expect(wrong.size()).rejects.toMatchObject({ code: 'forbidden' });
    const right = createQdrantIndex({ url: emulator.url, apiKey: emulator.apiKey, dimensions: null });
    emulator.fail(503);
    await expect(right.size()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await right.size()).toBe(0);
    await emulator.close();
    await expect(right.size()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
