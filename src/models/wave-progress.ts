import type { Progress } from '../shared/progress';
import { rowsOf } from './batches';
import type { Batch } from './batches';

/** The progress at a share (0…1) of a wave. */
export type WaveProgress = (wave: Batch[], share: number) => Progress;

/** Progress in stimuli where each batch ends with its result, in blocks where all batches go block by block. */
export function waveProgress(
  phase: string,
  waves: readonly Batch[][],
  executor: 'resident' | 'streaming',
  all: { readonly stimuli: number; readonly blocks: number },
): WaveProgress {
  const rows = waves.map((wave) => wave.reduce((sum, batch) => sum + rowsOf(batch), 0));
  const rowsInAll = rows.reduce((sum, count) => sum + count, 0);
  const streaming = executor === 'streaming';
  const total = streaming ? all.blocks * waves.length : all.stimuli;
  return (wave, share) => {
    const index = waves.indexOf(wave);
    const before = rows.slice(0, index).reduce((sum, count) => sum + count, 0);
    const done = (before + share * rows[index]!) / rowsInAll;
    return { phase, done: Math.floor(done * total + 1e-6), total, unit: streaming ? 'blocks' : 'stimuli' };
  };
}
