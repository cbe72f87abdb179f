/** Sizes of machines as Fly names them, `shared-cpu-2x`, and the memory each may have. */
import { z } from 'zod';
import type { MachineConfig } from './client.ts';

const cpuCounts = { shared: [1, 2, 4, 8], performance: [1, 2, 4, 8, 16] } as const;
/** Megabytes for each CPU. */
const memoryOf = { shared: { least: 256, most: 2_048 }, performance: { least: 2_048, most: 8_192 } } as const;
const memoryStep = 256;

export type Guest = { cpu_kind: 'shared' | 'performance'; cpus: number };

/** Null when Fly has no such size. */
export function parseSize(size: string): Guest | null {
  const [, kind, count] = /^(shared-cpu|performance)-(\d{1,2})x$/.exec(size) ?? [];
  if (!kind) return null;
  const cpu_kind = kind === 'performance' ? 'performance' : 'shared';
  const cpus = Number(count);
  return (cpuCounts[cpu_kind] as readonly number[]).includes(cpus) ? { cpu_kind, cpus } : null;
}

export const sizeName = z
  .string()
  .refine((size) => parseSize(size) !== null, 'must be shared-cpu-1x, -2x, -4x or -8x, or performance-1x to -16x')
  .describe('Size by its name, e.g. shared-cpu-2x or performance-1x');
export const memoryMb = z
  .int()
  .min(256)
  .max(131_072)
  .multipleOf(memoryStep)
  .describe('Memory in MB, a multiple of 256');

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

/** The size a configuration names; null for kinds that have no such name. */
export function sizeOf(config: MachineConfig | undefined): { size: string; memory_mb: number } | null {
  const { cpus, cpu_kind: kind, memory_mb = 256 } = config?.guest ?? {};
  if (config?.guest?.gpu_kind || config?.guest?.gpus) return null;
  if (!cpus || (kind !== 'shared' && kind !== 'performance')) return null;
  return { size: `${kind === 'shared' ? 'shared-cpu' : 'performance'}-${cpus}x`, memory_mb };
}

export const shownSize = ({ size, memory_mb }: { size: string; memory_mb: number }) => `${size} with ${memory_mb} MB`;
