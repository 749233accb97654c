import type { JobRequest } from '../shared/protocol';
import type { StudyRecord } from '../shared/result';
import type { Turn } from './next';

/** What the jobs of a study share. */
export type SharedSettings = Omit<JobRequest, 'analysis' | 'spec' | 'out' | 'force' | 'study' | 'warnings'>;

/**
 * The job of one run.
 * @param study what its inputs are right before it
 */
export function jobOf({ run, input, leftOut }: Turn, shared: SharedSettings, study: StudyRecord): JobRequest {
  const missing = `Left out of this study, for runs of their models failed: ${leftOut.join(', ')}.`;
  return {
    ...shared,
    analysis: run.spec.id,
    spec: { ...input },
    out: run.out,
    // What lies there was looked at: it is of this study, or to be replaced.
    force: true,
    study,
    ...(leftOut.length > 0 && { warnings: [missing] }),
  };
}
