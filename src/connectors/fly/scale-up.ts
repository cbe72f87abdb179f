/** Creates clones of a machine, as many as are still missing, each marked with the deed that made it. */
import { SophiaError, toSophiaError } from '../../core/error.ts';
import type { FlyClient, MachineConfig } from './client.ts';
import { deedMark, previousMark } from './schema.ts';

export type Growth = {
  app: string;
  deed: string;
  template: string;
  instance_id: string;
  region: string;
  add: number;
};

/** Returns the ids of all machines this deed made, now and before a crash. */
export async function growFleet({ fly }: { fly: FlyClient }, growth: Growth, signal: AbortSignal): Promise<string[]> {
  const { app, deed, template, region, add } = growth;
  const source = await fly.getMachine({ app, machine: template }, signal);
  if (source.instance_id !== growth.instance_id)
    throw new SophiaError('conflict', `Machine ${template}, which I was to clone, has changed since the plan.`, {
      hint: 'Ask again: the new machines would run something else than was approved.',
    });
  const made = (await fly.listMachines(app, signal))
    .filter((one) => one.config?.metadata?.[deedMark] === deed)
    .map((one) => one.id ?? '');
  while (made.length < add) {
    const config = cloned(source.config ?? {}, deed);
    const machine = await fly.createMachine(app, { region, config }, signal).catch(async (problem: unknown) => {
      const error = toSophiaError(problem);
      throw error.code === 'capacity'
        ? await full(fly, growth, error, soFar(made, add), signal)
        : partly(error, made, add);
    });
    made.push(machine.id ?? '');
  }
  return made;
}

function cloned(config: MachineConfig, deed: string): MachineConfig {
  const { [previousMark]: _, ...metadata } = config.metadata ?? {};
  return { ...config, metadata: { ...metadata, [deedMark]: deed } };
}

/** What was known to be done before it failed belongs into the words of the failure. */
function partly(error: SophiaError, made: string[], add: number): SophiaError {
  if (made.length === 0 || error.code === 'timeout' || error.code === 'internal') return error;
  return new SophiaError(error.code, `${error.message}${soFar(made, add)}`, {
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function soFar(made: string[], add: number): string {
  return made.length > 0 ? ` Before that, ${made.length} of ${add} machines were made: ${made.join(', ')}.` : '';
}

async function full(
  fly: FlyClient,
  { app, region }: Growth,
  cause: SophiaError,
  made: string,
  signal: AbortSignal,
): Promise<SophiaError> {
  const known = await fly.listRegions(signal).catch(() => []);
  const here = known.find((one) => one.code === region);
  const near = known.filter((one) => one.code !== region && one.geo_region === here?.geo_region && !one.deprecated);
  const names = near.slice(0, 4).map((one) => `${one.code} (${one.name})`);
  return new SophiaError('capacity', `Fly has no room in ${region} right now.${made}`, {
    hint:
      names.length > 0
        ? `Try a region near it: ${names.join(', ')}, e.g. \`scale ${app} up to 1 in ${near[0]?.code}\`.`
        : 'Try another region, or again in a few minutes.',
    cause,
  });
}
