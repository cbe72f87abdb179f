/** A fresh SQLite store in a temporary directory, for any test that needs one; closing it removes the directory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/index.ts';

export type TestStore = Store & { directory: string };

export async function openTestStore(options: { now?: () => Date } = {}): Promise<TestStore> {
  const directory = mkdtempSync(join(tmpdir(), 'sophia-store-'));
  const store = await openStore({ directory, ...options });
  return {
    ...store,
    directory,
    async close() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
