import type { ChartFigure, Series } from './figure';
import type { Progress } from './progress';
import { capitalised, count, number } from './words';
import { CONDITION_ROLES } from './figure-parts';

/** Points of a curve before every second one is dropped. */
const MOST = 600;
/** What a measure is called in a figure, where its own name would not do. */
const TITLES: Readonly<Record<string, string>> = { l0: 'L0 (features per token)', dead: 'Dead features (share)' };

interface Curve {
  readonly x: number[];
  readonly y: (number | null)[];
}

/** The measures of a running analysis as curves: a figure per measure, a line per phase of the run. */
export class RunCurves {
  private readonly measures = new Map<string, Map<string, Curve>>();
  private last: Progress | undefined;
  private total = 0;

  /** Takes up a step; a repeated `done` of a phase replaces the point before. */
  add(progress: Progress): void {
    if (progress.values === undefined) return;
    this.last = progress;
    this.total = Math.max(this.total, progress.total);
    for (const [name, value] of Object.entries(progress.values)) {
      const phases = this.measures.get(name) ?? new Map<string, Curve>();
      this.measures.set(name, phases);
      const curve = phases.get(progress.phase) ?? { x: [], y: [] };
      phases.set(progress.phase, curve);
      if (curve.x.at(-1) === progress.done) {
        curve.x.pop();
        curve.y.pop();
      }
      curve.x.push(progress.done);
      curve.y.push(Number.isFinite(value) ? value : null);
      if (curve.x.length > MOST) halve(curve);
    }
  }

  /** The curves so far, in the order in which their measures first came; none before the first. */
  figures(): ChartFigure[] {
    const { last, total } = this;
    if (last === undefined) return [];
    return [...this.measures].map(([name, phases]): ChartFigure => {
      const title = titleOf(name);
      const latest = last.values?.[name];
      const now = latest === undefined ? '' : `${number(latest)} after `;
      return {
        kind: 'chart',
        id: `run-${name}`,
        title,
        summary: `${now}${count(last.done)} of ${count(last.total)} ${last.unit}.`,
        x: { label: titleOf(last.unit), type: 'linear', range: [0, total] },
        y: { label: title, type: 'linear' },
        series: [...phases].map(([phase, { x, y }], i): Series => ({
          name: phase,
          mark: 'line',
          role: CONDITION_ROLES[i % CONDITION_ROLES.length]!,
          x: [...x],
          y: [...y],
        })),
      };
    });
  }
}

/** Drops every second point, never the last. */
function halve({ x, y }: Curve): void {
  const odd = (x.length - 1) % 2;
  const kept = [...x.keys()].filter((i) => i % 2 === odd);
  x.splice(0, x.length, ...kept.map((i) => x[i]!));
  y.splice(0, y.length, ...kept.map((i) => y[i]!));
}

/** `varianceExplained` → "Variance explained" */
function titleOf(name: string): string {
  return capitalised(TITLES[name] ?? name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}
