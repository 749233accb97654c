import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { TransformerOptions } from '../../../src/models/open';
import type { Progress } from '../../../src/shared/progress';

/** Tiny random models with what PyTorch computes with them; `test/golden/models/make.py` makes both. */
export const golden = join(import.meta.dirname, '../../golden/models');
export const goldenModels = ['llama-llama3', 'llama-linear-bf16', 'llama-sharded-f16', 'gpt2', 'gpt2-switches-bf16'];

export interface Reference {
  readonly layers: number;
  readonly width: number;
  readonly mask: readonly number[];
  readonly sequences: readonly {
    readonly ids: readonly number[];
    /** [1 + layers, width], the embedding first. */
    readonly last: readonly number[];
    readonly mean: readonly number[];
    readonly sum: readonly number[];
    readonly score: number;
    readonly scoreAblated: number;
  }[];
}

export function referenceOf(model: string): Reference {
  return JSON.parse(readFileSync(join(golden, model, 'reference.json'), 'utf8')) as Reference;
}

/** A folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'brainlens-models-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openOptions(changes: Partial<TransformerOptions> = {}): TransformerOptions {
  const signal = new AbortController().signal;
  return { cacheFolder: '/nowhere', signal, memory: 4e9, threads: 1, executor: 'resident', ...changes };
}

/** Runs a generator to its end. */
export async function resultOf<T>(run: AsyncGenerator<Progress, T>, seen: Progress[] = []): Promise<T> {
  for (;;) {
    const step = await run.next();
    if (step.done === true) return step.value;
    seen.push(step.value);
  }
}

/** The largest |a − b| / (1 + |b|). */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, not ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const difference = Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
