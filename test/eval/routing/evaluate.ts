/** `npm run eval -- routing`: reads what was typed and shows how routing fares. */
import { parseArgs } from 'node:util';
import { toSophiaError } from '../../../src/core/error.ts';
import { evaluateRouting } from './routing.ts';
import { writeWeights } from './train.ts';

const usage = `npm run eval -- routing --data <folder of recorded outcomes> [--split <any word, for other halves>]
npm run eval -- routing train        trains the classifier anew and writes its weights
`;

const write = (text: string) => void process.stdout.write(text);

export async function evaluate(words: string[]): Promise<number> {
  const string = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { data: string, split: string },
  });
  const { data, split } = values;
  if (positionals[0] === 'train') {
    write(`Written: ${writeWeights()}\n`);
    return 0;
  }
  if (data === undefined) {
    write(usage);
    return 1;
  }
  try {
    return (await evaluateRouting({ data, split }, write)) ? 0 : 1;
  } catch (error) {
    const { message, hint } = toSophiaError(error);
    process.stderr.write(`${[message, hint].filter(Boolean).join('\n')}\n`);
    return 1;
  }
}
