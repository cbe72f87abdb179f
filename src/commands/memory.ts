/** `npm run sophia -- memory reindex|status`: rebuilds the index over what is remembered, or says how it stands. */
import { parseArgs } from 'node:util';
import { SophiaError } from '../core/error.ts';
import { createRedact } from '../kit/redact.ts';
import { connectMemory, createLog, secrets } from '../parts.ts';
import { openStore } from '../store/index.ts';
import type { Command } from './command.ts';

const usage = `npm run sophia -- memory status
npm run sophia -- memory reindex [--fresh]   goes on where it stopped; --fresh begins anew`;

export async function memory({ settings, environment, words, write }: Command): Promise<number> {
  const { values, positionals } = read(words);
  const [what] = positionals;
  if (what !== 'reindex' && what !== 'status')
    throw new SophiaError('bad_input', 'I cannot read that.', { hint: usage });
  const store = await openStore(
    settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : { directory: settings.SOPHIA_DATA },
  );
  try {
    const log = createLog(settings, createRedact(secrets(environment)));
    const { upkeep, name } = await connectMemory(settings, store, log, () => new Date());
    write(`${await store.memories.count()} rows, found by ${name}.\n`);
    if (what === 'status') return 0;
    const begun = performance.now();
    let said = '';
    await upkeep.reindex({
      fresh: values.fresh === true,
      progress(done, all) {
        const line = `${done} of ${all} rows (${all === 0 ? 100 : Math.floor((100 * done) / all)} %)\n`;
        if (line !== said) write(line);
        said = line;
      },
    });
    write(`Done in ${((performance.now() - begun) / 1000).toFixed(1)} s.\n`);
    return 0;
  } finally {
    await store.close();
  }
}

function read(words: string[]) {
  try {
    return parseArgs({ args: words, allowPositionals: true, options: { fresh: { type: 'boolean' } } });
  } catch (cause) {
    throw new SophiaError('bad_input', cause instanceof Error ? cause.message : 'I cannot read that.', { hint: usage });
  }
}
