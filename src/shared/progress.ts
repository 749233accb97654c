/** One step of a running analysis: `done` of `total` `unit`s of `phase` (for example 64 of 480 stimuli of "Activations"). */
export interface Progress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Measures at this step, for live curves: "loss" → 0.31. */
  readonly values?: Readonly<Record<string, number>> | undefined;
  /** Once, where a run has measured it: seconds that it will take in all. */
  readonly estimate?: number;
}

/** Measured pace of a phase: units per second and seconds left, both `undefined` until they can be known. */
export interface Pace {
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Turns the progress of one run into a pace; a new phase starts a new measurement. */
export class PaceMeter {
  private phase = '';
  private startedAt = 0;
  private startedDone = 0;

  /** @param now milliseconds on any steady clock */
  measure(progress: Progress, now: number): Pace {
    if (progress.phase !== this.phase) {
      this.phase = progress.phase;
      this.startedAt = now;
      this.startedDone = progress.done;
      return { rate: undefined, secondsLeft: undefined };
    }
    const seconds = (now - this.startedAt) / 1000;
    const done = progress.done - this.startedDone;
    if (seconds <= 0 || done <= 0) return { rate: undefined, secondsLeft: undefined };
    const rate = done / seconds;
    return { rate, secondsLeft: Math.max(0, progress.total - progress.done) / rate };
  }
}

/** "Activations: 64 of 480 stimuli · 71/s · 6 s left"; measures follow the count: "loss 0.31" */
export function describeProgress(progress: Progress, pace: Pace): string {
  const parts = [`${progress.phase}: ${progress.done} of ${progress.total} ${progress.unit}`];
  for (const [name, value] of Object.entries(progress.values ?? {}))
    parts.push(`${inWords(name)} ${formatMeasure(value)}`);
  if (pace.rate !== undefined) parts.push(`${formatRate(pace.rate)}/s`);
  if (pace.secondsLeft !== undefined) parts.push(`${formatDuration(pace.secondsLeft)} left`);
  return parts.join(' · ');
}

/** "0.4 s", "12 s", "3 min 20 s", "2 h 5 min" */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** "98.4 MB", "1.5 GB" (decimal units). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** "varianceExplained" → "variance explained" */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function formatMeasure(value: number): string {
  return value === 0 || Math.abs(value) >= 1e-3 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

function formatRate(rate: number): string {
  return rate >= 10 ? rate.toFixed(0) : rate.toPrecision(2);
}
