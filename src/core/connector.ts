/** A folder that speaks to one outside system: configuration in, actions out. */
import type { z } from 'zod';
import type { Action } from './action.ts';
import type { Notices, Source } from './collections.ts';

/** What `doctor` says of a connector that is on. */
export type ConnectorHealth = { state: 'ok'; can: string } | { state: 'failing'; problem: string; hint: string };

export type Connection = {
  actions: Action[];
  /** Asks the outside system who we are and what we may do. */
  check(): Promise<ConnectorHealth>;
  /** Whether somebody, by their login there, may write to `owner/name`: for policies that name this right. */
  mayWrite?(login: string, repository: string): Promise<boolean>;
  /** Its collections can be connected to channels, and are remembered there. */
  source?: Source;
  /** It tells what happens in them. */
  notices?: Notices;
};

export type ConnectorWorld = {
  /** fetch with deadline, retry and breaker from kit/http; tests pass their own. */
  log: Log;
};

/** The part of pino the house uses: fields first, one short sentence. */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

export type Connector<Config> = {
  name: string;
  /** One sentence: what it is for. */
  about: string;
  /** Environment variables by name; unset optional ones mean off. */
  config: z.ZodType<Config>;
  /** Which variables turn it on, and where to get them: said when one is missing. */
  needs: { variable: string; where: string }[];
  connect(config: Config, world: ConnectorWorld): Connection;
};

export function defineConnector<Config>(connector: Connector<Config>): Connector<Config> {
  return connector;
}
