/** A small JSON file that outlives the process: read if it is there and whole, written so that a crash never leaves half of it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import type { Log } from '../core/connector.ts';

/** Null: not there yet, or not whole; the next fetch writes it anew. */
export function readKept<Kept>(file: string | null, shape: z.ZodType<Kept>): Kept | null {
  if (file === null) return null;
  try {
    return shape.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Under another name first: a crash in the middle leaves the old file whole. */
export function keep(file: string | null, value: unknown, log: Log): void {
  if (file === null) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(value));
    renameSync(`${file}.new`, file);
  } catch (error) {
    log.warn({ file, error: String(error) }, 'What is known of models could not be kept on disk.');
  }
}
