/** The name of a delivery: the same for every retry of it. */
import { createHash } from 'node:crypto';
import type { Data } from './web.ts';

export function deliveryId(body: Data): string {
  if (typeof body.event_id === 'string' && body.event_id !== '') return body.event_id;
  if (typeof body.trigger_id === 'string' && body.trigger_id !== '') return body.trigger_id;
  return `hash:${createHash('sha256')
    .update(JSON.stringify(withoutToken(body)))
    .digest('hex')}`;
}

/** The old verification token is a secret nobody needs: it is not written down. */
export function withoutToken(body: Data): Data {
  const { token: _, ...rest } = body;
  return rest;
}
