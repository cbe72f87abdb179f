/** Every connector in the list, as far as it is set up, and how it fares. */
import { fly } from '../connectors/fly/index.ts';
import { github } from '../connectors/github/index.ts';
import type { Connection, ConnectorHealth, Log } from '../core/connector.ts';
import { toSophiaError } from '../core/error.ts';
import type { PartHealth } from '../core/home.ts';
import { configureConnector, type Environment } from '../settings.ts';
import type { DoctorPart } from '../surfaces/cli/doctor.ts';

export function connectAll(environment: Environment, log: Log) {
  const parts: DoctorPart[] = [];
  const connections: Connection[] = [];
  const missing = new Map<string, string>();
  const add = <Config>(
    connector: typeof github | typeof fly,
    state: ReturnType<typeof configureConnector<Config>>,
    connect: (config: Config) => Connection,
  ) => {
    const { name, about, needs } = connector;
    const connection = state.state === 'on' ? connect(state.config) : null;
    if (connection) connections.push(connection);
    else
      missing.set(
        `${name}_`,
        `${name} is off: set ${needs.map((need) => `${need.variable} (${need.where})`).join(', or ')}.`,
      );
    parts.push({
      name,
      about,
      needs,
      state: state.state,
      set: state.set,
      problems: state.state === 'misconfigured' ? state.problems : [],
      ...(connection ? { check: () => connection.check() } : {}),
    });
  };
  add(github, configureConnector(github, environment), (config) => github.connect(config, { log }));
  add(fly, configureConnector(fly, environment), (config) => fly.connect(config, { log }));
  return { parts, connections, missing };
}

/** How long what a part said of itself is believed. Milliseconds. */
const healthMs = 60_000;

/** The connectors' health for people's own pages, asked at most once a minute. */
export function healthOf(parts: DoctorPart[]): () => Promise<PartHealth[]> {
  let known: { until: number; health: Promise<PartHealth[]> } | null = null;
  const ask = async ({ name, about, state, check }: DoctorPart): Promise<PartHealth> => {
    if (state !== 'on' || !check) return { name, state: 'off', words: `off: ${about}` };
    const found = await check().catch((error: unknown): ConnectorHealth => {
      const { message, hint = '' } = toSophiaError(error);
      return { state: 'failing', problem: message, hint };
    });
    return found.state === 'ok'
      ? { name, state: 'ok', words: found.can }
      : { name, state: 'failing', words: `${found.problem} ${found.hint}`.trim() };
  };
  return () => {
    if (!known || known.until < Date.now())
      known = { until: Date.now() + healthMs, health: Promise.all(parts.map(ask)) };
    return known.health;
  };
}
