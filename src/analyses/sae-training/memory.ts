import { SaeTrainer } from '../../math/sae-training/trainer';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import { BatchPlan } from './batches';
import type { SaeTrainingSpec } from './spec';

/** Held-out rows that are held in memory and measured on at the end, at most. */
export const HELD_ROWS = 131_072;

/** Bytes of a run beside the model. */
export interface Needs {
  readonly memory: number;
  readonly disk: number;
}

/**
 * Weights and their moments, a batch, held-out rows and a pool of rows in memory; activations on the disk.
 * @param count rows in all
 */
export function needsOf(spec: SaeTrainingSpec, width: number, count: number): Needs {
  const batch = Math.min(spec.batch, count);
  const trainer = SaeTrainer.bytes({ features: spec.features, width, batch });
  const before = batch * spec.features * 4;
  const held = Math.min(HELD_ROWS, Math.ceil(count * spec.heldOut)) * width * 4;
  return { memory: trainer + before + held + 2 * BatchPlan.bytes(count, width), disk: count * width * 4 };
}

/** @throws UserError where the training and the model, as it runs, do not fit the budget together */
export function requireMemory({ memory }: Needs, { description, executor }: Transformer, budget: number): void {
  const model = description.memory[executor];
  if (memory + model <= budget) return;
  const streamed = executor === 'resident' && memory + description.memory.streaming <= budget;
  throw new UserError(
    `This training needs ${formatBytes(memory)} and the model ${formatBytes(model)}, but the memory budget is ${formatBytes(budget)}`,
    `Raise it (--memory), or take a smaller --batch or fewer --features${streamed ? ', or --executor streaming' : ''}.`,
  );
}
