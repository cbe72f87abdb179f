/** Calls for an app's secrets and volumes. The value of a secret is never asked for, and dropped should it come. */
import type { Client } from 'openapi-fetch';
import type { About } from './failure.ts';
import { actionRate, type Pace } from './pace.ts';
import type { paths } from './storage-api.ts';

type Sent<T> = { data?: T; error?: unknown; response: Response };
type Send = <T>(about: About, request: () => Promise<Sent<T>>) => Promise<T>;

export type Secret = { name: string; digest: string; updated_at: string | null };
export type Volume = {
  id: string;
  name: string;
  region: string;
  size_gb: number;
  state: string;
  machine: string | null;
  created_at: string | null;
};

type Answered = {
  id?: string;
  name?: string;
  region?: string;
  size_gb?: number;
  state?: string;
  attached_machine_id?: string | null;
  created_at?: string;
};

const viewVolume = (volume: Answered): Volume => ({
  id: volume.id ?? '',
  name: volume.name ?? '',
  region: volume.region ?? '',
  size_gb: volume.size_gb ?? 0,
  state: volume.state ?? 'unknown',
  machine: volume.attached_machine_id || null,
  created_at: volume.created_at ?? null,
});

export function storageCalls(api: Client<paths>, send: Send, pace: Pace) {
  const volumeAt = (app: string, volume: string) => ({ path: { app_name: app, volume_id: volume } });
  const about = (doing: string, app: string, write: boolean, thing?: string): About => ({
    doing,
    app,
    write,
    ...(thing ? { thing } : {}),
  });

  return {
    async listSecrets(app: string, signal: AbortSignal): Promise<Secret[]> {
      await pace(`secrets ${app}`, actionRate, signal);
      const params = { path: { app_name: app } };
      const { secrets } = await send(about(`list the secrets of ${app}`, app, false), () =>
        api.GET('/apps/{app_name}/secrets', { params, signal }),
      );
      return (secrets ?? []).map(({ name, digest, updated_at, created_at }) => ({
        name: name ?? '',
        digest: digest ?? '',
        updated_at: updated_at ?? created_at ?? null,
      }));
    },
    async unsetSecret(app: string, secret: string, signal: AbortSignal): Promise<void> {
      await pace(`unset secret ${app}`, actionRate, signal);
      const params = { path: { app_name: app, secret_name: secret } };
      await send(about(`unset the secret ${secret} of ${app}`, app, true, `secret ${secret}`), () =>
        api.DELETE('/apps/{app_name}/secrets/{secret_name}', { params, signal }),
      );
    },
    async listVolumes(app: string, signal: AbortSignal): Promise<Volume[]> {
      await pace(`volumes ${app}`, actionRate, signal);
      const params = { path: { app_name: app } };
      const volumes = await send(about(`list the volumes of ${app}`, app, false), () =>
        api.GET('/apps/{app_name}/volumes', { params, signal }),
      );
      return volumes.map(viewVolume).filter((volume) => !/destroy/.test(volume.state));
    },
    async getVolume(app: string, volume: string, signal: AbortSignal): Promise<Volume> {
      await pace(`volume ${volume}`, actionRate, signal);
      const params = volumeAt(app, volume);
      return viewVolume(
        await send(about(`look at volume ${volume} of ${app}`, app, false, `volume ${volume}`), () =>
          api.GET('/apps/{app_name}/volumes/{volume_id}', { params, signal }),
        ),
      );
    },
    async createVolume(
      app: string,
      body: { name: string; region: string; size_gb: number },
      signal: AbortSignal,
    ): Promise<Volume> {
      await pace(`create volume ${app}`, actionRate, signal);
      const params = { path: { app_name: app } };
      const doing = { ...about(`create a volume for ${app}`, app, true), region: body.region };
      return viewVolume(await send(doing, () => api.POST('/apps/{app_name}/volumes', { params, body, signal })));
    },
    async extendVolume(app: string, volume: string, size_gb: number, signal: AbortSignal): Promise<boolean> {
      await pace(`extend ${volume}`, actionRate, signal);
      const request = { params: volumeAt(app, volume), body: { size_gb }, signal };
      const answer = await send(about(`extend volume ${volume} of ${app}`, app, true, `volume ${volume}`), () =>
        api.PUT('/apps/{app_name}/volumes/{volume_id}/extend', request),
      );
      return answer.needs_restart ?? false;
    },
    async listSnapshots(app: string, volume: string, signal: AbortSignal) {
      await pace(`snapshots ${volume}`, actionRate, signal);
      const params = volumeAt(app, volume);
      const found = await send(about(`list the snapshots of ${volume}`, app, false, `volume ${volume}`), () =>
        api.GET('/apps/{app_name}/volumes/{volume_id}/snapshots', { params, signal }),
      );
      return found.map(({ id, created_at, size, status, retention_days }) => ({
        id: id ?? '',
        created_at: created_at ?? null,
        bytes: size ?? 0,
        status: status ?? 'unknown',
        kept_days: retention_days ?? null,
      }));
    },
    async createSnapshot(app: string, volume: string, signal: AbortSignal): Promise<void> {
      await pace(`snapshot ${volume}`, actionRate, signal);
      const params = volumeAt(app, volume);
      await send(about(`snapshot volume ${volume} of ${app}`, app, true, `volume ${volume}`), () =>
        api.POST('/apps/{app_name}/volumes/{volume_id}/snapshots', { params, signal }),
      );
    },
  };
}
