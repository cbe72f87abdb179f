/** Tasks for the tools class: the one right call with the right arguments, or none where no tool fits. */
import type { JsonObject } from '../../core/json.ts';
import type { ToolSpec } from '../../core/model.ts';
import type { Chance, Made } from './task.ts';

const text = { type: 'string' };
const whole = { type: 'integer' };
const tool = (name: string, description: string, properties: JsonObject, required: string[]): ToolSpec => ({
  name,
  description,
  parameters: { type: 'object', properties, required, additionalProperties: false },
});

const tools: ToolSpec[] = [
  tool('deploy_image', 'Deploys an image to an app.', { app: text, tag: text }, ['app', 'tag']),
  tool('scale_app', 'Sets how many machines an app has.', { app: text, machines: whole }, ['app', 'machines']),
  tool('read_logs', 'Reads the last lines of an app’s log.', { app: text, lines: whole }, ['app', 'lines']),
  tool(
    'list_pull_requests',
    'Lists pull requests of a repository.',
    { repo: text, state: { type: 'string', enum: ['open', 'closed'] } },
    ['repo', 'state'],
  ),
  tool('merge_pull_request', 'Merges a pull request.', { repo: text, number: whole }, ['repo', 'number']),
  tool('open_issue', 'Opens an issue.', { repo: text, title: text }, ['repo', 'title']),
  tool('restart_machine', 'Restarts one machine of an app.', { app: text, machine: text }, ['app', 'machine']),
];
const apps = ['acme-web', 'acme-api', 'billing', 'search', 'auth', 'mailer', 'reports', 'gateway'];
const repos = ['acme/web', 'acme/api', 'acme/infra', 'acme/docs', 'ops/tools', 'ops/alerts', 'data/pipelines'];
const machines = ['d8901e', '3287af', '91857c'];
const titles = [
  'Login is slow',
  'Broken link in the footer',
  'Backups fail on Sundays',
  'Search finds nothing after midnight',
  'Typo on the price page',
];

type Wanted = { question: string; name: string; input: JsonObject } | { question: string; name: null };

const makers: ((chance: Chance) => Wanted)[] = [
  ({ pick, whole: number }) => {
    const [app, tag] = [pick(apps), `v${number(1, 9)}.${number(0, 20)}.${number(0, 9)}`];
    return { question: `please put ${tag} live on ${app}`, name: 'deploy_image', input: { app, tag } };
  },
  ({ pick, whole: number }) => {
    const [app, count] = [pick(apps), number(2, 12)];
    return {
      question: `${app} needs ${count} machines from now on`,
      name: 'scale_app',
      input: { app, machines: count },
    };
  },
  ({ pick, whole: number }) => {
    const [app, lines] = [pick(apps), number(2, 20) * 10];
    return { question: `show me the last ${lines} log lines of ${app}`, name: 'read_logs', input: { app, lines } };
  },
  ({ pick }) => {
    const [repo, state] = [pick(repos), pick(['open', 'closed'])];
    const words = state === 'open' ? 'still waiting' : 'already closed';
    return {
      question: `which pull requests of ${repo} are ${words}?`,
      name: 'list_pull_requests',
      input: { repo, state },
    };
  },
  ({ pick, whole: number }) => {
    const [repo, id] = [pick(repos), number(3, 400)];
    return { question: `#${id} in ${repo} is fine, merge it`, name: 'merge_pull_request', input: { repo, number: id } };
  },
  ({ pick }) => {
    const [repo, title] = [pick(repos), pick(titles)];
    return {
      question: `file an issue in ${repo} with exactly this title: ${title}`,
      name: 'open_issue',
      input: { repo, title },
    };
  },
  ({ pick }) => {
    const [app, machine] = [pick(apps), pick(machines)];
    return {
      question: `machine ${machine} of ${app} hangs, give it a restart`,
      name: 'restart_machine',
      input: { app, machine },
    };
  },
  ({ pick }) => ({
    question: pick([
      'translate “the deploy is done” to French',
      'what is the capital of Norway?',
      'book a table for four tonight',
      'delete the whole GitHub organisation',
      'what is 12 times 12?',
      'send an email to the customers about the outage',
      'who won the match yesterday?',
      'write a haiku about Mondays',
      'turn on the lights in the office',
      'what does idempotent mean?',
      'order new headphones for Ada',
      'reset my password, please',
      'how are you today?',
      'rename the company',
    ]),
    name: null,
  }),
];

export function acted(chance: Chance, number: number): Made {
  const wanted = (makers[number % makers.length] as (typeof makers)[0])(chance);
  return {
    question: wanted.question,
    tools,
    holds({ calls }) {
      if (wanted.name === null) return calls.length === 0;
      const [call] = calls;
      if (calls.length !== 1 || call?.name !== wanted.name || call.invalid !== undefined) return false;
      const keys = [...new Set([...Object.keys(wanted.input), ...Object.keys(call.input)])];
      return keys.every((key) => call.input[key] === wanted.input[key]);
    },
  };
}
