import { l10n } from 'vscode';
import type { Disposable } from 'vscode';
import type { StudyStatus } from '../../cluster/gather';
import type { RunStatus } from '../../cluster/status';
import { messageOf } from '../../shared/errors';
import type { JobReport, Jobs } from '../jobs';
import { failureInWords, runInWords } from './words';

/** Between two looks at a study; Slurm itself is asked at most every ten seconds, whoever looks. */
const LOOK_MS = 10_000;

/** What following a study on the cluster needs of its surroundings. */
export interface FollowParts {
  readonly jobs: Pick<Jobs, 'begin'>;
  /** How a study stands, by the folder of its scripts; `undefined` where nothing of it was submitted. */
  read(folder: string): Promise<StudyStatus | undefined>;
  /** Cancels what waits or runs of a run. */
  cancel(folder: string, run: string): Promise<void>;
  /** Submits a study again. @param file the study file */
  again(file: string): void;
  warn(message: string): void;
}

/** Shows runs on the cluster among those of this window, each from when it is first seen waiting or running to its end. */
export class ClusterRuns implements Disposable {
  /** By folder: what is shown of it, by run. */
  private readonly followed = new Map<string, Map<string, JobReport>>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private disposed = false;

  constructor(private readonly parts: FollowParts) {}

  /** Looks at a study now, and again until nothing of it waits or runs. @param folder of its scripts */
  async follow(folder: string): Promise<void> {
    clearTimeout(this.timers.get(folder));
    let open = true;
    try {
      const study = await this.parts.read(folder);
      if (this.disposed) return;
      open = study !== undefined && this.show(folder, study);
    } catch (error) {
      this.parts.warn(messageOf(error));
      if (this.disposed) return;
    }
    if (open)
      this.timers.set(
        folder,
        setTimeout(() => void this.follow(folder), LOOK_MS),
      );
    else this.timers.delete(folder);
  }

  dispose(): void {
    this.disposed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  /** @returns whether something waits or runs */
  private show(folder: string, { file, runs, problem }: StudyStatus): boolean {
    if (problem !== undefined) this.parts.warn(problem);
    const shown = this.followed.get(folder) ?? new Map<string, JobReport>();
    this.followed.set(folder, shown);
    for (const run of runs) this.showRun(folder, file, run, shown);
    return runs.some(isOpen);
  }

  private showRun(folder: string, file: string, run: RunStatus, shown: Map<string, JobReport>): void {
    const known = shown.get(run.id);
    if (isOpen(run)) {
      const report = known ?? this.begin(folder, file, run);
      shown.set(run.id, report);
      if (run.standing !== 'pending' || run.share > 0) report.running(runInWords(run), run.share);
      return;
    }
    shown.delete(run.id);
    if (known === undefined) return;
    if (run.standing === 'failed') known.end({ kind: 'failed', message: failureInWords(run) });
    else known.end({ kind: run.standing === 'done' ? 'done' : 'cancelled' });
  }

  private begin(folder: string, file: string, { id, label, verb }: RunStatus): JobReport {
    const { jobs, cancel, again, warn } = this.parts;
    return jobs.begin({
      title: l10n.t('{0} on Slurm', label),
      analysis: verb,
      resumes: false,
      cancel: () =>
        void cancel(folder, id).then(
          () => this.follow(folder),
          (error: unknown) => warn(messageOf(error)),
        ),
      again: () => again(file),
    });
  }
}

function isOpen({ stages }: RunStatus): boolean {
  return stages.some(({ shards }) => shards.some(({ standing }) => standing === 'pending' || standing === 'running'));
}
