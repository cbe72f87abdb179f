/** `npm run eval -- <what> …`: measures what a part is worth on questions whose answers are known. */
const evals: Record<string, () => Promise<{ evaluate(words: string[]): Promise<number> }>> = {
  memory: () => import('./memory/evaluate.ts'),
  routing: () => import('./routing/evaluate.ts'),
};

const [what = '', ...words] = process.argv.slice(2);
const load = Object.hasOwn(evals, what) ? evals[what] : undefined;
if (load) process.exit(await (await load()).evaluate(words));
process.stderr.write(`npm run eval -- ${Object.keys(evals).join(' | ')}\n`);
process.exit(1);
