/** Puts one of everything the emulated Slack can hold on the page, by the calls an app would make. */
import type { JsonObject } from '../../src/emulators/slack/index.ts';
import { readManifest } from '../../src/playground/manifest.ts';
import type { World } from '../../src/playground/world.ts';

const words = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
const plain = (text: string) => ({ type: 'plain_text', text });

/** The app's own scopes, and those the gallery needs besides. */
export const galleryScopes = async () => [...new Set([...(await readManifest()).scopes, 'files:write'])];

export type Gallery = Awaited<ReturnType<typeof hang>>;

/** `channel`: where it is shown, and for whom. */
export async function hang(world: World, channel = 'C0RANDOM', person = 'U0ALICE') {
  const { slack } = world;
  const token = world.environment.SLACK_BOT_TOKEN ?? '';

  async function call(method: string, args: JsonObject): Promise<JsonObject> {
    const response = await fetch(slack.apiUrl + method, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
    });
    const answer = (await response.json()) as JsonObject;
    if (answer.ok !== true) throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer;
  }
  const { ts: thread } = await slack.say(person, channel, '@sophia how did the release go?');
  const stream = (args: JsonObject) =>
    call('chat.startStream', {
      channel,
      thread_ts: thread,
      recipient_team_id: slack.workspace.team.id,
      recipient_user_id: person,
      ...args,
    }).then((answer) => String(answer.ts));
  const task = (id: string, title: string, status: string, more: JsonObject = {}) => ({
    type: 'task_update',
    ...{ id, title, status, ...more },
  });

  return {
    call,
    channel,
    thread,

    /** Words that grow, with steps in every state. */
    async growing(): Promise<{ ts: string; append(text: string): Promise<void>; stop(): Promise<void> }> {
      const ts = await stream({
        task_display_mode: 'timeline',
        chunks: [
          task('one', 'Looked at the pull requests', 'complete', { output: '5 open, 2 ready' }),
          task('two', 'Read the checks of #13', 'error', { details: 'The log is gone.' }),
          task('three', 'Compare with production', 'in_progress', {
            sources: [{ type: 'url', url: 'https://github.com/acme/web/compare', text: 'acme/web' }],
          }),
          task('four', 'Write it down', 'pending'),
        ],
      });
      await call('chat.appendStream', { channel, ts, markdown_text: 'The release **went well**' });
      return {
        ts,
        append: async (text) => void (await call('chat.appendStream', { channel, ts, markdown_text: text })),
        stop: async () =>
          void (await call('chat.stopStream', {
            channel,
            ts,
            blocks: [
              {
                type: 'context_actions',
                elements: [
                  {
                    type: 'feedback_buttons',
                    action_id: 'feedback',
                    positive_button: { text: plain('Good'), value: 'good', accessibility_label: 'Good answer' },
                    negative_button: { text: plain('Bad'), value: 'bad', accessibility_label: 'Bad answer' },
                  },
                ],
              },
            ],
          })),
      };
    },

    /** A plan of steps under one title. */
    async plan(): Promise<string> {
      const ts = await stream({
        task_display_mode: 'plan',
        chunks: [
          { type: 'plan_update', title: 'Release 42' },
          task('a', 'Build the image', 'complete'),
          task('b', 'Replace three machines', 'in_progress', { details: '1 of 3' }),
          task('c', 'Watch for five minutes', 'pending'),
        ],
      });
      return ts;
    },

    session: (status: string) =>
      call('agents.sessions.setStatus', { channel_id: channel, thread_ts: thread, status, title: 'The release' }),

    prompts: () =>
      call('assistant.threads.setSuggestedPrompts', {
        channel_id: slack.workspace.people.find(({ id }) => id === person)?.im ?? '',
        title: 'What shall I look at?',
        prompts: [
          { title: 'What waits to be merged?', message: 'What is waiting to be merged in acme/web?' },
          { title: 'How is production?', message: 'How is acme-web doing?' },
        ],
      }),

    async file(name: string, content: string, comment: string): Promise<void> {
      const { upload_url, file_id } = await call('files.getUploadURLExternal', {
        filename: name,
        length: Buffer.byteLength(content),
      });
      await fetch(String(upload_url), { method: 'POST', body: content });
      await call('files.completeUploadExternal', {
        files: [{ id: String(file_id), title: name }],
        channel_id: channel,
        thread_ts: thread,
        initial_comment: comment,
      });
    },

    whisper: () =>
      call('chat.postEphemeral', { channel, user: person, thread_ts: thread, text: 'Only you may read this.' }),

    home: () =>
      call('views.publish', {
        user_id: person,
        view: {
          type: 'home',
          blocks: [
            { type: 'header', text: plain('Waiting for you') },
            {
              type: 'section',
              text: { type: 'mrkdwn', text: '*Deploy web to production*\nasked by <@U0BOB>' },
              accessory: { type: 'button', text: plain('Open'), action_id: 'open', value: '1' },
            },
            { type: 'divider' },
            { type: 'context', elements: [{ type: 'mrkdwn', text: 'Sophia is a program and can be wrong.' }] },
          ],
        },
      }),

    /** One message with most kinds of blocks. */
    blocks: () =>
      call('chat.postMessage', {
        channel,
        thread_ts: thread,
        text: 'All kinds of blocks',
        blocks: [
          { type: 'header', text: plain('Numbers of the week') },
          { type: 'section', text: { type: 'mrkdwn', text: 'Merged by <@U0BOB> in <#C0ENG>, see `main`' } },
          {
            type: 'table',
            rows: [
              [
                { type: 'raw_text', text: 'Service' },
                { type: 'raw_text', text: 'Deploys' },
              ],
              [words('web'), { type: 'raw_text', text: '12' }],
              [words('api'), { type: 'raw_text', text: '7' }],
            ],
          },
          {
            type: 'data_visualization',
            title: 'Deploys a day',
            chart: {
              type: 'bar',
              series: ['web', 'api'].map((name, add) => ({
                name,
                data: ['Mon', 'Tue', 'Wed'].map((label, index) => ({ label, value: 3 + add * 2 - index })),
              })),
              axis_config: { categories: ['Mon', 'Tue', 'Wed'], x_label: 'Day' },
            },
          },
          {
            type: 'data_visualization',
            title: 'Shares',
            chart: {
              type: 'pie',
              segments: [
                { label: 'web', value: 12 },
                { label: 'api', value: 7 },
              ],
            },
          },
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_list',
                style: 'ordered',
                offset: 4,
                elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'the fifth point' }] }],
              },
            ],
          },
          { type: 'markdown', text: '## Next\n\n- one\n  - inner\n- two\n\n> quoted\n\n```\ncode\n```' },
          {
            type: 'actions',
            elements: [
              { type: 'button', text: plain('Go on'), action_id: 'go', value: '1', style: 'primary' },
              {
                type: 'static_select',
                action_id: 'pick',
                placeholder: plain('Pick one'),
                options: [{ text: plain('First'), value: '1' }],
              },
            ],
          },
        ],
      }),
  };
}
