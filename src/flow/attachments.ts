/** Files that came with the words, read as data: quoted for the model, tainting the run, with what was not read told to people. */
import type { Attachment, Picture } from '../core/attachment.ts';
import { toSophiaError } from '../core/error.ts';
import type { Job } from '../core/job.ts';
import type { TaintSource } from '../core/outcome.ts';

export type ReadFiles = {
  /** For the model. */
  text: string;
  taint: TaintSource[];
  /** What could not be read and why, for the asker. */
  told: string[];
  pictures: Attachment[];
};

const mostFiles = 5;
const mostPictures = 4;
/** Of one file, and of all of them. */
const mostCharacters = 20_000;
const mostInAll = 40_000;

export async function readFiles(job: Job, files: readonly Attachment[]): Promise<ReadFiles> {
  const read: ReadFiles = { text: '', taint: [], told: [], pictures: [] };
  const parts: string[] = [];
  let room = mostInAll;
  for (const file of files.slice(0, mostFiles)) {
    const found = await readOne(job, file, Math.min(room, mostCharacters));
    if (found.state === 'unread') {
      read.told.push(`\`${nameOf(file)}\` ${found.reason}.`);
      parts.push(`File ${JSON.stringify(file.name)}: not read, it ${found.reason}.`);
      continue;
    }
    // Somebody else made it, whoever posted it here.
    read.taint.push({ source: `the file ${nameOf(file)}` });
    if (found.state === 'picture') {
      if (read.pictures.length < mostPictures) read.pictures.push({ ...file, mime: found.mime });
      else read.told.push(`\`${nameOf(file)}\` is left out: I look at up to ${mostPictures} pictures at once.`);
      continue;
    }
    room -= found.text.length;
    const left = found.left ? ` (${found.left} are left out)` : '';
    if (found.left) read.told.push(`Of \`${nameOf(file)}\` I read the beginning: ${found.left} are left out.`);
    const text = job.services.redact(found.text);
    parts.push(`File, as data: ${JSON.stringify({ name: file.name, kind: found.about, text })}${left}`);
  }
  if (files.length > mostFiles)
    read.told.push(`I read ${mostFiles} files at once; ${files.length - mostFiles} are left out.`);
  return { ...read, text: parts.join('\n\n') };
}

async function readOne(job: Job, file: Attachment, room: number) {
  const { documents, log } = job.services;
  const unread = (reason: string) => ({ state: 'unread' as const, reason });
  const refused = file.hidden ?? documents.refuses(file);
  if (refused) return unread(refused);
  if (room < 500) return unread('is left out: the files before it are long');
  if (!job.surface.fetchFile) return unread('cannot be fetched from here');
  try {
    const bytes = await job.surface.fetchFile(file, documents.most);
    return await documents.read(file, bytes, room);
  } catch (error) {
    const { message, hint } = toSophiaError(error);
    log.warn({ run: job.run.id, file: file.id, error: message }, 'a file could not be read');
    return unread(`could not be fetched: ${[message, hint].filter(Boolean).join(' ').replace(/\.$/, '')}`);
  }
}

/** Bytes for the model's eyes, fetched anew each time: they are written down nowhere. */
export async function showPictures(job: Job, files: readonly Attachment[]): Promise<Picture[]> {
  const shown = await Promise.all(
    files.map(async (file) => {
      const bytes = await job.surface.fetchFile?.(file, job.services.documents.most).catch(() => undefined);
      return bytes ? [{ name: file.name, mime: file.mime, base64: Buffer.from(bytes).toString('base64') }] : [];
    }),
  );
  return shown.flat();
}

function nameOf(file: Attachment): string {
  return file.name.replace(/[`\n]/g, ' ').slice(0, 120);
}
