/** `npm run sophia -- audit verify|export|search|key`: reads the audit trail, also while the app runs. */

import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { AuditFilter, AuditRow } from '../core/audit.ts';
import { SophiaError } from '../core/error.ts';
import { makeAuditKey, readAuditKey, readSignedHead } from '../core/signed-head.ts';
import { readFileOf } from '../parts.ts';
import { checkExport, type ExportedRow } from '../store/audit-export.ts';
import { type AuditReader, readAudit } from '../store/audit-reader.ts';
import type { Command } from './command.ts';

const usage = `npm run sophia -- audit verify [--head <signed line or file>] [--public-key <key>] [--file <export.jsonl>]
npm run sophia -- audit export [--since <time>] [--until <time>] [--run <id>] [--person <id>] [--format jsonl|csv] [--out <file>]
npm run sophia -- audit search <words> [--person <id>] [--action <name>] [--since <time>]
npm run sophia -- audit key`;

export async function audit(command: Command): Promise<number> {
  const { settings, words, write } = command;
  const { values, positionals } = readWords(words);
  const [what, ...rest] = positionals;
  if (what === 'key') return showKey(write);
  if (what === 'verify' && values.file !== undefined) return verifyFile(values.file, command, values);
  if (!['verify', 'export', 'search'].includes(what ?? '')) throw wrong('I cannot read that.');
  const reader = readAudit(
    settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : { directory: settings.SOPHIA_DATA },
  );
  const filter: AuditFilter = {
    ...(values.since === undefined ? {} : { since: values.since }),
    ...(values.until === undefined ? {} : { until: values.until }),
    ...(values.run === undefined ? {} : { runId: values.run }),
    ...(values.person === undefined ? {} : { person: values.person }),
    ...(values.action === undefined ? {} : { action: values.action }),
  };
  try {
    if (what === 'verify') return await verifyChain(reader, command, values);
    if (what === 'export') return await exportRows(reader, filter, values, write);
    if (rest.length === 0) throw wrong('It needs words to look for.');
    const found = await reader.audit.search({ ...filter, words: rest.join(' ') }, 100);
    write(found.length === 0 ? 'Nothing found.\n' : `${found.map(lineOf).join('\n')}\n`);
    return 0;
  } finally {
    await reader.close();
  }
}

type Values = ReturnType<typeof readWords>['values'];

function readWords(words: string[]) {
  const string = { type: 'string' } as const;
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        head: string,
        'public-key': string,
        file: string,
        since: string,
        until: string,
        run: string,
        person: string,
        action: string,
        format: { type: 'string', default: 'jsonl' },
        out: string,
      },
    });
  } catch (cause) {
    throw wrong(cause instanceof Error ? cause.message : 'I cannot read that.');
  }
}

function wrong(problem: string): SophiaError {
  return new SophiaError('bad_input', problem, { hint: usage });
}

function showKey(write: Command['write']): number {
  const { privateKey, publicKey } = makeAuditKey();
  write(
    `SOPHIA_AUDIT_KEY=${privateKey}\n\nKeep the line above with your other secrets, away from the database; without it nobody can sign a head.\nPublic key, for whoever checks: ${publicKey}\n`,
  );
  return 0;
}

async function verifyChain(reader: AuditReader, command: Command, values: Values): Promise<number> {
  const { write } = command;
  const verdict = await reader.audit.verify();
  if (verdict.state === 'broken') {
    write(`BROKEN at A${verdict.sequence}: ${verdict.reason}.\n`);
    return 1;
  }
  write(`Whole: ${verdict.rows} rows, head ${verdict.head || '(none yet)'}.\n`);
  if (values.head === undefined) {
    write('Without --head a tail cut off together with the head row does not show: give the last one posted.\n');
    return 0;
  }
  const signed = signedHead(values, command);
  const row = await reader.audit.find(`A${signed.sequence}`);
  return sayHead(signed, row?.hash, write);
}

