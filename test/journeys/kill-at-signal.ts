/** Loaded before the app: once `KILL_ARMED` is there, it dies by kill -9 as it is about to wake a run. */
import { existsSync, rmSync } from 'node:fs';
import { BackendSqlite } from 'openworkflow/sqlite';

const armed = process.env.KILL_ARMED ?? '';
const backend = BackendSqlite.prototype as unknown as { sendSignal(params: { signal: string }): Promise<unknown> };
const { sendSignal } = backend;

backend.sendSignal = function (params) {
  if (existsSync(armed)) {
    rmSync(armed);
    process.kill(process.pid, 'SIGKILL');
  }
  return sendSignal.call(this, params);
};
