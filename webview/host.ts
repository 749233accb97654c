/** Who the panel talks to: VS Code, or nobody in a report. */
import type { FiguresFile } from '../src/shared/figure';
import type { Matrix } from '../src/shared/map-cells';
import type { FromWebview, ToWebview } from '../src/shared/protocol';
import type { ResultFile } from '../src/shared/result';
import type { Running } from './running';

export interface Shown {
  readonly result: ResultFile;
  readonly figures: FiguresFile;
  readonly folder: string;
}

/** Results side by side: figures that belong to no folder. */
export interface Comparison {
  readonly title: string;
  readonly summary: string;
  readonly figures: FiguresFile;
}

export interface HostEvents {
  result(shown: Shown): void;
  comparison(comparison: Comparison): void;
  running(run: Running): void;
  error(message: string): void;
}

export interface Host {
  /** A report stands alone: no editor, no folder to reveal. */
  readonly isReport: boolean;
  start(events: HostEvents): void;
  send(message: FromWebview): void;
  /** The matrix of a result's array; `undefined` where it cannot be had. */
  array(file: string): Promise<Matrix | undefined>;
  /** Line `index` of a JSON Lines file of the result; `undefined` where it cannot be had. */
  line(file: string, index: number): Promise<string | undefined>;
  load(): unknown;
  save(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** VS Code on the other side of `postMessage`. */
export class EditorHost implements Host {
  readonly isReport = false;
  private readonly api = acquireVsCodeApi();
  private lines = new Map<string, (text?: string) => void>();
  private arrays = new Map<string, { promise: Promise<Matrix | undefined>; settle(matrix?: Matrix): void }>();

  start(events: HostEvents): void {
    window.addEventListener('message', ({ data }: MessageEvent<ToWebview>) => this.receive(data, events));
    this.send({ type: 'ready' });
  }

  send(message: FromWebview): void {
    this.api.postMessage(message);
  }

  array(file: string): Promise<Matrix | undefined> {
    const known = this.arrays.get(file);
    if (known !== undefined) return known.promise;
    const { promise, resolve } = withResolver<Matrix | undefined>();
    this.arrays.set(file, { promise, settle: resolve });
    this.send({ type: 'requestArray', file });
    return promise;
  }

  line(file: string, index: number): Promise<string | undefined> {
    const { promise, resolve } = withResolver<string | undefined>();
    const key = `${index} ${file}`;
    const before = this.lines.get(key);
    this.lines.set(key, (text) => {
      before?.(text);
      resolve(text);
    });
    if (before === undefined) this.send({ type: 'requestLine', file, index });
    return promise;
  }

  load(): unknown {
    return this.api.getState();
  }

  save(state: unknown): void {
    this.api.setState(state);
  }

  private receive(message: ToWebview, events: HostEvents): void {
    switch (message.type) {
      case 'result':
        // The files may have been written anew.
        this.arrays = new Map();
        return events.result(message);
      case 'array':
        return this.arrays.get(message.file)?.settle(matrixOf(new Float32Array(message.data), message.shape));
      case 'arrayMissing':
        return this.arrays.get(message.file)?.settle();
      case 'line': {
        const key = `${message.index} ${message.file}`;
        this.lines.get(key)?.(message.text);
        this.lines.delete(key);
        return;
      }
      case 'comparison':
        return events.comparison(message);
      case 'running':
        return events.running(message);
      case 'error':
        return events.error(message.message);
    }
  }
}

/** A matrix from an array's last axis and all before it; `undefined` where the shape does not hold the data. */
export function matrixOf(data: Float32Array, shape: readonly number[]): Matrix | undefined {
  const columns = shape.at(-1) ?? 0;
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  return rows * columns === data.length && data.length > 0 ? { data, rows, columns } : undefined;
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value?: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve: resolve as (value?: T) => void };
}
