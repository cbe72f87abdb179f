/** `npm run sophia -- memory reindex|status|index|export`: rebuilds the index, says how it stands, takes in a repository, or gives out what is kept of a person. */
import { parseArgs } from 'node:util';
import { SophiaError } from '../core/error.ts';
import { createRedact } from '../kit/redact.ts';
import { factWords } from '../memory/fact-figures.ts';
import { indexRepository } from '../memory/repository.ts';
import { createLog, secrets } from '../parts/files.ts';
import { connectMemory } from '../parts/memory.ts';
import { openStore } from '../store/index.ts';
import type { Command } from './command.ts';

const usage = `npm run sophia -- memory status
npm run sophia -- memory reindex [--fresh]   goes on where it stopped; --fresh begins anew
npm run sophia -- memory index <owner/name> --at <folder> --for <token> [--since <commit>]
   the token says who may be told what stands in it: slack:<team>:public, or slack:<team>:<channel>
npm run sophia -- memory export <person>     all that is remembered of slack:<team>:<user>, as JSON lines; also of who has left`;

export async function memoryCommand({ settings, environment, words, write }: Command): Promise<number> {
  const { values, positionals } = read(words);
  const [what, name] = positionals;
  if (what !== 'reindex' && what !== 'status' && what !== 'index' && what !== 'export')
    throw new SophiaError('bad_input', 'I cannot read that.', { hint: usage });
  const store = await openStore(
    settings.DATABASE_URL ? { databaseUrl: settings.DATABASE_URL } : { directory: settings.SOPHIA_DATA },
  );
  try {
    if (what === 'export') {
      if (!name) throw new SophiaError('bad_input', 'Whose?', { hint: usage });
      for (const row of await store.memories.about(name)) write(`${JSON.stringify(row)}\n`);
      return 0;
    }
    const log = createLog(settings, createRedact(secrets(environment)));
    const { memory, upkeep, name: index } = await connectMemory(settings, store, log, () => new Date());
    if (what === 'index') {
      if (!name || !values.at || !values.for)
        throw new SophiaError('bad_input', 'It needs a name, a folder and a token.', { hint: usage });
      const { since } = values;
      const repository = { name, directory: values.at, acl: values.for, ...(since === undefined ? {} : { since }) };
      const done = await indexRepository({ memory, rows: store.memories }, repository, (files, all) =>
        write(`${files} of ${all} files\n`),
      );
      write(
        `${done.pieces} pieces of ${done.files} files at ${done.commit.slice(0, 7)}; ${done.removed} older ones removed.\n`,
      );
    }
    write(`${await store.memories.count()} rows, found by ${index}.\n`);
    if (what === 'status') write(`${factWords(await store.talks.tally())}\n`);
    if (what !== 'reindex') return 0;
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

const string = { type: 'string' } as const;

function read(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { fresh: { type: 'boolean' }, at: string, for: string, since: string },
    });
  } catch (cause) {
    throw new SophiaError('bad_input', cause instanceof Error ? cause.message : 'I cannot read that.', { hint: usage });
  }
}
