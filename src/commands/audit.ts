/** `npm run sophia -- audit verify|export|search|key`: reads the audit trail, also while the app runs. */
import type { AuditRow } from '../core/audit.ts';
import { makeAuditKey, readAuditKey } from '../core/signed-head.ts';
import { readAudit } from '../store/audit-reader.ts';
import { exportRows } from './audit-export.ts';
import { verifyChain, verifyFile } from './audit-verify.ts';
import { filterOf, readWords, wrong } from './audit-words.ts';
import type { Command } from './command.ts';

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
  const filter = filterOf(values);
  try {
    if (what === 'verify') return await verifyChain(reader, command, values);
    if (what === 'export') {
      const { SOPHIA_AUDIT_KEY } = settings;
      return await exportRows(reader, filter, values, SOPHIA_AUDIT_KEY ? readAuditKey(SOPHIA_AUDIT_KEY) : null, write);
    }
    if (rest.length === 0) throw wrong('It needs words to look for.');
    const found = await reader.audit.search({ ...filter, words: rest.join(' ') }, 100);
    write(found.length === 0 ? 'Nothing found.\n' : `${found.map(lineOf).join('\n')}\n`);
    return 0;
  } finally {
    await reader.close();
  }
}

function showKey(write: Command['write']): number {
  const { privateKey, publicKey } = makeAuditKey();
  write(
    `SOPHIA_AUDIT_KEY=${privateKey}\n\nKeep the line above with your other secrets, away from the database; without it nobody can sign a head.\nPublic key, for whoever checks: ${publicKey}\n`,
  );
  return 0;
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
