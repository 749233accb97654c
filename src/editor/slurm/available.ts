import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether this machine can submit jobs to Slurm: `sbatch` lies on the path. */
export function hasSlurm(env: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform === 'win32') return false;
  return (env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, 'sbatch')));
}
