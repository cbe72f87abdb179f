/** The end of the audit chain, or the first line of an export, under a signature made outside the database: what is cut or made anew later no longer fits it. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { SophiaError } from './error.ts';
import { canonicalJson } from './hash.ts';
import type { JsonObject } from './json.ts';

export type ChainHead = { sequence: number; hash: string };

/** `key`: the id of the key that made it. */
export type Signature = { key: string; value: string };

/** Signs heads and exports; made from `SOPHIA_AUDIT_KEY`. */
export type AuditKey = {
  id: string;
  publicKey: string;
  sign(head: ChainHead, at: string): string;
  signExport(header: JsonObject): Signature;
};

const line =
  /sophia-audit-head v1 sequence=(?<sequence>\d{1,15}) hash=(?<hash>[0-9a-f]{64}) at=(?<at>[0-9TZ:.-]{20,30}) key=(?<key>[0-9a-f]{16}) signature=(?<signature>[\w+/=-]{86,88})/;

/** A new pair, both as one line of base64: the private one (PKCS 8) for the setting, the public one (SPKI) for whoever checks. */
export function makeAuditKey(): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicOf(publicKey),
  };
}

/** Takes PEM or base64. */
export function readAuditKey(text: string): AuditKey {
  let key: KeyObject;
  try {
    key = text.includes('-----BEGIN')
      ? createPrivateKey(text.replaceAll('\\n', '\n'))
      : createPrivateKey({ key: Buffer.from(text.trim(), 'base64'), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType !== 'ed25519') throw new TypeError(`a key for ${key.asymmetricKeyType}`);
  } catch (cause) {
    throw new SophiaError('not_configured', 'SOPHIA_AUDIT_KEY is no ed25519 private key.', {
      hint: '`npm run sophia -- audit key` makes one.',
      cause,
    });
  }
  const publicKey = publicOf(createPublicKey(key));
  const id = idOf(publicKey);
  return {
    id,
    publicKey,
    sign(head, at) {
      const signature = sign(null, said(head, at, id), key).toString('base64');
      return `sophia-audit-head v1 sequence=${head.sequence} hash=${head.hash} at=${at} key=${id} signature=${signature}`;
    },
    signExport: (header) => ({ key: id, value: sign(null, exported(header, id), key).toString('base64') }),
  };
}

/** Finds a signed head anywhere in the text; null when there is none, or the signature is not this key's. */
export function readSignedHead(text: string, publicKey: string): (ChainHead & { at: string }) | null {
  const found = line.exec(text)?.groups;
  if (!found) return null;
  const { sequence = '', hash = '', at = '', key = '', signature = '' } = found;
  const head = { sequence: Number(sequence), hash };
  if (key !== idOf(publicKey)) return null;
  return fits(said(head, at, key), publicKey, signature) ? { ...head, at } : null;
}

/** Whether this key signed exactly this first line of an export. */
export function signedExport(header: JsonObject, { key, value }: Signature, publicKey: string): boolean {
  return key === idOf(publicKey) && fits(exported(header, key), publicKey, value);
}

function fits(text: Buffer, publicKey: string, signature: string): boolean {
  const spki = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, text, spki, Buffer.from(signature, 'base64'));
}

function exported(header: JsonObject, id: string): Buffer {
  return Buffer.from(`sophia:audit-export\n${canonicalJson(header)}\n${id}`);
}

/** What is signed: a tag of its own, so that no other signature of this key could pass for a head. */
function said(head: ChainHead, at: string, id: string): Buffer {
  return Buffer.from(`sophia:audit-head\n${head.sequence}\n${head.hash}\n${at}\n${id}`);
}

function publicOf(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}

function idOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}
