/** The emulated machines: how they are made, changed and started, step by step, so that progress can be watched. */
import { randomBytes } from 'node:crypto';
import type { Images } from './images.ts';
import { type App, type Check, type Config, type FlyChange, type Machine, Refusal } from './types.ts';

export type FleetOptions = {
  images: Images;
  /** Milliseconds between two states of a machine that starts, stops or is checked. */
  stepMs: number;
};

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const sickDefault = 'GET /healthz: 500 database migration missing';

export function createFleet({ images, stepMs }: FleetOptions) {
  const apps = new Map<string, App>();
  const listeners = new Set<(change: FlyChange) => void>();
  const timers = new Set<NodeJS.Timeout>();
  /** Image reference, tag, digest or revision → what its failing check says. */
  const sick = new Map<string, string>();
  let lastTime = 0;

  /** No two machines and no two events share a time, so that “newer than” is never in doubt. */
  function time(): number {
    lastTime = Math.max(Date.now(), lastTime + 1);
    return lastTime;
  }

  function tell(machine: Machine, what: string): void {
    machine.updated_at = new Date().toISOString();
    const { app, id, region, state } = machine;
    for (const listener of listeners) listener({ at: machine.updated_at, app, machine: id, region, what, state });
  }

  function note(machine: Machine, type: string, status: string, source: 'user' | 'flyd'): void {
    machine.events.unshift({ id: ulid(), type, status, source, timestamp: time() });
    machine.events.splice(50);
  }

  function become(machine: Machine, state: string, type: string, source: 'user' | 'flyd'): void {
    machine.state = state;
    note(machine, type, state, source);
    tell(machine, type);
  }

  /** Runs `steps` one `stepMs` after the other, unless the machine is changed in between. */
  function inSteps(machine: Machine, steps: (() => void)[]): void {
    const generation = machine.generation;
    const [step, ...rest] = steps;
    if (!step) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (machine.generation !== generation) return;
      step();
      inSteps(machine, rest);
    }, stepMs);
    timers.add(timer);
  }

  function launch(machine: Machine): void {
    inSteps(machine, [
      () => become(machine, 'starting', 'start', 'flyd'),
      () => {
        machine.checks = report(machine, 'warning', 'waiting for status update');
        become(machine, 'started', 'start', 'flyd');
      },
      () => {
        const trouble = sicknessOf(machine.config);
        machine.checks = report(machine, trouble ? 'critical' : 'passing', trouble ?? 'GET /healthz: 200 ok');
        tell(machine, 'check');
      },
    ]);
  }

  function sicknessOf(config: Config): string | undefined {
    const reference = config.image ?? '';
    const found = images.find(reference);
    const revision = found && Object.values(found.labels)[0];
    for (const name of [reference, found?.tag, found?.digest, revision]) {
      const output = name ? sick.get(name) : undefined;
      if (output) return output;
    }
    return undefined;
  }

  function report(machine: Machine, status: string, output: string): Check[] {
    const updated_at = new Date().toISOString();
    return Object.keys(machine.config.checks ?? {}).map((name) => ({ name, status, output, updated_at }));
  }

  function deployed(config: Config): void {
    const image = config.image;
    if (!image) throw new Refusal(400, 'invalid config: image is required');
    if (!images.find(image)) throw new Refusal(400, `failed to get manifest ${image}: unknown manifest: not found`);
    const next = sick.get('next');
    if (next === undefined) return;
    sick.delete('next');
    sick.set(image, next);
  }

  function configure(machine: Machine, config: Config): void {
    machine.config = structuredClone(config);
    machine.instance_id = ulid();
    machine.versions.unshift({ version: machine.instance_id, user_config: structuredClone(config) });
    machine.generation++;
    machine.checks = report(machine, 'warning', 'waiting for status update');
  }

  return {
    apps,
    get(app: string, id: string): Machine {
      const machine = apps.get(app)?.machines.get(id);
      if (!apps.has(app)) throw new Refusal(404, 'app not found');
      if (!machine) throw new Refusal(404, `machine not found: ${id}`);
      return machine;
    },
    addApp(name: string, org: string): App {
      const app = { id: randomBytes(8).toString('hex'), name, org, machines: new Map<string, Machine>() };
      apps.set(name, app);
      return app;
    },
    create(
      app: App,
      body: { name?: string; region?: string; id?: string; config: Config; launched?: boolean; skip?: boolean },
    ) {
      const { region = 'iad', config, launched } = body;
      if (!launched) deployed(config);
      const id = body.id ?? randomBytes(7).toString('hex');
      const now = new Date(time()).toISOString();
      const machine: Machine = {
        id,
        name: body.name ?? `${app.name}-${region}-${id.slice(0, 4)}`,
        app: app.name,
        region,
        state: 'created',
        instance_id: '',
        private_ip: `fdaa:0:1:a7b:${id.slice(0, 4)}:${id.slice(4, 8)}:${id.slice(8, 12)}:2`,
        created_at: now,
        updated_at: now,
        config: {},
        checks: [],
        events: [],
        versions: [],
        lease: null,
        cordoned: false,
        generation: 0,
      };
      app.machines.set(id, machine);
      configure(machine, config);
      note(machine, 'launch', 'created', 'user');
      if (launched) {
        machine.state = 'started';
        note(machine, 'start', 'started', 'flyd');
        machine.checks = report(machine, 'passing', 'GET /healthz: 200 ok');
      } else if (!body.skip) launch(machine);
      tell(machine, 'launch');
      return machine;
    },
    update(machine: Machine, config: Config, skipLaunch: boolean): void {
      deployed(config);
      configure(machine, config);
      become(machine, skipLaunch ? 'stopped' : 'replacing', 'update', 'user');
      if (!skipLaunch) launch(machine);
    },
    start(machine: Machine): string {
      const before = machine.state;
      if (!['stopped', 'suspended', 'created'].includes(before)) throw wrongState(machine, 'start');
      machine.generation++;
      note(machine, 'start', 'starting', 'user');
      launch(machine);
      return before;
    },
    stop(machine: Machine): void {
      if (!['started', 'starting'].includes(machine.state)) throw wrongState(machine, 'stop');
      machine.generation++;
      become(machine, 'stopping', 'stop', 'user');
      inSteps(machine, [() => become(machine, 'stopped', 'exit', 'flyd')]);
    },
    restart(machine: Machine): void {
      if (machine.state !== 'started') throw wrongState(machine, 'restart');
      machine.generation++;
      machine.checks = report(machine, 'warning', 'waiting for status update');
      become(machine, 'stopping', 'restart', 'user');
      launch(machine);
    },
    destroy(machine: Machine, force: boolean): void {
      if (!force && machine.state === 'started')
        throw new Refusal(412, 'failed_precondition: unable to destroy machine, not currently stopped');
      machine.generation++;
      become(machine, 'destroying', 'destroy', 'user');
      inSteps(machine, [() => become(machine, 'destroyed', 'destroy', 'flyd')]);
    },
    cordon(machine: Machine, cordoned: boolean): void {
      machine.cordoned = cordoned;
      tell(machine, cordoned ? 'cordon' : 'uncordon');
    },
    tell,
    makeUnhealthy: (name: string, output = sickDefault) => void sick.set(name, output),
    makeHealthy: (name: string) => void sick.delete(name),
    subscribe(listener: (change: FlyChange) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer);
      listeners.clear();
    },
  };
}

export type Fleet = ReturnType<typeof createFleet>;

function wrongState(machine: Machine, verb: string): Refusal {
  return new Refusal(412, `failed_precondition: unable to ${verb} machine from current state: '${machine.state}'`);
}

/** 26 characters that sort by time, as the service's own ids. */
export function ulid(): string {
  let time = Date.now();
  let front = '';
  for (let place = 0; place < 10; place++) {
    front = crockford[time % 32] + front;
    time = Math.floor(time / 32);
  }
  return front + [...randomBytes(16)].map((byte) => crockford[byte % 32]).join('');
}
