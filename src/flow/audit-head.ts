/** Posts the signed head of the audit chain once a day, where the database's owner cannot take it back. */
import type { Services } from '../core/job.ts';
import type { Reply } from '../core/reply.ts';
import type { AuditKey } from '../core/signed-head.ts';

type Parts = Pick<Services, 'audit' | 'policy' | 'surface' | 'log' | 'now'>;

/** Called from time to time; the whole chain is walked before it is signed, and once that is done the day is over. */
export function dailyHead(parts: Parts, key: AuditKey, channel: string): () => Promise<void> {
  let posted = '';
  let warned = '';
  return async () => {
    const at = parts.now().toISOString();
    const day = at.slice(0, 10);
    if (posted === day) return;
    const verdict = await parts.audit.verify();
    if (verdict.state === 'broken') {
      if (warned !== day) parts.log.error({ ...verdict }, 'the audit trail is broken: its head is not signed');
      warned = day;
      // Looked at again at the next call: it may have been put right by then.
      return sayBroken(parts, channel, `A${verdict.sequence}: ${verdict.reason}`, day);
    }
    if (verdict.rows === 0) return;
    // What was walked is what is signed, not what has been appended since.
    const line = key.sign({ sequence: verdict.rows, hash: verdict.head }, at);
    const markdown = `Head of the audit trail, ${verdict.rows} rows, all of them looked at. Keep this message: \`audit verify --head\` checks the trail against it.\n\`\`\`\n${line}\n\`\`\``;
    // Once a day, whichever replica comes first.
    await surfaceOf(parts, channel).announce(channel, { kind: 'words', markdown }, `audit-head/${day}`);
    posted = day;
    parts.log.info({ head: line }, 'the audit trail is whole, and today has its signed head');
  };
}

/** To the admins, and where the head would have stood: whoever keeps the heads must not take silence for a quiet day. */
async function sayBroken(parts: Parts, channel: string, where: string, day: string): Promise<void> {
  const reply: Reply = {
    kind: 'words',
    tone: 'error',
    markdown: `**The audit trail is broken at ${where}.** Today's head is not signed. Somebody changed the database past me, or a backup was put back in part. Look before anything else: \`npm run sophia -- audit verify\` on the server, held to the last head that was posted; docs/operations.md, “A broken trail”.`,
  };
  const tries = [
    () => surfaceOf(parts, channel).announce(channel, reply, `audit-broken/${day}`),
    ...parts.policy
      .admins()
      .map((admin) => () => surfaceOf(parts, admin).tell(admin, reply, `audit-broken/${day}/${admin}`)),
  ];
  for (const one of tries)
    await one().catch((error) =>
      parts.log.warn({ day, error: String(error) }, 'that the audit trail is broken could not be told'),
    );
}

function surfaceOf({ surface }: Parts, place: string) {
  return surface(place.split(':')[0] ?? '');
}
