/** Durable work: plain code whose steps are remembered, so that it survives a crash at any point. */
import type { Json } from './json.ts';

/** No try/catch/finally may stand around these calls outside `durable/`: a test holds that. */
export interface Run {
  readonly id: string;
  /**
   * Does `deed` once and remembers its value under `name` (stable, unique in the run). Expected ends are values; a throw means
   * the house itself failed (a database, a lost connection), and the step is tried again with pauses, so `deed` must be safe to repeat.
   */
  step<T>(name: string, deed: () => Promise<T>): Promise<T>;
  sleep(name: string, milliseconds: number): Promise<void>;
  /** Parks the run until `signal` is woken or `until` has come. The decision itself lives in a table: read it before and after. */
  wait(name: string, signal: string, until: Date): Promise<'woken' | 'expired'>;
}

export type RunState = 'running' | 'done' | 'failed' | 'stopped';

/** What people see of a run. */
export type RunInfo = {
  id: string;
  /** What started it, said once: `slack:<team>:<channel>:<ts>`, `slash:<trigger>`, `digest:<name>:<minute>`. */
  jobKey: string;
  /** The engine's own id for it; null until the engine has taken it. */
  engineId: string | null;
  title: string;
  requester: string;
  channel: string;
  /** ACL token of where it was asked: its title is shown to nobody else. */
  audience: string;
  thread: string | null;
  state: RunState;
  /** What it is doing or waiting for, in words. */
  standing: string;
  startedAt: string;
  endedAt: string | null;
};

/** Maps jobs to engine runs: engine keys live 24 hours, these rows live on. */
export interface Runs {
  /** Registers the job; the same key again returns the row that is there, with `fresh: false`. */
  register(run: RunInfo): Promise<{ run: RunInfo; fresh: boolean }>;
  setEngine(id: string, engineId: string): Promise<void>;
  setThread(id: string, thread: string): Promise<void>;
  setStanding(id: string, standing: string): Promise<void>;
  /** running → the end; false when it had already ended. */
  end(id: string, state: 'done' | 'failed' | 'stopped', standing: string, at: string): Promise<boolean>;
  get(id: string): Promise<RunInfo | null>;
  /** The run that this job started. */
  byJob(jobKey: string): Promise<RunInfo | null>;
  /** Newest first. */
  ofThread(thread: string): Promise<RunInfo[]>;
  /** Newest first. */
  list(filter: { state?: RunState; limit: number }): Promise<RunInfo[]>;
}

export interface Durable {
  /** Starts the job, or does nothing when its key was seen before. */
  start(job: {
    jobKey: string;
    title: string;
    requester: string;
    channel: string;
    audience: string;
    thread: string | null;
    input: Json;
  }): Promise<RunInfo>;
  /** Wakes whoever waits for `signal`; harmless when nobody does. */
  wake(signal: string): Promise<void>;
  /** Removes the histories of runs that ended before then; null: of all that have ended, to the last byte. */
  erase(endedBefore: string | null): Promise<number>;
}
