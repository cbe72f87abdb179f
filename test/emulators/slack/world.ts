/** Starts the emulator with a real Bolt app in front of it, over HTTP or Socket Mode, and takes both down again. */
import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { onTestFinished } from 'vitest';
import {
  createSlackEmulator,
  type SlackEmulator,
  type SlackEmulatorOptions,
} from '../../../src/emulators/slack/index.ts';

export const secret = 'a-signing-secret-for-tests';
export const botToken = 'xoxb-emulated-sophia';
export const appToken = 'xapp-emulated-sophia';

export const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};
const clientOptions = (slack: SlackEmulator) => ({
  slackApiUrl: slack.apiUrl,
  retryConfig: { retries: 0 },
  timeout: 5000,
  rejectRateLimitedCalls: true,
  logger: silent,
});

export async function startSlack(options: Partial<SlackEmulatorOptions> = {}): Promise<SlackEmulator> {
  const slack = await createSlackEmulator({ signingSecret: secret, botToken, appToken, retryDelaysMs: [], ...options });
  onTestFinished(() => slack.close());
  return slack;
}

export function clientFor(slack: SlackEmulator, token = botToken): WebClient {
  return new WebClient(token, clientOptions(slack));
}

/** A Bolt app on a free port, with the emulator's request URL pointing at it. */
export async function startApp(slack: SlackEmulator, port = 0) {
  const receiver = new HTTPReceiver({ signingSecret: secret, logger: silent });
  const app = new App({
    token: botToken,
    receiver,
    convoStore: false,
    deferInitialization: true,
    clientOptions: clientOptions(slack),
    logger: silent,
  });
  await app.init();
  const server = await receiver.start(port);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}/slack/events`;
  slack.setRequestUrl(url);
  let running = true;
  const stop = async () => {
    if (running) await receiver.stop();
    running = false;
  };
  onTestFinished(stop);
  return { app, url, port: address.port, stop };
}

export async function startSocketApp(slack: SlackEmulator, prepare: (app: App) => void) {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: silent,
    clientPingTimeout: 50,
    installerOptions: { clientOptions: clientOptions(slack) },
  });
  const app = new App({
    token: botToken,
    receiver,
    convoStore: false,
    deferInitialization: true,
    clientOptions: clientOptions(slack),
    logger: silent,
  });
  await app.init();
  prepare(app);
  await receiver.start();
  onTestFinished(() => receiver.stop());
  await slack.waitFor(({ connection }) => connection.transport === 'socket');
  return { app, stop: () => receiver.stop() };
}

/** The error Slack answered with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { data } = error as { data?: { error?: string } };
    if (data?.error) return data.error;
    throw error;
  }
  throw new Error('it was not refused');
}

export const button = (actionId: string, value: string) => ({
  type: 'button' as const,
  action_id: actionId,
  value,
  text: { type: 'plain_text' as const, text: actionId },
});
export const buttons = (...elements: ReturnType<typeof button>[]) => [
  { type: 'actions' as const, block_id: 'choice', elements },
];
