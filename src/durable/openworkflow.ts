/** The durable engine behind `core/run.ts`: openworkflow on SQLite or Postgres. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import { BackendSqlite } from 'openworkflow/sqlite';
import type { Log } from '../core/connector.ts';
import { SophiaError } from '../core/error.ts';
import type { Json } from '../core/json.ts';
import type { Durable, Run, RunInfo, Runs } from '../core/run.ts';
import { eraseFromPostgres, eraseFromSqlite } from './erase.ts';

const mostConnects = 6;
/** Where the engine keeps its tables unless told otherwise. */
const engineSchema = 'openworkflow';
/** The engine's own name for our one kind of run. */
const workflowName = 'job';
/** A failed step is tried again: 0.2 s, 0.4 s … 30 s, so that a database or Slack may be away for some minutes. */
const stepRetry = {
  initialInterval: '200ms',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  maximumAttempts: 12,
} as const;

export type Work = (input: Json, run: Run) => Promise<void>;

export type DurableOptions = {
  place: { directory: string } | { databaseUrl: string; schema?: string };
  runs: Runs;
  log: Log;
  now(): Date;
  /** Every version of the work that may have parked runs; the last is used for new ones. */
  versions: { version: string; work: Work }[];
  /** Told when a run broke for good (the house's own fault, never an expected end), until it could be said. */
  broken(run: RunInfo, reason: string): Promise<void>;
  /** Runs carried at once by this process. */
  concurrency?: number;
};

export type DurableEngine = Durable & { begin(): Promise<void>; close(): Promise<void> };

type Backend = BackendSqlite | BackendPostgres;
type EngineInput = { runId: string; input: Json };
type Step = Parameters<Parameters<OpenWorkflow['implementWorkflow']>[1]>[0]['step'];

export async function openDurable(options: DurableOptions): Promise<DurableEngine> {
  const { runs, log, now } = options;
  const backend = await openBackend(options.place);
  await refuseUnknownVersions(
    backend,
    options.versions.map((entry) => entry.version),
  );
  const engine = new OpenWorkflow({ backend });
  for (const { version, work } of options.versions)
    engine.implementWorkflow<EngineInput, null>({ name: workflowName, version }, async (context) => {
      await work(context.input.input, adaptRun(context.input.runId, context.step));
      return null;
    });
  const newest = options.versions.at(-1);
  if (!newest) throw new SophiaError('internal', 'no version of the work is registered');
  const worker = engine.newWorker({ concurrency: options.concurrency ?? 16 });
  let working = false;
  let reaper: NodeJS.Timeout | undefined;
  let reaping: Promise<void> = Promise.resolve();

  /** The poll would find new work within a second; a person is waiting, so look at once. */
  async function look(): Promise<void> {
    if (working) await worker.tick();
  }

  async function reap(): Promise<void> {
    const failed = await backend.listWorkflowRuns({ status: 'failed', limit: 50 });
    for (const engineRun of failed.data) {
      const runId = (engineRun.input as { runId?: string } | null)?.runId;
      const run = runId === undefined ? null : await runs.get(runId);
      if (run?.state !== 'running') continue;
      const reason = engineRun.error?.message ?? 'no reason was recorded';
      log.error({ run: run.id, reason }, 'a run broke');
      // In this order: a crash in between, and it is told all the same.
      await options.broken(run, reason);
      await runs.end(run.id, 'failed', 'broke', now().toISOString());
    }
  }

  return {
    async start(job) {
      const id = crypto.randomUUID();
      const { run } = await runs.register({
        id,
        jobKey: job.jobKey,
        engineId: null,
        title: job.title,
        requester: job.requester,
        channel: job.channel,
        audience: job.audience,
        thread: job.thread,
        state: 'running',
        standing: 'starting',
        startedAt: now().toISOString(),
        endedAt: null,
      });
      // A crash between the two rows leaves a job without an engine run: the replayed delivery comes by here again.
      if (run.engineId === null && run.state === 'running') {
        const handle = await engine.runWorkflow<EngineInput, null>(
          { name: workflowName, version: newest.version },
          { runId: run.id, input: job.input },
          { idempotencyKey: run.id },
        );
        await runs.setEngine(run.id, handle.workflowRun.id);
        await look();
      }
      return run;
    },
    async wake(signal) {
      const woken = await backend.sendSignal({ signal, data: null, idempotencyKey: null });
      if (woken.workflowRunIds.length > 0) await look();
    },
    async erase(before) {
      if ('databaseUrl' in options.place)
        return eraseFromPostgres(options.place.databaseUrl, options.place.schema ?? engineSchema, before);
      return eraseFromSqlite(join(options.place.directory, 'runs.db'), before);
    },
    async begin() {
      await worker.start();
      working = true;
      reaper = setInterval(() => {
        reaping = reaping
          .then(reap)
          .catch((error) => log.warn({ error: String(error) }, 'looking for broken runs failed'));
      }, 2000);
    },
    async close() {
      clearInterval(reaper);
      working = false;
      await reaping;
      await worker.stop();
      await backend.stop();
    },
  };
}

async function openBackend(place: DurableOptions['place']): Promise<Backend> {
  if ('databaseUrl' in place) return openPostgres(place.databaseUrl, place.schema);
  mkdirSync(place.directory, { recursive: true });
  const path = join(place.directory, 'runs.db');
  const backend = BackendSqlite.connect(path);
  releaseStaleLeases(path);
  return backend;
}

/** The engine makes its tables without a lock: of replicas that start together on a new database all but one fail, once. */
async function openPostgres(databaseUrl: string, schema: string | undefined): Promise<Backend> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await BackendPostgres.connect(databaseUrl, schema === undefined ? {} : { schema });
    } catch (error) {
      const racing = /duplicate key|already exists|concurrently updated|deadlock detected/i.test(String(error));
      if (!racing || attempt === mostConnects) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
    }
  }
}

/** Under the directory's lock file nobody else is alive, so nobody has to wait 30 s for a dead process's lease. */
function releaseStaleLeases(path: string): void {
  const database = new DatabaseSync(path);
  database
    .prepare(
      `UPDATE workflow_runs SET worker_id = NULL, available_at = ? WHERE status = 'running' AND worker_id IS NOT NULL`,
    )
    .run(new Date().toISOString());
  database.close();
}

/** Runs parked by another version of the code would fail when woken: better not to start at all. */
async function refuseUnknownVersions(backend: Backend, known: string[]): Promise<void> {
  for (const status of ['pending', 'running'] as const) {
    let after: string | undefined;
    do {
      const page = await backend.listWorkflowRuns({ status, limit: 200, ...(after === undefined ? {} : { after }) });
      const strange = page.data.find((run) => run.workflowName === workflowName && !known.includes(run.version ?? ''));
      if (strange)
        throw new SophiaError(
          'conflict',
          `Run ${strange.id} was parked by version ${strange.version} of the work, which this build does not have (it has ${known.join(', ')}).`,
          {
            hint: 'Start the build that has this version and let its runs end, or stop them there, then upgrade.',
          },
        );
      after = page.pagination.next ?? undefined;
    } while (after !== undefined);
  }
}

function adaptRun(id: string, step: Step): Run {
  return {
    id,
    async step<T>(name: string, deed: () => Promise<T>): Promise<T> {
      return await step.run({ name, retryPolicy: stepRetry }, deed);
    },
    async sleep(name, milliseconds) {
      await step.sleep(name, `${Math.max(0, Math.ceil(milliseconds))}ms`);
    },
    async wait(name, signal, until) {
      return (await step.waitForSignal({ name, signal, timeout: until })) === null ? 'expired' : 'woken';
    },
  };
}
