/** What is typed after `audit` on the server, and how it is said that it cannot be read. */
import { parseArgs } from 'node:util';
import type { AuditFilter } from '../core/audit.ts';
import { SophiaError } from '../core/error.ts';

const usage = `npm run sophia -- audit verify [--head <signed line or file>] [--public-key <key>] [--file <export.jsonl>]
npm run sophia -- audit export [--since <time>] [--until <time>] [--run <id>] [--person <id>] [--action <name>] [--format jsonl|csv] [--out <file>]
npm run sophia -- audit search <words> [--person <id>] [--action <name>] [--since <time>]
npm run sophia -- audit key`;

export function readWords(words: string[]) {
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

export type Values = ReturnType<typeof readWords>['values'];

export function filterOf({ since, until, run, person, action }: Values): AuditFilter {
  return {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(run === undefined ? {} : { runId: run }),
    ...(person === undefined ? {} : { person }),
    ...(action === undefined ? {} : { action }),
  };
}

export function wrong(problem: string): SophiaError {
  return new SophiaError('bad_input', problem, { hint: usage });
}
