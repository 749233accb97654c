import { describeProgress, PaceMeter } from '../shared/progress';
import type { Progress } from '../shared/progress';

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
const LINE_MS = 3000;

/** The parts of a terminal stream that progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows the progress of one run: a bar on a terminal, elsewhere a line every few seconds. */
export class ProgressDisplay {
  private readonly pace = new PaceMeter();
  private shownAt: number;
  private drawn = false;

  /** @param now a steady clock in milliseconds */
  constructor(
    private readonly stream: ProgressStream,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.shownAt = now();
  }

  show(progress: Progress): void {
    const now = this.now();
    const pace = this.pace.measure(progress, now);
    const tty = this.stream.isTTY === true;
    if (now - this.shownAt < (tty ? REDRAW_MS : LINE_MS)) return;
    this.shownAt = now;
    const text = describeProgress(progress, pace);
    if (tty) this.draw(progress, text);
    else this.stream.write(`${text}\n`);
  }

  /** Takes the bar off the terminal, so that what follows starts on a clean line. */
  clear(): void {
    if (this.drawn) this.stream.write('\r\u001b[K');
    this.drawn = false;
  }

  private draw({ done, total }: Progress, text: string): void {
    const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
    const full = Math.round(share * BAR_WIDTH);
    const line = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${text}`;
    this.stream.write(`\r${line.slice(0, (this.stream.columns ?? 80) - 1)}\u001b[K`);
    this.drawn = true;
  }
}
