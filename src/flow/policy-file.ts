/** The file that SOPHIA_POLICY names: the policy of the first start, and a proposal ever after. */
import { toSophiaError } from '../core/error.ts';
import { hashJson } from '../core/hash.ts';
import type { Services } from '../core/job.ts';
import type { PolicyVersion } from '../core/policies.ts';
import type { Reply } from '../core/reply.ts';
import { nameOf, policyHash, soundPolicy } from './policy-text.ts';

type Seeding = Pick<Services, 'policies' | 'policyFile' | 'now'>;

/** Only a first start takes the file as it is; it throws when the file does not hold, since there is nothing else to hold to. */
export async function seedPolicy({ policies, policyFile, now }: Seeding): Promise<PolicyVersion | null> {
  if (!policyFile || (await policies.number()) > 0) return null;
  return adoptText(soundPolicy(policyFile.read()), 'first start', { policies, now });
}

/** Puts a text in force on the word of whoever runs the server. Null: another was put at the same moment. */
export async function adoptText(
  text: string,
  from: 'first start' | 'server',
  { policies, now }: Pick<Services, 'policies' | 'now'>,
): Promise<PolicyVersion | null> {
  const follows = await policies.number();
  const hash = policyHash(text);
  const at = now().toISOString();
  return policies.put({ text, hash, by: null, at, approvalId: null, deed: null }, follows, {
    kind: 'policy',
    at,
    runId: null,
    person: null,
    action: null,
    approvalId: null,
    facts: { number: follows + 1, hash, follows, from },
  });
}

type Watching = Pick<Services, 'policy' | 'policyFile' | 'surface' | 'log'>;
type FileState = 'off' | 'in force' | 'differs' | 'invalid';

/** Looks at the file from time to time: who is in charge is told of each new content once, across restarts and replicas. */
export function watchPolicyFile(services: Watching): () => Promise<FileState> {
  const told = new Set<string>();
  return async () => {
    const { policyFile, policy, log } = services;
    // Read in any case: who is in charge is known from then on.
    const now = await policy.current();
    if (!policyFile) return 'off';
    const seen = look(() => policyFile.read());
    if (seen.state === 'sound' && seen.hash === now?.hash) return 'in force';
    const key = `policy-file/${seen.state}/${seen.hash.slice(0, 32)}`;
    if (!told.has(key)) {
      if (seen.state === 'sound')
        log.warn({ inForce: nameOf(now) }, 'the policy file differs from the policy in force');
      else
        log.error({ inForce: nameOf(now), problem: seen.problem }, 'the policy file does not hold; the old one stays');
      if (await tell(services, seen.state === 'sound' ? differs(nameOf(now)) : invalid(nameOf(now), seen.problem), key))
        told.add(key);
    }
    return seen.state === 'sound' ? 'differs' : 'invalid';
  };
}

type Seen = { state: 'sound'; hash: string } | { state: 'invalid'; hash: string; problem: string };

function look(read: () => string): Seen {
  let text = '';
  try {
    text = read();
    return { state: 'sound', hash: policyHash(soundPolicy(text)) };
  } catch (error) {
    const problem = toSophiaError(error).message;
    // A file that cannot be read has no content: its problem stands for it.
    return { state: 'invalid', hash: hashJson('policy file', { text: text.toWellFormed(), problem }), problem };
  }
}

/** False when somebody could not be told: tried again at the next look. */
async function tell({ policy, surface, log }: Watching, reply: Reply, key: string): Promise<boolean> {
  let all = true;
  for (const person of policy.admins())
    try {
      await surface(person.split(':')[0] ?? '').tell(person, reply, `${key}/${person}`);
    } catch (error) {
      all = false;
      log.warn({ person, error: String(error) }, 'an admin could not be told of the policy file');
    }
  return all;
}

function differs(inForce: string): Reply {
  return {
    kind: 'words',
    tone: 'warning',
    markdown: `The policy file differs from the policy in force (${inForce}), which goes on to hold. \`/sophia policy apply\` shows the difference and asks another admin.`,
    buttons: [{ label: 'Show the difference and ask', action: 'sophia_change_policy', input: {} }],
  };
}

function invalid(inForce: string, problem: string): Reply {
  return {
    kind: 'words',
    tone: 'error',
    markdown: `The policy file does not hold, so the policy in force (${inForce}) goes on to hold. What is wrong:\n\n${fenced(problem)}\n\nPut the file right; I look at it again by myself. \`npm run sophia -- policy test\` tries it first.`,
  };
}

/** The problem quotes the file: it is shown as it is, never interpreted. */
function fenced(text: string): string {
  return `\`\`\`\n${text.replaceAll('```', "'''").slice(0, 1500)}\n\`\`\``;
}
