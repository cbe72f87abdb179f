/** Secrets and volumes of the emulated apps: a value goes in and never comes out, a volume only grows. */
import { createHash, randomBytes } from 'node:crypto';
import { type App, Refusal } from './types.ts';

export type Secret = { name: string; digest: string; created_at: string; updated_at: string };
export type Snapshot = {
  id: string;
  size: number;
  digest: string;
  created_at: string;
  status: string;
  retention_days: number;
};
export type Volume = {
  id: string;
  name: string;
  region: string;
  size_gb: number;
  state: string;
  encrypted: boolean;
  attached_machine_id: string | null;
  created_at: string;
  snapshots: Snapshot[];
};
type Store = { secrets: Map<string, Secret>; volumes: Map<string, Volume>; version: number };

const namePattern = /^[a-z0-9_]{1,30}$/;
const mostGb = 500;

export function createStorage() {
  const stores = new Map<string, Store>();
  let lastTime = 0;
  /** No two share a time. */
  const now = () => {
    lastTime = Math.max(Date.now(), lastTime + 1);
    return new Date(lastTime).toISOString();
  };
  const of = (app: string): Store => {
    const store = stores.get(app) ?? { secrets: new Map(), volumes: new Map(), version: 0 };
    stores.set(app, store);
    return store;
  };

  const storage = {
    of,
    setSecret(app: string, name: string, value: string): string {
      const store = of(app);
      const digest = createHash('sha256').update(value).digest('hex').slice(0, 16);
      const created_at = store.secrets.get(name)?.created_at ?? now();
      store.secrets.set(name, { name, digest, created_at, updated_at: now() });
      store.version++;
      return digest;
    },
    unsetSecret(app: string, name: string): number {
      const store = of(app);
      if (!store.secrets.delete(name)) throw new Refusal(404, `secret ${name} not found`);
      return ++store.version;
    },
    volume(app: string, id: string): Volume {
      const volume = of(app).volumes.get(id);
      if (!volume) throw new Refusal(404, `volume ${id} not found`);
      return volume;
    },
    addVolume(app: App, wanted: { name: string; region: string; size_gb?: number; machine?: string }): Volume {
      const { name, region, size_gb = 3, machine = null } = wanted;
      if (!namePattern.test(name)) throw new Refusal(400, 'name must be lower-case letters, digits and underscores');
      if (!Number.isInteger(size_gb) || size_gb < 1 || size_gb > mostGb)
        throw new Refusal(400, `size_gb must be between 1 and ${mostGb}`);
      const volume: Volume = {
        id: `vol_${randomBytes(8).toString('hex')}`,
        name,
        region,
        size_gb,
        state: 'created',
        encrypted: true,
        attached_machine_id: machine,
        created_at: now(),
        snapshots: [],
      };
      of(app.name).volumes.set(volume.id, volume);
      return volume;
    },
    extend(volume: Volume, size_gb: number): boolean {
      if (!Number.isInteger(size_gb) || size_gb > mostGb) throw new Refusal(400, `size_gb must be at most ${mostGb}`);
      if (size_gb < volume.size_gb) throw new Refusal(422, 'volume size cannot be decreased');
      volume.size_gb = size_gb;
      return volume.attached_machine_id !== null;
    },
    snapshot(volume: Volume): void {
      volume.snapshots.unshift({
        id: `vs_${randomBytes(8).toString('hex')}`,
        size: volume.size_gb * 1_000_000,
        digest: randomBytes(16).toString('hex'),
        created_at: now(),
        status: 'created',
        retention_days: 5,
      });
    },
  };
  return storage;
}
export type Storage = ReturnType<typeof createStorage>;
