/** `sophia doctor`: says of every part what is set, what is missing and where to get it, and what it can do. */
import type { ConnectorHealth } from '../../core/connector.ts';
import { toSophiaError } from '../../core/error.ts';

/** One thing doctor looks at: Slack, the model, the store, the policy, a connector. */
export type DoctorPart = {
  name: string;
  /** One sentence: what it is for. */
  about: string;
  /** off: not configured, on purpose. misconfigured: something is set, but not enough or not right. */
  state: 'off' | 'on' | 'misconfigured';
  /** What is wrong with the settings, one sentence each; without any value of a secret. */
  problems: string[];
  /** The variables that turn it on and where to get them. */
  needs: { variable: string; where: string }[];
  /** Names of the variables of `needs` that are set. */
  set: string[];
  /** Settings worth reading back, e.g. model ids or the path of a file; never a secret. */
  facts?: string[];
  /** Without it SOPHIA does not start: being off counts as a failure. */
  required?: true;
  /** Asks the outside system who we are and what we may do. Called only when the part is on. */
  check?(): Promise<ConnectorHealth>;
};

export type DoctorInput = {
  parts: DoctorPart[];
  write(text: string): void;
  /** How long one check may take. */
  deadlineMs?: number;
};

type Finding = { part: DoctorPart; verdict: 'ok' | 'off' | 'problem'; lines: string[] };

/** Returns the exit code: 0 when all that is configured works, 1 otherwise. */
export async function runDoctor(input: DoctorInput): Promise<number> {
  const { parts, write, deadlineMs = 15_000 } = input;
  const findings = await Promise.all(parts.map((part) => examine(part, deadlineMs)));
  const width = Math.max(0, ...parts.map((part) => part.name.length));
  for (const { part, verdict, lines } of findings) {
    write(`${mark[verdict]} ${part.name.padEnd(width)}  ${part.about}\n`);
    for (const line of lines) write(`${' '.repeat(width + 4)}${line}\n`);
  }
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  write(`\n${count('ok')} working, ${count('off')} off, ${count('problem')} with problems.\n`);
  return count('problem') === 0 ? 0 : 1;
}

const mark = { ok: '✓', off: '–', problem: '✗' } as const;

async function examine(part: DoctorPart, deadlineMs: number): Promise<Finding> {
  const set = part.set.length > 0 ? [`Set: ${part.set.join(', ')}.`] : [];
  const facts = part.facts ?? [];
  // What is off on purpose lacks nothing.
  const lack = part.state === 'off' && !part.required ? 'Not set' : 'Missing';
  const missing = part.needs
    .filter((need) => !part.set.includes(need.variable))
    .map((need) => `${lack}: ${need.variable}. ${need.where}`);
  if (part.state === 'off') return { part, verdict: part.required ? 'problem' : 'off', lines: [...facts, ...missing] };
  if (part.state === 'misconfigured')
    return { part, verdict: 'problem', lines: [...set, ...facts, ...part.problems, ...missing] };
  const health = part.check ? await asked(part.check.bind(part), deadlineMs) : undefined;
  if (health?.state === 'failing')
    return { part, verdict: 'problem', lines: [...set, ...facts, health.problem, `Next: ${health.hint}`] };
  const can = health ? [`Can: ${health.can}`] : [];
  return { part, verdict: 'ok', lines: [...set, ...facts, ...part.problems, ...can] };
}

/** A check that throws or hangs is a finding too, never a crash of doctor. */
async function asked(check: () => Promise<ConnectorHealth>, deadlineMs: number): Promise<ConnectorHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ConnectorHealth>((resolve) => {
    timer = setTimeout(() => {
      const problem = `It did not answer within ${deadlineMs / 1000} seconds.`;
      resolve({ state: 'failing', problem, hint: 'Check its status page and the network, then run doctor again.' });
    }, deadlineMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (thrown) {
    const error = toSophiaError(thrown);
    return { state: 'failing', problem: error.message, hint: error.hint ?? 'Run doctor again with LOG_LEVEL=debug.' };
  } finally {
    clearTimeout(timer);
  }
}
