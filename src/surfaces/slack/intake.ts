/** Writes every delivery into the inbox before it is acknowledged, lets each be handled once, and tries again what failed. */
import type { Log } from '../../core/connector.ts';
import type { Inbox, InboxItem } from '../../core/inbox.ts';
import { deliveryId, withoutToken } from './delivery.ts';
import type { Data } from './web.ts';

export type Ack = (response?: unknown) => Promise<void>;
export type Delivery = { body: Data; ack: Ack; retryNum?: number | undefined; retryReason?: string | undefined };
/** Bolt's own processing; resolves when every listener is through. */
export type Process = (delivery: Delivery & { customProperties: { attempt: number } }) => Promise<void>;

/** Thrown before the acknowledgement: Slack gets a 503 (or no answer on a socket) and delivers again. */
export class InboxUnavailable extends Error {}

export type Intake = {
  take(delivery: Delivery): Promise<void>;
  replay(): Promise<void>;
  /** Starts no further retries and waits for what is under way, within reason. */
  stop(): Promise<void>;
};

const retryPausesMs = [1000, 4000, 16_000, 60_000, 300_000];
const longestStopMs = 5000;
const noAck: Ack = async () => undefined;

export function createIntake(options: {
  botId: string;
  inbox: Inbox;
  log: Log;
  now: () => Date;
  process: Process;
}): Intake {
  const { botId, inbox, log, now, process } = options;
  const underWay = new Map<string, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  function later(item: InboxItem, attempt: number): void {
    const wait = retryPausesMs[attempt];
    if (stopped || wait === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void again(item, attempt + 1);
    }, wait);
    timer.unref();
    timers.add(timer);
  }

  async function again(item: InboxItem, attempt: number): Promise<void> {
    if (stopped || underWay.has(item.id)) return;
    await handle(item, { body: JSON.parse(item.body) as Data, ack: noAck }, attempt);
  }

  /** Never throws: what fails stays open, is tried again here, and once more after the next start. */
  function handle(item: InboxItem, delivery: Delivery, attempt: number): Promise<void> {
    const turn = work(item, delivery, attempt).finally(() => underWay.delete(item.id));
    underWay.set(item.id, turn);
    return turn;
  }

  async function work(item: InboxItem, delivery: Delivery, attempt: number): Promise<void> {
    let acknowledged = false;
    // The row is written: a connection lost just now must not keep the listeners from running.
    const ack: Ack = async (response) => {
      acknowledged = true;
      await delivery
        .ack(response)
        .catch((error: unknown) =>
          log.warn({ id: item.id, error: said(error) }, 'Slack did not take the acknowledgement.'),
        );
    };
    try {
      await process({ ...delivery, ack, customProperties: { attempt } });
      await inbox.done(item.id);
    } catch (error) {
      log.error(
        { id: item.id, attempt, error: said(error) },
        'A Slack delivery could not be handled; it stays in the inbox.',
      );
      later(item, attempt);
    }
    if (!acknowledged) await ack();
  }

  return {
    async take(delivery) {
      // Her own words come back as events; nothing is to be done about them.
      if (ofBot(delivery.body) === botId) return delivery.ack();
      const body = withoutToken(delivery.body);
      const id = deliveryId(body);
      const item = { id, surface: 'slack', body: JSON.stringify(body), receivedAt: now().toISOString() };
      let fresh: boolean;
      try {
        fresh = await inbox.put(item);
        // A retry of something whose handling failed is a chance to do it now.
        if (!fresh && !underWay.has(id)) fresh = (await inbox.open('slack')).some((open) => open.id === id);
      } catch (error) {
        throw new InboxUnavailable('The inbox cannot be written.', { cause: error });
      }
      if (!fresh || underWay.has(id)) {
        log.debug({ id, retry: delivery.retryNum }, 'A delivery came again; it is handled already.');
        await delivery.ack();
        return;
      }
      await handle(item, { ...delivery, body }, 0);
    },

    async replay() {
      const open = await inbox.open('slack');
      if (open.length > 0) log.info({ count: open.length }, 'Handling what was open when Sophia last stopped.');
      for (const item of open) if (!stopped && !underWay.has(item.id)) await again(item, 1);
    },

    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      let limit: NodeJS.Timeout | undefined;
      const patience = new Promise((resolve) => {
        limit = setTimeout(resolve, longestStopMs);
      });
      await Promise.race([Promise.all(underWay.values()), patience]);
      clearTimeout(limit);
    },
  };
}

/** The bot whose message an event is about, if it is about one. */
function ofBot(body: Data): unknown {
  const event = body.event as { type?: unknown; bot_id?: unknown; message?: Data; previous_message?: Data } | undefined;
  if (event?.type !== 'message') return undefined;
  return event.bot_id ?? event.message?.bot_id ?? event.previous_message?.bot_id;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
