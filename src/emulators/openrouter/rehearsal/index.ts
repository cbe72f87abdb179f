/** The rehearsal model: a brain of rules that carries the playground. It says what it is, and does nothing unasked. */
import type { ChatAnswer, ChatRequest, JsonObject, JsonValue, WireTool } from '../types.ts';
import { askFor, helpText, noVerdict, verdictWords } from './ask.ts';
import { deedsIn, isRead, readsFor } from './choose.ts';
import { type Conversation, type Exchange, readConversation } from './conversation.ts';
import { type Facts, readFacts } from './facts.ts';
import { tellFiles } from './files.ts';
import { fitTool } from './fit.ts';
import { drawMemories } from './memories.ts';
import { tell } from './prose.ts';
import { tellRemembered } from './recalled.ts';
import { isObject, itemsOf } from './results.ts';

type Tool = WireTool['function'];
type Call = { name: string; arguments: JsonObject };
type Step = { state: 'call'; calls: Call[] } | { state: 'missing'; tool: Tool; names: string[] } | { state: 'done' };

export const signature = '_(rehearsal model: rules, no language understanding)_';
const mostDetails = 5;

/** Which tool may find out an argument nobody named. */
const providers: [RegExp, RegExp][] = [
  [/^(ref|sha|commit)$/, /get_pull_request$/],
  [/^(job|job_id)$/, /list_checks$/],
  [/^base$/, /get_status$/],
  [/^(repo|repository|full_name)$/, /list_repositories$/],
];

export function rehearse(request: ChatRequest): ChatAnswer {
  const drawn = drawMemories(request);
  if (drawn) return drawn;
  const conversation = readConversation(request);
  const { question, tools, exchanges } = conversation;
  const facts = readFacts(conversation);

  for (const deed of deedsIn(question, tools)) {
    const step = stepToDeed(deed.tools, deed.clause, conversation);
    if (step.state === 'call')
      return { text: `You asked: “${deed.clause.trim().replace(/\s+/g, ' ').slice(0, 200)}”`, calls: step.calls };
    if (step.state === 'missing') return say([...told(conversation), askFor(step.tool, step.names)]);
    // What was refused or failed ends it: the next deed may rest on it.
    if (deed.tools.some((tool) => exchanges.some((past) => past.tool === tool.name && past.result.state !== 'done')))
      return say(told(conversation));
  }
  if (deedsIn(question, tools).length > 0) return say(told(conversation));

  if (verdictWords.test(question)) return say([noVerdict]);

  const steps = readsFor(question, tools).map((goal) => stepToRead(goal, facts, conversation, []));
  const calls = unlike(steps.flatMap((step) => (step.state === 'call' ? step.calls : [])));
  if (calls.length > 0) return { calls };
  const asks = steps.flatMap((step) => (step.state === 'missing' ? [askFor(step.tool, step.names)] : []));
  const details = detailCalls(conversation, facts);
  if (details.length > 0) return { calls: details };
  if (exchanges.length > 0) return say(told(conversation));
  return say(
    asks.length > 0
      ? asks.slice(0, 1)
      : [tellFiles(conversation) ?? tellRemembered(conversation) ?? helpText(question, tools)],
  );
}

/** The plainest tool whose arguments were all named; asked about when none is. */
function stepToDeed(tools: Tool[], clause: string, conversation: Conversation): Step {
  if (tools.some((tool) => conversation.exchanges.some((past) => past.tool === tool.name))) return { state: 'done' };
  const inClause = readFacts({ ...conversation, question: clause });
  const inAll = readFacts(conversation);
  const facts: Facts = { ...inClause, repos: inClause.repos.length > 0 ? inClause.repos : inAll.repos };
  for (const tool of tools) {
    const fitted = fitTool(tool, facts, clause);
    if (fitted.state === 'fitted') return { state: 'call', calls: [{ name: tool.name, arguments: fitted.input }] };
  }
  const [first] = tools;
  const fitted = first ? fitTool(first, facts, clause) : undefined;
  return first && fitted?.state === 'missing'
    ? { state: 'missing', tool: first, names: fitted.names }
    : { state: 'done' };
}

/** One step towards a look: the look itself, or another that finds what it lacks. */
function stepToRead(goal: Tool, facts: Facts, conversation: Conversation, above: string[]): Step {
  const { tools, exchanges, question } = conversation;
  if (above.includes(goal.name) || exchanges.some((past) => past.tool === goal.name)) return { state: 'done' };
  const fitted = fitTool(goal, facts, question);
  if (fitted.state === 'fitted') return { state: 'call', calls: [{ name: goal.name, arguments: fitted.input }] };
  for (const name of fitted.names) {
    const wanted = providers.find(([argument]) => argument.test(name))?.[1];
    const provider = tools.find((tool) => isRead(tool) && wanted?.test(tool.name));
    const step = provider ? stepToRead(provider, facts, conversation, [...above, goal.name]) : undefined;
    if (step?.state === 'call' || step?.state === 'missing') return step;
    // It was asked and did not say: there is nothing to look at.
    if (step?.state === 'done') return step;
  }
  return { state: 'missing', tool: goal, names: fitted.names };
}

/** A list of pull requests that says nothing of checks or reviews is completed one by one, if that was asked for. */
function detailCalls({ question, tools, exchanges }: Conversation, facts: Facts): Call[] {
  const detail = tools.find((tool) => /get_pull_request$/.test(tool.name));
  const listed = exchanges.find((past) => /list_pull/.test(past.tool));
  if (!detail || !listed || exchanges.some((past) => past.tool === detail.name)) return [];
  if (!/\b(ready|merge\w*|review\w*|checks?|wait\w*|approv\w*|status)\b/i.test(question)) return [];
  const items = outputOf(listed).filter((item) => !('checks' in item && 'reviews' in item));
  return items.slice(0, mostDetails).flatMap((item) => {
    const numbers = typeof item.number === 'number' ? [item.number] : [];
    const fitted = fitTool(detail, { ...facts, repos: repoOf(listed) ?? facts.repos, numbers }, question);
    return fitted.state === 'fitted' ? [{ name: detail.name, arguments: fitted.input }] : [];
  });
}

/** Two looks may need the same third one. */
function unlike(calls: Call[]): Call[] {
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];
}

function outputOf(past: Exchange): JsonObject[] {
  return past.result.state === 'done' && 'output' in past.result ? itemsOf(past.result.output) : [];
}

function repoOf(past: Exchange): string[] | undefined {
  const repo: JsonValue | undefined = isObject(past.input) ? past.input.repo : undefined;
  return typeof repo === 'string' ? [repo] : undefined;
}

function told(conversation: Conversation): string[] {
  return tell(conversation.exchanges);
}

function say(paragraphs: string[]): ChatAnswer {
  return { text: [...paragraphs.filter((paragraph) => paragraph !== ''), signature].join('\n\n') };
}
