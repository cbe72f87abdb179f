/** Rows of public channels are told only while their channel is public: one that was closed unnoticed is found here. */
import type { Services } from '../core/job.ts';
import type { MemoryRow } from '../core/memory.ts';
import type { Surface } from '../core/surface.ts';

export async function stillOpen<Row extends MemoryRow>(
  { memory, log }: Pick<Services, 'memory' | 'log'>,
  surface: Surface,
  rows: Row[],
): Promise<Row[]> {
  const open = rows.filter((row) => row.acl.endsWith(':public') && row.channel?.startsWith(`${surface.name}:`));
  const channels = [...new Set(open.map((row) => row.channel ?? ''))];
  const now = new Map(
    await Promise.all(
      channels.map(async (channel) => {
        const audience = await surface.audience(channel).catch((error: unknown) => {
          log.info(
            { channel, error: String(error) },
            'what is remembered of a channel is not told: it cannot be looked up',
          );
          return null;
        });
        return [channel, audience] as const;
      }),
    ),
  );
  for (const row of open) {
    const audience = now.get(row.channel ?? '');
    // Its event was missed: its rows get the token they should have.
    if (audience && audience !== row.acl) await memory.move(row.channel ?? '', audience);
  }
  return rows.filter((row) => !open.includes(row) || now.get(row.channel ?? '') === row.acl);
}
