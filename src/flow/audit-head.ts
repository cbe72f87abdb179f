/** Posts the signed head of the audit chain once a day, where the database's owner cannot take it back. */
import type { Services } from '../core/job.ts';
import type { AuditKey } from '../core/signed-head.ts';

export async function postHead(services: Services, key: AuditKey, channel: string): Promise<void> {
  const head = await services.audit.head();
  if (!head) return;
  const at = services.now().toISOString();
  const line = key.sign(head, at);
  const [surface = ''] = channel.split(':');
  const markdown = `Head of the audit trail, ${head.sequence} rows. Keep this message: \`audit verify --head\` checks the trail against it.\n\`\`\`\n${line}\n\`\`\``;
  // Once a day, whichever replica comes first.
  const reply = { kind: 'words', markdown } as const;
  await services.surface(surface).announce(channel, reply, `audit-head/${at.slice(0, 10)}`);
  services.log.info({ head: line }, 'the head of the audit trail was posted');
}
