/** Text out of PDF, by pages; the one file that knows PDF.js. No script in a PDF is run, and nothing is fetched for it. */
import { getDocumentProxy } from 'unpdf';
import type { Document } from '../core/attachment.ts';

const mostPages = 50;
const longestMs = 20_000;

/** The header may stand after some bytes of a mail or a printer. */
export function isPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-');
}

export async function pdfText(bytes: Uint8Array, most: number): Promise<Document> {
  const deadline = AbortSignal.timeout(longestMs);
  try {
    // PDF.js takes the bytes for its own.
    const pdf = await getDocumentProxy(bytes.slice(), { disableFontFace: true, verbosity: 0 });
    const pages: string[] = [];
    let room = most;
    for (let page = 1; page <= Math.min(pdf.numPages, mostPages) && room > 0; page++) {
      if (deadline.aborted) break;
      const { items } = await (await pdf.getPage(page)).getTextContent();
      const text = items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
      pages.push(`[page ${page}]\n${text.slice(0, room).trim()}`);
      room -= text.length;
    }
    const about = `PDF, ${pdf.numPages} ${pdf.numPages === 1 ? 'page' : 'pages'}`;
    const left = pdf.numPages - pages.length;
    const cut = room < 0 ? [`${-room} more characters of page ${pages.length}`] : [];
    const missing = [...cut, ...(left > 0 ? [`${left} more pages`] : [])].join(' and ');
    await pdf.loadingTask.destroy();
    const text = pages.join('\n\n');
    if (text.replace(/\[page \d+\]/g, '').trim() === '')
      return {
        state: 'unread',
        reason: 'is a PDF without text: scanned pages, maybe; as pictures I could be shown them',
      };
    return { state: 'text', about, text, ...(missing ? { left: missing } : {}) };
  } catch (error) {
    const locked = error instanceof Error && error.name === 'PasswordException';
    return { state: 'unread', reason: locked ? 'is locked with a password' : 'is a PDF that could not be opened' };
  }
}
