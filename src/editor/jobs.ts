import { EventEmitter, l10n } from 'vscode';
import type { Disposable, Event } from 'vscode';

/** A run of this window: waiting, under way, paused by the person, or failed and not yet looked at. */
export interface Job {
  readonly id: number;
  /** "Localizing in SmolLM2-135M". */
  readonly title: string;
  readonly analysis: string;
  readonly state: 'queued' | 'running' | 'paused' | 'failed';
  /** What it does now, or why it failed. */
  readonly message: string;
  /** Share that is done, where it is known. */
  readonly share?: number;
  /** A cancelled run goes on where it stopped. */
  readonly resumes: boolean;
}

/** What a run tells of itself. */
export interface JobReport {
  /** It is no longer waiting. */
  running(message: string, share?: number): void;
  /** It is over: nothing is left to show, but for what failed, or what was paused and can go on. */
  end(outcome: { readonly kind: 'done' | 'cancelled' } | { readonly kind: 'failed'; readonly message: string }): void;
}

/** What begins a job. */
export interface JobStart {
  readonly title: string;
  readonly analysis: string;
  readonly resumes: boolean;
  cancel(): void;
  /** Runs the same again, from its checkpoint where it left one. */
  again(): void;
}

interface Entry extends JobStart {
  job: Job;
  pausing: boolean;
}

/** Knows what this window runs, in the order of its beginning. */
export class Jobs implements Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;
  private readonly entries = new Map<number, Entry>();
  private nextId = 1;

  list(): readonly Job[] {
    return [...this.entries.values()].map(({ job }) => job);
  }

  begin(start: JobStart): JobReport {
    const id = this.nextId++;
    const { title, analysis, resumes } = start;
    const job: Job = { id, title, analysis, resumes, state: 'queued', message: l10n.t('waits for its turn') };
    const entry: Entry = { ...start, job, pausing: false };
    this.entries.set(id, entry);
    this.changed.fire();
    const become = (next: Partial<Job>): void => {
      entry.job = { ...job, ...next };
      this.changed.fire();
    };
    return {
      running: (message, share) => become({ state: 'running', message, ...(share !== undefined && { share }) }),
      end: (outcome) => {
        if (outcome.kind === 'failed') become({ state: 'failed', message: outcome.message });
        else if (outcome.kind === 'cancelled' && entry.pausing) become({ state: 'paused', message: l10n.t('paused') });
        else this.forget(id);
      },
    };
  }

  cancel(id: number): void {
    this.entries.get(id)?.cancel();
  }

  /** Cancels a run that leaves a checkpoint, and keeps it in the list to be resumed. */
  pause(id: number): void {
    const entry = this.entries.get(id);
    if (entry?.resumes !== true || entry.job.state !== 'running') return;
    entry.pausing = true;
    entry.cancel();
  }

  /** Runs a paused or failed job again. */
  resume(id: number): void {
    const entry = this.entries.get(id);
    if (entry === undefined || (entry.job.state !== 'paused' && entry.job.state !== 'failed')) return;
    this.forget(id);
    entry.again();
  }

  /** Takes a failed or paused job off the list. */
  forget(id: number): void {
    if (this.entries.delete(id)) this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
