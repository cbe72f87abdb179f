/** Sizes of Fly machines by name, `shared-cpu-2x`, and the memory each may have. */

const cpuCounts = { shared: [1, 2, 4, 8], performance: [1, 2, 4, 8, 16] } as const;
/** Megabytes for each CPU. */
const memoryOf = { shared: { least: 256, most: 2_048 }, performance: { least: 2_048, most: 8_192 } } as const;

export type MachineSize = { cpu_kind: 'shared' | 'performance'; cpus: number };

/** Null when Fly has no such size. */
export function parseSize(size: string): MachineSize | null {
  const [, kind, count] = /^(shared-cpu|performance)-(\d{1,2})x$/.exec(size) ?? [];
  if (!kind) return null;
  const cpu_kind = kind === 'performance' ? 'performance' : 'shared';
  const cpus = Number(count);
  return (cpuCounts[cpu_kind] as readonly number[]).includes(cpus) ? { cpu_kind, cpus } : null;
}

export const sizeRule = 'must be shared-cpu-1x, -2x, -4x or -8x, or performance-1x to -16x';

/** Why a size cannot have this much memory; null when it can. */
export function wrongMemory(size: string, memory: number): string | null {
  const guest = parseSize(size);
  if (!guest) return `Fly has no size ${size}.`;
  const [least, most] = [memoryOf[guest.cpu_kind].least * guest.cpus, memoryOf[guest.cpu_kind].most * guest.cpus];
  return memory < least || memory > most ? `${size} takes ${least} to ${most} MB of memory, not ${memory}.` : null;
}

/** What the memory becomes when only the size is named: as it is, within what the size takes. */
export function memoryFor(size: string, now: number): number {
  const guest = parseSize(size);
  if (!guest) return now;
  const { least, most } = memoryOf[guest.cpu_kind];
  return Math.min(Math.max(now, least * guest.cpus), most * guest.cpus);
}

export const shownSize = ({ size, memory_mb }: { size: string; memory_mb: number }) => `${size} with ${memory_mb} MB`;
