/** Chooses among the tools really offered: deeds only where the asker commands them, reads by overlap of words. */
import type { WireTool } from '../types.ts';

type Tool = WireTool['function'];
/** What the asker told us to do, in the order of their words. */
export type Deed = { clause: string; tools: Tool[] };

const readVerbs = new Set(
  'get list show find search read compare look check describe fetch recall count status resolve wait whoami view explain'.split(
    ' ',
  ),
);
/** Other words for the same deed, as patterns of what may follow the polite beginning. */
const otherWords: Record<string, string> = {
  deploy: 'deploy|ship|release|roll\\s+out|push\\s+out',
  rollback: 'rollback|revert|roll(?:\\s+\\S+){0,3}?\\s+back',
  merge: 'merge|land',
  restart: 'restart|reboot|bounce',
  scale_up: 'scale(?:\\s+\\S+)?\\s+up|add(?=.*machines?)',
  scale_down: 'scale(?:\\s+\\S+)?\\s+down|remove(?=.*machines?)',
  comment: 'comment|reply',
};
const politeness =
  "(?:(?:ok(?:ay)?|hey|hi|hello|sophia|please|pls|now|then|and|also|so|just|kindly|thanks|go ahead and|let's|can you|could you|would you|will you|i(?:'d| would) like (?:you )?to|(?:i|we) (?:want|need) (?:you )?to|time to|finally)[\\s,:]+)*";

/** `github_merge_pull_request` → merge; `deploy` → deploy; `fly_scale_up` → scale_up. */
function verbOf(tool: Tool): string {
  const parts = tool.name.split('_');
  const verb = parts.length === 1 ? (parts[0] ?? '') : (parts[1] ?? '');
  return verb === 'scale' && parts[2] ? `${verb}_${parts[2]}` : verb;
}

export function isRead(tool: Tool): boolean {
  return readVerbs.has(verbOf(tool));
}

/** "please merge #12 and then deploy web": two deeds. "should we merge #12?", "who merged it?": none. */
export function deedsIn(question: string, tools: Tool[]): Deed[] {
  const doers = tools.filter((tool) => !isRead(tool));
  const wordings = [...new Set(doers.map(verbOf))].map((verb) => ({
    verb,
    words: otherWords[verb] ?? RegExp.escape(verb),
  }));
  if (wordings.length === 0) return [];
  const anyWords = wordings.map(({ words }) => words).join('|');
  const boundary = new RegExp(
    `(?:[.!?;\\n]+\\s+|\\n|,?\\s+(?:and\\s+then|then|and|,)\\s+)(?=${politeness}(?:${anyWords})\\b)|[.!?;]+\\s+|\\n+`,
    'i',
  );
  return question.split(boundary).flatMap((clause) => {
    const meant = wordings.find(({ words }) => new RegExp(`^\\s*${politeness}(?:${words})\\b`, 'i').test(clause));
    if (!meant) return [];
    // The plainest name first: a workflow of the house rather than the bare call under it.
    const fitting = doers.filter((tool) => verbOf(tool) === meant.verb).sort((a, b) => a.name.length - b.name.length);
    return [{ clause, tools: fitting }];
  });
}

/** Words that mean a kind of tool, whatever the tool's own words are. */
const topics: { said: RegExp; tool: RegExp; weight: number }[] = [
  { said: /\b(pull requests?|prs|merge requests?)\b|\bready to (merge|land)\b/i, tool: /list_pull/, weight: 8 },
  { said: /\bwait\w*\b.*\bmerged?\b|\bhold\w*\b.*\bup\b/i, tool: /list_pull/, weight: 20 },
  { said: /(#\d+|\b(pull request|pr)\s+\d+)(?!.*\b(fail|broken|red|checks?)\b)/i, tool: /get_pull/, weight: 9 },
  {
    said: /\b(why|how come|log)\b.*\b(fail\w*|broken|red|break\w*)\b|\blogs?\b/i,
    tool: /(job|check|build)_log|_log$/,
    weight: 12,
  },
  { said: /\b(fail\w*|broken|red|green|checks?|ci|build|tests?)\b/i, tool: /list_checks|checks$/, weight: 10 },
  { said: /\b(running|status|healthy|health|up|down|machines?|live)\b/i, tool: /get_status|_status$/, weight: 12 },
  { said: /\b(compare|diff|changed?|changes|since|behind|ahead|between)\b/i, tool: /compare/, weight: 9 },
  { said: /\b(diff|changes|changed?)\b.*#\d/i, tool: /get_diff/, weight: 14 },
  { said: /\b(who|reviews?)\b.*\b(review\w*|approved)\b|\breviews of\b/i, tool: /list_reviews/, weight: 14 },
  { said: /\b(apps)\b/i, tool: /list_apps/, weight: 8 },
  { said: /\b(commits?|history|landed|merged lately|recent)\b/i, tool: /list_commits/, weight: 6 },
  { said: /\bissues?\b/i, tool: /list_issues|search_issues/, weight: 7 },
];
const dull = new Set(
  'a an and are at by can for from how in is it its list me my of on one or our show tell that the their them there they this to up us was we what which who with you your get does do has have all every any'.split(
    ' ',
  ),
);
/** Below this, the words and the tool have too little in common to act on. */
const enough = 4;

/** The best tool to look with for each part of the question; nothing where nothing fits. */
export function readsFor(question: string, tools: Tool[]): Tool[] {
  const readers = tools.filter(isRead);
  const parts = question.split(/[?;\n]+\s*|,?\s+and\s+(?=(?:what|which|who|why|how|is|are|show|list)\b)/i);
  const chosen = parts.filter((part) => part.trim() !== '').flatMap((part) => bestReader(part, readers) ?? []);
  // A log says more beside the list of what passed and what did not.
  const checks = chosen.some((tool) => /_log$/.test(tool.name))
    ? readers.filter((tool) => /_checks$/.test(tool.name))
    : [];
  return [...new Set([...checks, ...chosen])].slice(0, 3);
}

function bestReader(part: string, readers: Tool[]): Tool | undefined {
  const words = stems(part);
  const ranked = readers
    .map((tool) => ({ tool, score: scoreOf(part, words, tool, readers) }))
    .sort((a, b) => b.score - a.score || a.tool.name.length - b.tool.name.length);
  return ranked[0] && ranked[0].score >= enough ? ranked[0].tool : undefined;
}

function scoreOf(part: string, words: Set<string>, tool: Tool, readers: Tool[]): number {
  const inName = stems(tool.name.replaceAll('_', ' '));
  const inDescription = stems(tool.description ?? '');
  let score = 0;
  for (const word of words) {
    // A word that half of the tools share says little about any of them.
    const sharing = readers.filter((other) =>
      stems(`${other.name.replaceAll('_', ' ')} ${other.description ?? ''}`).has(word),
    );
    const rarity = 1 + Math.log(readers.length / Math.max(sharing.length, 1));
    if (inName.has(word)) score += 2 * rarity;
    else if (inDescription.has(word)) score += rarity;
  }
  for (const topic of topics) if (topic.said.test(part) && topic.tool.test(tool.name)) score += topic.weight;
  return score;
}

function stems(text: string): Set<string> {
  const words = text.toLowerCase().match(/[a-z][a-z]+/g) ?? [];
  return new Set(words.filter((word) => !dull.has(word)).map((word) => word.replace(/(ing|ed|es|s)$/, '')));
}
