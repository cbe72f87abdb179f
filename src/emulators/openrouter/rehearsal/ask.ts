/** What is said when nothing can be called: what is still missing, or what can be asked at all. */
import type { WireTool } from '../types.ts';

const argumentNames: Record<string, string> = {
  repo: 'the repository (`owner/name`)',
  number: 'the number of the pull request (`#12`)',
  app: 'the name of the Fly app (like `acme-web`)',
  service: 'the name of the service',
  ref: 'the branch or commit',
  job: 'which job',
};

export function askFor(tool: WireTool['function'], names: string[]): string {
  const wanted = names.map((name) => argumentNames[name] ?? `\`${name}\``);
  return `For \`${tool.name}\` I still need ${wanted.join(' and ')}. Please say it all in one sentence.`;
}

/** Example questions for the tools that are really there. */
const examples: [RegExp, string][] = [
  [/list_pull/, 'which pull requests are waiting in acme/web?'],
  [/list_checks/, 'why does #13 in acme/web fail?'],
  [/get_status/, "what's running on acme-web?"],
  [/compare/, 'what changed between v1 and main in acme/web?'],
  [/^merge$/, 'please merge pull request 12 of acme/web'],
  [/^deploy$/, 'please deploy web to production'],
  [/^rollback$/, 'please roll web back'],
];

/** A yes or a no and nothing more. */
export const verdictWords =
  /^(?:(?:yes|yep|ok|okay|approved?|i approve|lgtm|go ahead|do it|no|deny|denied|please)[\s,.!]*)+$/i;
export const noVerdict = 'If that is about a plan that waits: only the buttons of the card decide, never words.';

/** Small talk, which every newcomer tries. */
const talk: [RegExp, string][] = [
  [/^$/, 'I was asked nothing.'],
  [
    /^(hi|hello|hey|hallo|good (morning|afternoon|evening|day)|yo|moin)\b/i,
    'Hello! I stand in for a language model: I match words to tools.',
  ],
  [/^(thanks|thank you|thx|cheers)\b/i, 'You are welcome.'],
];
const none = 'I stand in for a language model: I match words to tools, and these words match none.';

export function helpText(question: string, tools: WireTool['function'][]): string {
  const fitting = examples
    .filter(([name]) => tools.some((tool) => name.test(tool.name)))
    .map(([, text]) => `- ${text}`);
  const opening = talk.find(([said]) => said.test(question))?.[1] ?? none;
  if (fitting.length === 0) return `${opening} I was offered no tool that I know a question for.`;
  return [`${opening} Try one of these:`, ...fitting].join('\n');
}
