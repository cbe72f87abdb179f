/** Reads recorded outcomes of models: which question, which model, right or wrong, what it cost, how long it took. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SophiaError } from '../../../src/core/error.ts';
import type { ModelClass } from '../../../src/core/model.ts';
import { classify } from '../../../src/models/classify.ts';

export type Outcome = { good: boolean; usd: number; seconds: number | null };
export type Query = { id: string; labelled: string; class: ModelClass; text: string; outcomes: Map<string, Outcome> };
export type Table = { models: string[]; tune: Query[]; report: Query[] };

/** `split`: another division into halves, to see what holds whatever the division. */
export function readOutcomes(folder: string, split = ''): Table {
  const [queriesFile, outcomesFile] = [join(folder, 'queries.csv'), join(folder, 'outcomes.csv')];
  for (const file of [queriesFile, outcomesFile])
    if (!existsSync(file))
      throw new SophiaError('bad_input', `There is no ${file}.`, {
        hint: '--data names the folder of recorded outcomes: queries.csv and outcomes.csv. They are not part of this repository.',
      });
  const queries = new Map<string, Query>();
  for (const row of readCsv(readFileSync(queriesFile, 'utf8'))) {
    const [id, text] = [row.qid ?? '', row.query ?? ''];
    queries.set(id, { id, labelled: row.task_class ?? '', class: classify(text).class, text, outcomes: new Map() });
  }
  const counts = new Map<string, number>();
  for (const row of readCsv(readFileSync(outcomesFile, 'utf8'))) {
    const model = row.model ?? '';
    const seconds = row.latency_s ? Number(row.latency_s) : null;
    queries
      .get(row.qid ?? '')
      ?.outcomes.set(model, { good: Number(row.score) >= 0.5, usd: Number(row.cost_usd), seconds });
    counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  // A model that was not asked everything (it takes no tools, say) cannot be compared over all of it.
  const models = [...counts].filter(([, count]) => count === queries.size).map(([model]) => model);
  const all = [...queries.values()];
  const inTune = (id: string) => hash(split + id) % 2 === 0;
  return { models, tune: all.filter(({ id }) => inTune(id)), report: all.filter(({ id }) => !inTune(id)) };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193);
  return (value ^ (value >>> 13)) >>> 3;
}

/** RFC 4180: quoted fields may hold commas, quotes and line ends. */
function readCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  const end = () => {
    rows.at(-1)?.push(field);
    field = '';
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') field += text[++at];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ',') end();
    else if (letter === '\n') {
      end();
      rows.push([]);
    } else if (letter !== '\r') field += letter;
  }
  if (field !== '' || (rows.at(-1)?.length ?? 0) > 0) end();
  const [names = [], ...data] = rows.filter((row) => row.length > 0);
  return data.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}
