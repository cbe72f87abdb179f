/** The only file that knows Bolt: an App behind a receiver that keeps the inbox, over HTTP or Socket Mode. */

import type { RequestListener } from 'node:http';
import { App, HTTPReceiver, type Receiver, type ReceiverEvent, SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../../core/connector.ts';
import type { Inbox } from '../../core/inbox.ts';
import { createIntake, type Delivery, InboxUnavailable, type Intake } from './intake.ts';
import { slackLogger } from './logger.ts';
import { requestPath } from './server.ts';

export type { App };

export type BoltOptions = {
  botToken: string;
  botId: string;
  botUserId: string;
  signingSecret?: string | undefined;
  appToken?: string | undefined;
  apiUrl?: string | undefined;
  inbox: Inbox;
  log: Log;
  now: () => Date;
};

export type Bolt = {
  app: App;
  intake: Intake;
  /** Null in Socket Mode. */
  requestListener: RequestListener | null;
  /** Opens the socket; nothing to do over HTTP, where the server hands requests over. */
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  connected(): boolean;
};

export function createBolt(options: BoltOptions): Bolt {
  const { botToken, botId, botUserId, appToken, apiUrl, inbox, log, now } = options;
  const logger = slackLogger(log);
  let app: App;
  const intake = createIntake({
    botId,
    inbox,
    log,
    now,
    process: async (delivery) => app.processEvent(delivery as ReceiverEvent),
  });
  const transport = appToken
    ? overSocket(appToken, apiUrl, logger)
    : overHttp(options.signingSecret ?? '', log, logger);
  const receiver: Receiver = {
    // The transport is shown an app whose every event goes through the inbox first.
    init(real) {
      app = real;
      transport.receiver.init(
        Object.create(real, { processEvent: { value: (event: Delivery) => intake.take(event) } }) as App,
      );
    },
    start: () => transport.connect(),
    stop: () => transport.disconnect(),
  };
  app = new App({
    token: botToken,
    botId,
    botUserId,
    receiver,
    logger,
    // Otherwise an in-process store of conversations, and a second auth.test.
    convoStore: false,
    tokenVerificationEnabled: false,
    clientOptions: {
      ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
      retryConfig: { retries: 0 },
      timeout: 10_000,
      rejectRateLimitedCalls: true,
    },
  });
  // The intake logs failures and keeps their rows open.
  app.error(async (error) => {
    throw error;
  });
  return {
    app,
    intake,
    requestListener: transport.requestListener,
    connect: transport.connect,
    disconnect: transport.disconnect,
    connected: transport.connected,
  };
}

type Transport = Omit<Bolt, 'app' | 'intake'> & { receiver: Receiver };
type Logger = ReturnType<typeof slackLogger>;

function overHttp(signingSecret: string, log: Log, logger: Logger): Transport {
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: requestPath,
    logger,
    async processEventErrorHandler({ error, response }) {
      if (response.headersSent) return false;
      log.error({ error: error.message }, 'A Slack request was not taken; Slack will send it again.');
      response.writeHead(error instanceof InboxUnavailable ? 503 : 500);
      response.end();
      return true;
    },
  });
  return {
    receiver,
    requestListener: receiver.requestListener,
    connect: async () => undefined,
    disconnect: async () => undefined,
    connected: () => true,
  };
}

/** Two connections: Slack closes each now and then, and while one comes back the other is there. */
const connections = 2;

function overSocket(appToken: string, apiUrl: string | undefined, logger: Logger): Transport {
  const up = new Set<SocketModeReceiver>();
  const receivers = Array.from({ length: connections }, () => {
    const receiver = new SocketModeReceiver({
      appToken,
      logger,
      installerOptions: { clientOptions: apiUrl ? { slackApiUrl: apiUrl } : {} },
      // Not acknowledged: Slack delivers again.
      processEventErrorHandler: async () => false,
    });
    receiver.client.on('connected', () => up.add(receiver));
    for (const gone of ['reconnecting', 'disconnecting', 'disconnected'])
      receiver.client.on(gone, () => up.delete(receiver));
    return receiver;
  });
  const all = (deed: (receiver: SocketModeReceiver) => Promise<unknown>) =>
    Promise.all(receivers.map(deed)).then(() => undefined);
  return {
    receiver: {
      init(app) {
        for (const receiver of receivers) receiver.init(app);
      },
      start: () => all((receiver) => receiver.client.start()),
      stop: () => all((receiver) => receiver.client.disconnect()),
    },
    requestListener: null,
    connect: () => all((receiver) => receiver.client.start()),
    disconnect: () => all((receiver) => receiver.client.disconnect()),
    connected: () => up.size > 0,
  };
}
