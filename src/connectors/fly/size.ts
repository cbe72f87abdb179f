/** Sizes of machines as they are asked for, and as a configuration has them. */
import { z } from 'zod';
import { parseSize, sizeRule } from '../../kit/machine-size.ts';
import type { MachineConfig } from './client.ts';

export const sizeName = z
  .string()
  .refine((size) => parseSize(size) !== null, sizeRule)
  .describe('Size by its name, e.g. shared-cpu-2x or performance-1x');
export const memoryMb = z.int().min(256).max(131_072).multipleOf(256).describe('Memory in MB, a multiple of 256');

/** The size a configuration names; null for kinds that have no such name. */
export function sizeOf(config: MachineConfig | undefined): { size: string; memory_mb: number } | null {
  const { cpus, cpu_kind: kind, memory_mb = 256 } = config?.guest ?? {};
  if (config?.guest?.gpu_kind || config?.guest?.gpus) return null;
  if (!cpus || (kind !== 'shared' && kind !== 'performance')) return null;
  return { size: `${kind === 'shared' ? 'shared-cpu' : 'performance'}-${cpus}x`, memory_mb };
}
