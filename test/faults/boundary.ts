/** Loaded before the app under test: ends it by kill -9, or puts it to sleep, at each boundary of its share that the book does not hold yet. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { BackendPostgres } from 'openworkflow/postgres';
import { BackendSqlite } from 'openworkflow/sqlite';

const book = process.env.FAULT_BOOK ?? '';
const [share = 0, shares = 1] = (process.env.FAULT_SHARE ?? '0/1').split('/').map(Number);
const signal = process.env.FAULT_SIGNAL === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL';
const held = new Set(existsSync(book) ? readFileSync(book, 'utf8').split('\n') : []);

/** Armed by the test once its story begins: `<book>.armed` is there. */
function passed(key: string): void {
  if (!existsSync(`${book}.armed`) || held.has(key)) return;
  held.add(key);
  const number = createHash('sha256').update(key).digest().readUInt32BE(0);
  if (number % shares !== share) return;
  // Written down before the end: the next life passes here.
  appendFileSync(book, `${key}\n`);
  process.kill(process.pid, signal);
}

type Steps = {
  createStepAttempt(params: { stepName: string }): Promise<{ id: string }>;
  completeStepAttempt(params: { stepAttemptId: string }): Promise<unknown>;
};

/** Before a step, after its deed and before that is kept, and after it is kept. */
for (const backend of [BackendSqlite, BackendPostgres]) {
  const steps = backend.prototype as unknown as Steps;
  const { createStepAttempt, completeStepAttempt } = steps;
  const names = new Map<string, string>();
  steps.createStepAttempt = async function (params) {
    passed(`before step ${params.stepName}`);
    const attempt = await createStepAttempt.call(this, params);
    names.set(attempt.id, params.stepName);
    return attempt;
  };
  steps.completeStepAttempt = async function (params) {
    const name = names.get(params.stepAttemptId) ?? 'unnamed';
    passed(`deed done of step ${name}`);
    const kept = await completeStepAttempt.call(this, params);
    passed(`after step ${name}`);
    return kept;
  };
}

/** Who she is asked at start, before there is a story. */
const starting = /auth\.test|apps\.connections\.open/;
const send = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const address = new URL(typeof input === 'string' || input instanceof URL ? input : input.url);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  const key = `${method} ${address.pathname}`;
  if (starting.test(key)) return send(input, init);
  passed(`before ${key}`);
  const answer = await send(input, init);
  passed(`after ${key}`);
  return answer;
};
