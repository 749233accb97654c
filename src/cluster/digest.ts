import { createHash } from 'node:crypto';
import { UserError } from '../shared/errors';

/** What tells scripts that were shown from others. @param shown as `run --engine slurm --dry-run` prints it */
export function digestOf(shown: string): string {
  return createHash('sha256').update(shown).digest('hex');
}

/** @throws UserError where the scripts are not those of the digest */
export function holdAgainst(expected: string | undefined, text: string): void {
  if (expected === undefined || expected === digestOf(text)) return;
  throw new UserError('The study changed since the scripts were shown; nothing was submitted', 'Look at them again.');
}
