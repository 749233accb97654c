import { l10n, workspace } from 'vscode';
import { UserError } from '../../shared/errors';
import { slurmMistakes, slurmSettingsOf } from '../../study/slurm';
import type { SlurmSettings } from '../../study/slurm';

const KEYS = ['partition', 'account', 'time', 'arrayLimit', 'shards', 'environment'] as const;

/**
 * The settings `brainlens.slurm.*`; those that are empty or 0 are not set. @throws UserError for the first that Slurm could
 * not read
 */
export function readSlurmSettings(): SlurmSettings {
  const settings = workspace.getConfiguration('brainlens.slurm');
  const map: Record<string, unknown> = {};
  for (const key of KEYS) {
    const value = settings.get<unknown>(key, undefined);
    if (value !== undefined && value !== '' && value !== 0) map[key] = value;
  }
  const [mistake] = slurmMistakes(map);
  if (mistake !== undefined)
    throw new UserError(l10n.t('The settings brainlens.slurm: {0}', mistake), l10n.t('Change them in the settings.'));
  return slurmSettingsOf(map);
}
