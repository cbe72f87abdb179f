/** Acme's app on an emulated Fly, and a way to plan and run the connector's actions without the rest of the house. */
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/connectors/fly/clock.ts';
import { connectFly, type FlyOptions } from '../../../src/connectors/fly/index.ts';
import { createFlyEmulator, type FlyEmulator, type FlyEmulatorOptions } from '../../../src/emulators/fly/index.ts';
import { alone, silent } from '../alone.ts';

export const oldSha = '1111111111111111111111111111111111111111';
export const newSha = '2222222222222222222222222222222222222222';
export const image = (sha: string) => `registry.fly.io/acme-web:${sha}`;

/** Pauses at once, and says that the time has passed. */
export function quickClock(): Clock & { pauses: number[]; onPause?: (milliseconds: number) => void } {
  let ahead = 0;
  const clock: ReturnType<typeof quickClock> = {
    pauses: [],
    now: () => Date.now() + ahead,
    async pause(milliseconds) {
      ahead += milliseconds;
      clock.pauses.push(milliseconds);
      clock.onPause?.(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return clock;
}

export async function acme(options: FlyEmulatorOptions = {}): Promise<FlyEmulator & { machines: string[] }> {
  const emulator = await createFlyEmulator({ stepMs: 1, ...options });
  onTestFinished(() => emulator.close());
  emulator.addImage('acme-web', oldSha, { revision: oldSha });
  emulator.addImage('acme-web', newSha, { revision: newSha });
  const machines = emulator.addApp({
    name: 'acme-web',
    org: 'acme',
    image: image(oldSha),
    machines: [{ region: 'iad' }, { region: 'fra' }, { region: 'syd' }],
  });
  return { ...emulator, machines };
}

export function connect(
  world: { url: string; registryUrl: string; token: string },
  options: FlyOptions & { token?: string; organization?: string } = {},
) {
  const { token = world.token, organization, ...rest } = options;
  const connection = connectFly(
    {
      FLY_API_TOKEN: token,
      FLY_API_URL: world.url,
      FLY_REGISTRY_URL: world.registryUrl,
      ...(organization ? { FLY_ORG: organization } : {}),
    },
    { log: silent },
    { clock: quickClock(), ...rest },
  );
  return alone(connection);
}

/** The machine as the emulator has it. */
export function seen(emulator: FlyEmulator, id: string) {
  const found = emulator
    .snapshot()
    .apps.flatMap((app) => app.machines)
    .find((machine) => machine.id === id);
  if (!found) throw new Error(`no machine ${id}`);
  return found;
}
