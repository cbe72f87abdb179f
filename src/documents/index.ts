/** Reads files people attach: text, tables, PDF and pictures; everything else is politely named. */
import type { Document, Documents } from '../core/attachment.ts';
import { isTable, tableText } from './csv.ts';
import { foreign, isPicture, pictureMime } from './kinds.ts';
import { isPdf, pdfText } from './pdf.ts';

const mostBytes = 10_000_000;
const mostPictureBytes = 5_000_000;

export function createDocuments(): Documents {
  return {
    most: mostBytes,

    refuses(file) {
      const kind = foreign(file.name);
      if (kind) return `is ${kind}, which I cannot read; I read text, code, CSV, PDF and pictures`;
      const most = isPicture(file) ? mostPictureBytes : mostBytes;
      if (file.bytes <= most) return null;
      return `has ${megabytes(file.bytes)} MB; I read files of up to ${megabytes(most)} MB`;
    },

    async read(file, bytes, most) {
      if (bytes.length === 0) return { state: 'unread', reason: 'is empty' };
      const picture = pictureMime(bytes);
      if (picture) return { state: 'picture', mime: picture };
      if (isPdf(bytes)) return pdfText(bytes, most);
      const text = textOf(bytes);
      if (text === null) return { state: 'unread', reason: 'holds no text, and is no picture or PDF that I know' };
      return isTable(file) ? tableText(text, most) : plainText(text, most);
    },
  };
}

function plainText(text: string, most: number): Document {
  const lines = text.split('\n').length;
  const about = `text, ${lines} ${lines === 1 ? 'line' : 'lines'}`;
  if (text.length <= most) return { state: 'text', about, text };
  return { state: 'text', about, text: text.slice(0, most), left: `${text.length - most} more characters` };
}

/** Null for what is none: bytes no text holds. */
function textOf(bytes: Uint8Array): string | null {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    // An old text in some Western encoding has no control characters; other bytes have.
    const western = new TextDecoder('windows-1252').decode(bytes);
    return /[^\P{Cc}\t\n\f\r]/u.test(western) ? null : western;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 && bytes % 1_000_000 !== 0 ? 1 : 0);
}
