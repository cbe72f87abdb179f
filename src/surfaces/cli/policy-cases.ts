/** `sophia policy test <cases.yml>`: holds a policy against a list of what it should say; a line a case. */
import { parse } from 'yaml';
import { z } from 'zod';
import { SophiaError, toSophiaError } from '../../core/error.ts';
import type { Explanation } from '../../core/job.ts';

const policyCase = z
  .strictObject({
    name: z.string().min(1),
    command: z.string().min(1).optional(),
    action: z.string().min(1).optional(),
    as: z.string().min(1),
    in: z.string().min(1).optional(),
    environment: z.string().min(1).optional(),
    repository: z.string().min(1).optional(),
    tainted: z.boolean().optional(),
    at: z.string().min(1).optional(),
    expect: z.enum(['allow', 'ask', 'refuse']),
    approvers: z.array(z.string().min(1)).optional(),
    quorum: z.int().min(1).optional(),
  })
  .refine((one) => (one.command === undefined) !== (one.action === undefined), 'either `command` or `action`')
  .refine((one) => one.expect === 'ask' || (one.approvers === undefined && one.quorum === undefined), {
    message: '`approvers` and `quorum` belong to `expect: ask`',
  });

export type PolicyCase = z.infer<typeof policyCase>;

export function parseCases(text: string): PolicyCase[] {
  let data: unknown;
  try {
    // Without its own types a time such as 2026-11-21T03:00Z stays the text that was written.
    data = parse(text, { schema: 'core' });
  } catch (cause) {
    throw new SophiaError('bad_input', `The cases are not YAML: ${toSophiaError(cause).message}`, { cause });
  }
  const parsed = z.array(policyCase).min(1, 'at least one case').safeParse(data);
  if (parsed.success) return parsed.data;
  throw new SophiaError('bad_input', `The cases do not hold: ${z.prettifyError(parsed.error)}`, {
    hint: 'See docs/policy.md, “Changing and testing the policy”.',
  });
}

export type CasesInput = {
  cases: PolicyCase[];
  judge(one: PolicyCase): Promise<Explanation>;
  /** The people a role names, or the one person. */
  people(name: string): string[];
  write(text: string): void;
};

/** Returns the exit code: 0 when every case is as expected. */
export async function runCases({ cases, judge, people, write }: CasesInput): Promise<number> {
  let wrong = 0;
  for (const one of cases) {
    const lines = await compare(one, judge, people);
    write(`${lines.length === 0 ? '✓' : '✗'} ${one.name}\n`);
    for (const line of lines) write(`    ${line}\n`);
    if (lines.length > 0) wrong++;
  }
  write(`\n${cases.length - wrong} as expected, ${wrong} not.\n`);
  return wrong === 0 ? 0 : 1;
}

/** Empty when it is as expected. */
async function compare(one: PolicyCase, judge: CasesInput['judge'], people: CasesInput['people']): Promise<string[]> {
  let said: Explanation;
  try {
    said = await judge(one);
  } catch (error) {
    const problem = toSophiaError(error);
    return [problem.message, ...(problem.hint ? [problem.hint] : [])];
  }
  const { ruling } = said;
  const lines: string[] = [];
  const differ = (what: string, wanted: string, got: string) => {
    if (wanted !== got) lines.push(`- ${what}: ${wanted}`, `+ ${what}: ${got}`);
  };
  differ('expect', one.expect, ruling.verdict);
  if (ruling.verdict === 'ask') {
    const list = (names: string[]) => [...new Set(names)].sort().join(', ');
    if (one.approvers) differ('approvers', list(one.approvers.flatMap(people)), list(ruling.rule.approvers));
    if (one.quorum !== undefined) differ('quorum', String(one.quorum), String(ruling.rule.quorum));
  }
  if (lines.length === 0) return [];
  const reason = ruling.verdict === 'refuse' ? ` (${ruling.reason})` : '';
  return [...lines, `  decided by: ${said.decides ?? 'no rule'}${reason}`];
}
