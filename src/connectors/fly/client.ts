/** Fly's Machines API as typed calls: paced, with a deadline, and with errors a person can act on. */
import createClient, { type Client } from 'openapi-fetch';
import { SophiaError } from '../../core/error.ts';
import { createFetch } from '../../kit/http.ts';
import { storageCalls } from './client-storage.ts';
import type { Clock } from './clock.ts';
import { type About, failure } from './failure.ts';
import type { components, paths } from './machines-api.ts';
import { actionRate, createPace, getMachineRate } from './pace.ts';
import type { paths as StoragePaths } from './storage-api.ts';

type Schemas = components['schemas'];
export type MachineConfig = Schemas['fly.MachineConfig'];
/** `cordoned` is answered but missing from the vendor's document. */
export type Machine = Schemas['Machine'] & { cordoned?: boolean };
export type Lease = Schemas['Lease'];

export type FlyClientOptions = { token: string; apiUrl: string; clock: Clock; fetch?: typeof fetch };
export type FlyClient = ReturnType<typeof createFlyClient>;

type Sent<T> = { data?: T; error?: unknown; response: Response };
/** Fly holds a wait open for at most a minute. */
export const longestWaitSeconds = 60;

/** Time over, or that version is gone: looking at the machine tells which. */
const notYet = new Set(['timeout', 'not_found', 'bad_input']);

