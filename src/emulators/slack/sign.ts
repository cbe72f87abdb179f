/** Slack's request signature, version 0. */
import { createHmac } from 'node:crypto';

export function sign(secret: string, body: string, timestamp: number) {
  const stamp = String(Math.floor(timestamp));
  const digest = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${digest}` };
}