function verifyFile(file: string, command: Command, values: Values): number {
  const { write } = command;
  const lines = readFileOf('--file', file).split('\n').filter(Boolean);
  const rows = lines.map((line) => JSON.parse(line) as ExportedRow);
  const problem = checkExport(rows);
  if (problem) {
    write(`BROKEN at A${problem.sequence}: ${problem.reason}.\n`);
    return 1;
  }
  write(`Whole: ${rows.length} rows.\n`);
  if (values.head === undefined) return 0;
  const signed = signedHead(values, command);
  return sayHead(signed, rows.find((row) => row.sequence === signed.sequence)?.hash, write);
}

function sayHead(
  signed: { sequence: number; hash: string; at: string },
  hash: string | undefined,
  write: Command['write'],
): number {
  const fits = hash === signed.hash;
  write(
    fits
      ? `The head signed at ${signed.at} (A${signed.sequence}) is in the chain.\n`
      : `CUT OR REWRITTEN: at ${signed.at} the chain reached A${signed.sequence} with another hash than ${hash ? 'now' : 'any row now'}.\n`,
  );
  return fits ? 0 : 1;
}

function signedHead(values: Values, { settings }: Command) {
  const publicKey =
    values['public-key'] ?? (settings.SOPHIA_AUDIT_KEY ? readAuditKey(settings.SOPHIA_AUDIT_KEY).publicKey : undefined);
  if (publicKey === undefined)
    throw new SophiaError('not_configured', 'No key to check the signature with.', {
      hint: 'Give --public-key, or set SOPHIA_AUDIT_KEY.',
    });
  const given = values.head ?? '';
  const text = given.startsWith('sophia-audit-head') ? given : readFileSync(given, 'utf8');
  const signed = readSignedHead(text, publicKey);
  if (!signed) throw new SophiaError('bad_input', 'That is no head signed with this key.', { hint: usage });
  return signed;
}

async function exportRows(
  reader: AuditReader,
  filter: AuditFilter,
  values: Values,
  write: Command['write'],
): Promise<number> {
  const draw = { jsonl: (row: ExportedRow) => JSON.stringify(row), csv: asCsv }[values.format ?? 'jsonl'];
  if (!draw) throw wrong(`I know no format “${values.format}”.`);
  const out = values.out === undefined ? null : createWriteStream(values.out, { flags: 'wx', mode: 0o600 });
  if (out) await once(out, 'open');
  let count = 0;
  if (values.format === 'csv') (out ? (text: string) => void out.write(text) : write)(`${csvColumns.join(',')}\n`);
  for await (const row of reader.rows(filter)) {
    count++;
    const text = `${draw(row)}\n`;
    if (!out) write(text);
    else if (!out.write(text)) await once(out, 'drain');
  }
  if (out) {
    out.end();
    await once(out, 'finish');
    write(`${count} rows written to ${values.out}.\n`);
  }
  return 0;
}

const csvColumns = [
  'reference',
  'at',
  'kind',
  'person',
  'action',
  'run_id',
  'approval_id',
  'facts',
  'texts',
  'hash',
] as const;

function asCsv(row: ExportedRow): string {
  const erased = Object.keys(JSON.parse(row.text_hashes) as object).length - row.texts.length;
  const texts = [
    ...row.texts.map(({ name, text }) => `${name}: ${text}`),
    ...(erased > 0 ? [`[${erased} erased]`] : []),
  ];
  const cells = csvColumns.map((column) => (column === 'texts' ? texts.join('\n') : String(row[column] ?? '')));
  // A cell that begins like a formula must not become one in a spreadsheet.
  return cells.map((cell) => `"${cell.replace(/^(?=[=+\-@\t\r])/, "'").replaceAll('"', '""')}"`).join(',');
}

function lineOf(row: AuditRow): string {
  const texts = Object.entries(row.texts ?? {}).map(
    ([name, text]) => `${name}: ${text.replaceAll('\n', ' ').slice(0, 160)}`,
  );
  return [
    row.reference,
    row.at,
    row.kind,
    row.person ?? '-',
    row.action ?? '-',
    JSON.stringify(row.facts),
    ...texts,
  ].join('  ');
}
