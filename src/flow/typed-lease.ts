/** Reads the deed of a lease with the limits people write after it: `deploy web to staging ref * uses 3 up to $20`. */
import { z } from 'zod';
import type { Action } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import { type ReadShape, readTypedShape } from './typed-shape.ts';

export const leaseUses = z.int('a whole number').min(1, 'once at least').max(100, 'a hundred times at most');
export const leaseUsd = z
  .number('an amount in dollars')
  .positive('more than nothing')
  .max(10_000, 'ten thousand dollars at most');

type Limits = { uses: number; usd: number | undefined };

const ending = /\s+(?:uses\s+(?<uses>\S+)|up\s+to\s+\$?(?<usd>\S+))$/i;

/** Words that fit the command as they stand are part of it; only what it cannot mean is read as a limit. */
export function readTypedLease(
  command: string,
  limits: Limits,
  actions: ReadonlyMap<string, Action>,
): ReadShape & Limits {
  try {
    return { ...readTypedShape(command, actions), ...limits };
  } catch (error) {
    const found = ending.exec(command);
    if (!found) throw error;
    const { uses, usd } = found.groups ?? {};
    const narrowed = {
      uses: uses === undefined ? limits.uses : read(leaseUses, uses, 'uses'),
      usd: usd === undefined ? limits.usd : read(leaseUsd, usd, 'up to'),
    };
    return readTypedLease(command.slice(0, found.index), narrowed, actions);
  }
}

function read(schema: z.ZodType<number>, typed: string, word: string): number {
  const parsed = schema.safeParse(Number(typed));
  if (parsed.success) return parsed.data;
  throw new SophiaError('bad_input', `“${word} ${typed}” is no limit: ${parsed.error.issues[0]?.message}.`, {
    hint: 'For example: `allow 1h uses 3 up to $20 deploy web to staging ref *`.',
  });
}