export function createFlyClient({ token, apiUrl, clock, fetch: given }: FlyClientOptions) {
  const inner = given ? { fetch: given } : {};
  const connect = (deadlineMs: number, retries: number) =>
    createClient<paths & StoragePaths>({
      baseUrl: `${apiUrl.replace(/\/+$/, '')}/v1`,
      headers: { authorization: `Bearer ${token}` },
      fetch: createFetch({ name: 'Fly', deadlineMs, retries, ...inner }),
    });
  const api = connect(15_000, 2);
  const patient = connect((longestWaitSeconds + 5) * 1000, 0);
  const pace = createPace(clock);

  async function send<T>(about: About, request: () => Promise<Sent<T>>): Promise<T> {
    const { data, error, response } = await request().catch((problem: unknown) => {
      if (problem instanceof SophiaError) throw problem;
      throw new SophiaError('timeout', `Fly's answer to “${about.doing}” broke off.`, { cause: problem });
    });
    if (!response.ok) throw failure(response, error, about);
    return data as T;
  }

  type Place = { app: string; machine: string };
  const at = ({ app, machine }: Place) => ({ path: { app_name: app, machine_id: machine } });
  const held = (nonce: string) => ({ 'fly-machine-lease-nonce': nonce });
  const named = ({ app, machine }: Place) => `machine ${machine} of ${app}`;

  return {
    ...storageCalls(api as Client<StoragePaths>, send, pace),
    async listApps(organization: string, signal: AbortSignal) {
      await pace(`list apps ${organization}`, actionRate, signal);
      const about = { doing: `list the apps of ${organization}`, write: false };
      const params = { query: { org_slug: organization } };
      return (await send(about, () => api.GET('/apps', { params, signal }))).apps ?? [];
    },
    async getApp(app: string, signal: AbortSignal) {
      await pace(`get app ${app}`, actionRate, signal);
      const params = { path: { app_name: app } };
      return send({ doing: `look up ${app}`, app, write: false }, () =>
        api.GET('/apps/{app_name}', { params, signal }),
      );
    },
    async listMachines(app: string, signal: AbortSignal): Promise<Machine[]> {
      await pace(`list machines ${app}`, actionRate, signal);
      const about = { doing: `list the machines of ${app}`, app, write: false };
      const params = { path: { app_name: app } };
      const machines = await send(about, () => api.GET('/apps/{app_name}/machines', { params, signal }));
      return machines.filter((machine) => machine.state !== 'destroyed');
    },
    async getMachine(place: Place, signal: AbortSignal): Promise<Machine> {
      await pace(`get ${place.machine}`, getMachineRate, signal);
      const about = { doing: `look at ${named(place)}`, ...place, write: false };
      return send(about, () => api.GET('/apps/{app_name}/machines/{machine_id}', { params: at(place), signal }));
    },
    async createMachine(app: string, body: Schemas['CreateMachineRequest'], signal: AbortSignal): Promise<Machine> {
      await pace(`create ${app}`, actionRate, signal);
      const region = body.region ? { region: body.region } : {};
      const about = { doing: `create a machine for ${app}`, app, write: true, ...region };
      const params = { path: { app_name: app } };
      return send(about, () => api.POST('/apps/{app_name}/machines', { params, body, signal }));
    },
    async updateMachine(place: Place, nonce: string, body: Schemas['UpdateMachineRequest'], signal: AbortSignal) {
      await pace(`update ${place.machine}`, actionRate, signal);
      const about = { doing: `update ${named(place)}`, ...place, write: true };
      const request = { params: at(place), body, headers: held(nonce), signal };
      return send(about, () => api.POST('/apps/{app_name}/machines/{machine_id}', request));
    },
    async destroyMachine(place: Place, nonce: string, signal: AbortSignal): Promise<void> {
      await pace(`destroy ${place.machine}`, actionRate, signal);
      const about = { doing: `destroy ${named(place)}`, ...place, write: true };
      const params = { ...at(place), query: { force: true } };
      const request = { params, headers: held(nonce), signal };
      await send(about, () => api.DELETE('/apps/{app_name}/machines/{machine_id}', request));
    },
    async setPower(
      place: Place,
      verb: 'restart' | 'start' | 'stop',
      nonce: string,
      signal: AbortSignal,
    ): Promise<void> {
      await pace(`${verb} ${place.machine}`, actionRate, signal);
      const about = { doing: `${verb} ${named(place)}`, ...place, write: true };
      const request = { params: at(place), headers: held(nonce), signal };
      await send(about, () => api.POST(`/apps/{app_name}/machines/{machine_id}/${verb}`, request));
    },
    async listEvents(place: Place, limit: number, signal: AbortSignal) {
      await pace(`events ${place.machine}`, actionRate, signal);
      const about = { doing: `list the events of ${named(place)}`, ...place, write: false };
      const params = { ...at(place), query: { limit } };
      return send(about, () => api.GET('/apps/{app_name}/machines/{machine_id}/events', { params, signal }));
    },
    async listVersions(place: Place, signal: AbortSignal) {
      await pace(`versions ${place.machine}`, actionRate, signal);
      const about = { doing: `list the versions of ${named(place)}`, ...place, write: false };
      return send(about, () =>
        api.GET('/apps/{app_name}/machines/{machine_id}/versions', { params: at(place), signal }),
      );
    },
    /** False when it has not come to that: the time is over, or the version was replaced. */
    async waitForStart(place: Place, version: string, timeoutSeconds: number, signal: AbortSignal): Promise<boolean> {
      await pace(`wait ${place.machine}`, actionRate, signal);
      const params = { ...at(place), query: { state: 'started' as const, version, timeout: timeoutSeconds } };
      const about = { doing: `start ${named(place)}`, ...place, write: false };
      try {
        await send(about, () => patient.GET('/apps/{app_name}/machines/{machine_id}/wait', { params, signal }));
        return true;
      } catch (problem) {
        if (signal.aborted || !(problem instanceof SophiaError) || !notYet.has(problem.code)) throw problem;
        return false;
      }
    },
    /** Null when nobody holds one. */
    async getLease(place: Place, signal: AbortSignal): Promise<Lease | null> {
      await pace(`find lease ${place.machine}`, actionRate, signal);
      const about = { doing: `look at the lease of ${named(place)}`, ...place, write: false };
      try {
        const request = { params: at(place), signal };
        return bare(await send(about, () => api.GET('/apps/{app_name}/machines/{machine_id}/lease', request)));
      } catch (problem) {
        if (problem instanceof SophiaError && problem.code === 'not_found') return null;
        throw problem;
      }
    },
    async createLease(place: Place, body: Schemas['CreateLeaseRequest'], signal: AbortSignal): Promise<Lease> {
      await pace(`lease ${place.machine}`, actionRate, signal);
      const about = { doing: `take the lease of ${named(place)}`, ...place, write: true };
      const request = { params: at(place), body, signal };
      return bare(await send(about, () => api.POST('/apps/{app_name}/machines/{machine_id}/lease', request)));
    },
    async releaseLease(place: Place, nonce: string, signal: AbortSignal): Promise<void> {
      await pace(`release ${place.machine}`, actionRate, signal);
      const about = { doing: `release the lease of ${named(place)}`, ...place, write: true };
      const params = { ...at(place), header: held(nonce) as { 'fly-machine-lease-nonce': string } };
      await send(about, () => api.DELETE('/apps/{app_name}/machines/{machine_id}/lease', { params, signal }));
    },
    async listRegions(signal: AbortSignal) {
      await pace('regions', actionRate, signal);
      const about = { doing: 'list its regions', write: false };
      return (await send(about, () => api.GET('/platform/regions', { signal }))).regions ?? [];
    },
    async currentTokens(signal: AbortSignal) {
      await pace('token', actionRate, signal);
      const about = { doing: 'describe the token', write: false };
      return (await send(about, () => api.GET('/tokens/current', { signal }))).tokens ?? [];
    },
  };
}

/** The document says a bare lease; the service answers `{status, data}`. */
function bare(answer: Lease | { data?: Lease }): Lease {
  return 'data' in answer && answer.data ? answer.data : (answer as Lease);
}
