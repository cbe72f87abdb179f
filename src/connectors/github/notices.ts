/** GitHub's webhooks: which requests are genuine, and what they say of a repository. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Notice, Notices } from '../../core/collections.ts';
import { collectionOf } from './source.ts';
import { comment, originOf, saidOf, type Topic, thingOf, topic } from './things.ts';

const about = z.object({ repository: z.object({ full_name: z.string(), default_branch: z.string().optional() }) });
const pushed = z.object({ ref: z.string() });
const acted = z.object({ action: z.string() });

export function noticesOf(secret: string): Notices {
  return {
    path: '/github/events',
    read(headers, body) {
      if (!isGenuine(secret, headers['x-hub-signature-256'], body)) return null;
      try {
        return { notice: noticeIn(headers['x-github-event'] ?? '', payloadOf(headers['content-type'], body)) };
      } catch {
        // Signed, and of a shape we do not know: nothing of ours.
        return { notice: null };
      }
    },
  };
}

function isGenuine(secret: string, signature: string | undefined, body: Buffer): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(signature ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Both content types that a webhook can be set to. */
function payloadOf(type: string | undefined, body: Buffer): unknown {
  const text = body.toString('utf8');
  return JSON.parse(
    type?.startsWith('application/x-www-form-urlencoded') ? String(new URLSearchParams(text).get('payload')) : text,
  );
}

function noticeIn(event: string, payload: unknown): Notice | null {
  const { repository } = about.parse(payload);
  const collection = collectionOf(repository.full_name);
  if (event === 'push') {
    const { ref } = pushed.parse(payload);
    return ref === `refs/heads/${repository.default_branch}` ? { collection, changed: true } : null;
  }
  const { action } = acted.parse(payload);
  if (event === 'repository') {
    if (action === 'deleted') return { collection, ended: true };
    // Another default branch, another name: its files are looked at anew.
    return { collection, changed: true };
  }
  if (event === 'pull_request')
    return onTopic(collection, z.object({ pull_request: topic }).parse(payload).pull_request, action, true);
  if (event === 'issues') return onTopic(collection, z.object({ issue: topic }).parse(payload).issue, action, false);
  if (event === 'issue_comment') {
    const { issue, comment: said } = z.object({ issue: topic, comment }).parse(payload);
    return onComment(collection, issue, said, action, 'comment');
  }
  if (event === 'pull_request_review_comment' || event === 'pull_request_review') {
    const shape = z.object({ pull_request: topic.partial().required({ number: true, title: true }) });
    const { pull_request: pull } = shape.parse(payload);
    const said = z.object({ comment: comment.optional(), review: comment.optional() }).parse(payload);
    const given = said.comment ?? said.review;
    return given ? onComment(collection, pull, given, action, said.comment ? 'remark' : 'review') : null;
  }
  return null;
}

function onTopic(collection: string, given: Topic, action: string, isPull: boolean): Notice {
  const gone = action === 'deleted' || action === 'transferred';
  return gone
    ? { collection, gone: [originOf(collection, given.number)] }
    : { collection, put: [thingOf(collection, given, isPull)] };
}

function onComment(
  collection: string,
  on: Pick<Topic, 'number' | 'title'>,
  given: z.infer<typeof comment>,
  action: string,
  kind: string,
): Notice {
  const thing = action === 'deleted' || action === 'dismissed' ? null : saidOf(collection, on, given, kind);
  return thing
    ? { collection, put: [thing] }
    : { collection, gone: [`${originOf(collection, on.number)}${kind}-${given.id}`] };
}
