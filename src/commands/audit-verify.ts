/** `audit verify`: whether the chain, in the database or in an export, is whole, and whether it still holds a head signed before. */
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { SophiaError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { readAuditKey, readSignedHead, signedExport } from '../core/signed-head.ts';
import { checkExport } from '../store/audit-check.ts';
import type { ExportHeader } from '../store/audit-export.ts';
import type { AuditReader } from '../store/audit-reader.ts';
import { type Values, wrong } from './audit-words.ts';
import type { Command } from './command.ts';

type Head = { sequence: number; hash: string; at: string };

export async function verifyChain(reader: AuditReader, command: Command, values: Values): Promise<number> {
  const { write } = command;
  const signed = values.head === undefined ? null : signedHead(values.head, values, command);
  const verdict = await reader.audit.verify();
  if (verdict.state === 'broken') {
    write(`BROKEN at A${verdict.sequence}: ${verdict.reason}.\n`);
    return 1;
  }
  write(`Whole: ${verdict.rows} rows, head ${verdict.head || '(none yet)'}.\n`);
  if (signed === null) {
    write('Without --head a tail cut off together with the head row does not show: give the last one posted.\n');
    return 0;
  }
  return sayHead(signed, (await reader.audit.find(`A${signed.sequence}`))?.hash, write);
}

export async function verifyFile(file: string, command: Command, values: Values): Promise<number> {
  const { write } = command;
  const signed = values.head === undefined ? null : signedHead(values.head, values, command);
  const verdict = await checkExport(linesOf(file), signed?.sequence);
  if (verdict.state === 'broken') {
    write(`BROKEN: ${verdict.reason}.\n`);
    return 1;
  }
  const maker = makerOf(verdict.header, values, command);
  if (maker.state === 'wrong') {
    write(`BROKEN: ${maker.reason}.\n`);
    return 1;
  }
  write(verdict.all ? sayWhole(verdict.header) : sayChosen(verdict.header, maker.state === 'signed'));
  write(maker.said);
  if (signed === null) {
    write('Without --head nobody can tell whether the trail had lost its end before: give the last one posted.\n');
    return 0;
  }
  if (!verdict.all && verdict.wanted === undefined) {
    write(`A${signed.sequence}, which was signed at ${signed.at}, is not in this export: it cannot be held to it.\n`);
    return 1;
  }
  return sayHead(signed, verdict.wanted, write);
}

function sayWhole({ count, made, head }: ExportHeader): string {
  if (head === null) return `Whole: the trail had no rows yet at ${made}.\n`;
  return `Whole: all ${count} rows there were at ${made}, A1 to A${head.sequence}, head ${head.hash}.\n`;
}

/** What a choice of rows cannot prove is said as plainly as what it can. */
function sayChosen({ count, made, filter }: ExportHeader, signed: boolean): string {
  const chosen = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  return [
    `Not the whole trail: ${count} rows chosen at ${made} by ${chosen.join(', ')}. As far as it goes, it fits.`,
    'Proven: each row and each text fits its own hash, neighbours follow one another, and there are as many as the first line says.',
    signed
      ? 'Not proven: that the trail around them was whole when they were exported. For that, verify an export of everything.'
      : 'Not proven: that no row was left out, and that none was rewritten together with its hash. For that, verify an export of everything.',
    '',
  ].join('\n');
}

type Maker = { state: 'signed' | 'unsigned'; said: string } | { state: 'wrong'; reason: string };

/** Whoever names a public key wants to see its signature: taking the signature off must not pass. */
function makerOf({ signature, ...plain }: ExportHeader, values: Values, { settings }: Command): Maker {
  const given = values['public-key'];
  const publicKey =
    given ?? (settings.SOPHIA_AUDIT_KEY ? readAuditKey(settings.SOPHIA_AUDIT_KEY).publicKey : undefined);
  if (signature === undefined)
    return given === undefined
      ? { state: 'unsigned', said: 'Nobody signed it: whoever can write files could have made it anew as a whole.\n' }
      : { state: 'wrong', reason: 'the first line bears no signature' };
  if (publicKey === undefined)
    return {
      state: 'unsigned',
      said: `Its first line says that key ${signature.key} signed it: give --public-key to see whether that is so.\n`,
    };
  if (!signedExport(plain as JsonObject, signature, publicKey))
    return { state: 'wrong', reason: 'the first line is not what this key signed' };
  return {
    state: 'signed',
    said: `Signed by key ${signature.key}: since it was exported no row was changed, left out or put in.\n`,
  };
}

function sayHead(signed: Head, hash: string | undefined, write: Command['write']): number {
  const fits = hash === signed.hash;
  write(
    fits
      ? `The head signed at ${signed.at} (A${signed.sequence}) is in the chain.\n`
      : `CUT OR REWRITTEN: at ${signed.at} the chain reached A${signed.sequence} with another hash than ${hash ? 'now' : 'any row now'}.\n`,
  );
  return fits ? 0 : 1;
}

function signedHead(given: string, values: Values, { settings }: Command): Head {
  const publicKey =
    values['public-key'] ?? (settings.SOPHIA_AUDIT_KEY ? readAuditKey(settings.SOPHIA_AUDIT_KEY).publicKey : undefined);
  if (publicKey === undefined)
    throw new SophiaError('not_configured', 'No key to check the signature with.', {
      hint: 'Give --public-key, or set SOPHIA_AUDIT_KEY.',
    });
  const signed = readSignedHead(given.startsWith('sophia-audit-head') ? given : textOf(given), publicKey);
  if (!signed) throw wrong('That is no head signed with this key.');
  return signed;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unread('--head', file, error, ', nor is it a line that begins with “sophia-audit-head”');
  }
}

/** Line by line: an export may be larger than the memory. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file).catch((error: unknown) => {
    throw unread('--file', file, error);
  });
  try {
    if ((await handle.stat()).isDirectory()) throw unread('--file', file, null);
    yield* handle.readLines();
  } finally {
    await handle.close();
  }
}

function unread(option: string, file: string, error: unknown, besides = ''): SophiaError {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const problem = missing ? 'There is no file' : 'I cannot read the file';
  return new SophiaError('not_found', `${problem} ${file}${besides}.`, {
    hint: `${option} takes the path of a file; \`npm run sophia -- audit export --out audit.jsonl\` makes one to verify.`,
  });
}
