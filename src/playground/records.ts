/** Reads the app's own records, read-only, for the side panel: run, approvals, audit trail, cost. The app exposes nothing for this. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

export type VoteRecord = { person: string; verdict: string; at: string };
export type RunRecord = {
  id: string;
  title: string;
  requester: string;
  state: string;
  standing: string;
  thread: string | null;
  startedAt: string;
};
export type ApprovalRecord = {
  id: string;
  runId: string;
  requester: string;
  target: string;
  thread: string;
  state: string;
  stateReason: string | null;
  action: string;
  summary: string;
  planHash: string;
  rule: string;
  votes: VoteRecord[];
};
export type AuditRecord = {
  sequence: number;
  kind: string;
  at: string;
  person: string | null;
  action: string | null;
  hash: string;
};
export type Records = {
  available: boolean;
  run: RunRecord | null;
  /** Newest first. */
  approvals: ApprovalRecord[];
  /** Newest first. */
  audit: AuditRecord[];
  usd: number;
  /** Model calls paid for. */
  calls: number;
};

type Row = Record<string, unknown>;
const nothing: Records = { available: false, run: null, approvals: [], audit: [], usd: 0, calls: 0 };

export type RecordReader = {
  read(): Records;
  /** True when the database was written to since the last time it was asked. */
  moved(): boolean;
  close(): void;
};

export function createRecordReader(path: string): RecordReader {
  let database: DatabaseSync | undefined;
  let version: unknown;
  let last = nothing;

  function open(): DatabaseSync | undefined {
    if (!database && existsSync(path)) database = new DatabaseSync(path, { readOnly: true });
    return database;
  }

  return {
    read() {
      try {
        const opened = open();
        if (opened) last = readAll(opened);
      } catch {
        // Not created yet, or in the middle of a migration: what was last read still stands.
      }
      return last;
    },
    moved() {
      try {
        const now = open()?.prepare('PRAGMA data_version').get()?.data_version;
        const moved = now !== version;
        version = now;
        return moved;
      } catch {
        return false;
      }
    },
    close() {
      database?.close();
      database = undefined;
    },
  };
}

function readAll(database: DatabaseSync): Records {
  const all = (sql: string): Row[] => {
    try {
      return database.prepare(sql).all();
    } catch {
      return []; // a table that is not there yet
    }
  };
  // A run that waits or works stands before those that have ended.
  const [run] = all(`SELECT * FROM runs ORDER BY state = 'running' DESC, started_at DESC LIMIT 1`);
  const votes = all('SELECT approval_id, person, verdict, at FROM votes ORDER BY at');
  const approvals = all('SELECT * FROM approvals ORDER BY created_at DESC LIMIT 20');
  const audit = all('SELECT sequence, kind, at, person, action, hash FROM audit ORDER BY sequence DESC LIMIT 60');
  const [spent] = all('SELECT COALESCE(SUM(usd), 0) AS usd, COUNT(*) AS calls FROM spends');
  return {
    available: true,
    run: run ? runRecord(run) : null,
    approvals: approvals.map((row) => approvalRecord(row, votes)),
    audit: audit.map((row) => ({
      sequence: Number(row.sequence),
      kind: String(row.kind),
      at: String(row.at),
      person: textOrNull(row.person),
      action: textOrNull(row.action),
      hash: String(row.hash),
    })),
    usd: Number(spent?.usd ?? 0),
    calls: Number(spent?.calls ?? 0),
  };
}

function runRecord(row: Row): RunRecord {
  return {
    id: String(row.id),
    title: String(row.title),
    requester: String(row.requester),
    state: String(row.state),
    standing: String(row.standing ?? ''),
    thread: textOrNull(row.thread),
    startedAt: String(row.started_at),
  };
}

function approvalRecord(row: Row, votes: Row[]): ApprovalRecord {
  const plan = parsed(row.plan);
  return {
    id: String(row.id),
    runId: String(row.run_id),
    requester: String(row.requester),
    target: String(row.target),
    thread: String(row.thread ?? ''),
    state: String(row.state),
    stateReason: textOrNull(row.state_reason),
    action: String(plan.action ?? ''),
    summary: String(plan.summary ?? ''),
    planHash: String(plan.hash ?? ''),
    rule: String(parsed(row.rule).name ?? ''),
    votes: votes
      .filter((vote) => vote.approval_id === row.id)
      .map((vote) => ({ person: String(vote.person), verdict: String(vote.verdict), at: String(vote.at) })),
  };
}

function parsed(text: unknown): Row {
  try {
    const value: unknown = JSON.parse(String(text));
    return value !== null && typeof value === 'object' ? (value as Row) : {};
  } catch {
    return {};
  }
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
