/** The least a bot can be: a bare Bolt app that answers a mention in its thread. What Sophia's times are compared with. */
import bolt from '@slack/bolt';

const receiver = new bolt.HTTPReceiver({
  signingSecret: process.env.SLACK_SIGNING_SECRET ?? '',
  endpoints: ['/slack/events'],
});
const app = new bolt.App({
  token: process.env.SLACK_BOT_TOKEN ?? '',
  receiver,
  convoStore: false,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL ?? '' },
});
app.event('app_mention', async ({ event, say }) => {
  await say({ text: 'Here I am.', thread_ts: event.ts });
});
await receiver.start(Number(process.env.PORT));
process.stdout.write('ready\n');
