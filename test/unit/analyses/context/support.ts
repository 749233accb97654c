import { join } from 'node:path';
import { contextLength } from '../../../../src/analyses/context/index';
import { fieldsOf } from '../../../../src/analyses/context/result';
import type { ContextFields } from '../../../../src/analyses/context/result';
import { contextSpec } from '../../../../src/analyses/context/spec';
import type { RunContext } from '../../../../src/analyses/contract';
import type { Transformer } from '../../../../src/models/transformer';
import { parseSpec } from '../../../../src/shared/analysis';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import type { Progress } from '../../../../src/shared/progress';
import { MemoryCheckpoint } from '../ablation/support';
import { contextFor, samples } from '../alignment/support';
import { resultOf } from '../../models/support';

export const folder = join(import.meta.dirname, '../../../golden/context');
export const model = join(samples, 'models/tiny-random');
/** Responses that read out layer 2 of windows of 5 tokens; `make.py` beside it makes it. */
export const planted = join(folder, 'planted/dataset.yaml');

export interface Run {
  readonly result: AnalysisResult;
  readonly fields: ContextFields;
  readonly warnings: readonly string[];
  readonly progress: readonly Progress[];
}

/** Runs the whole analysis; what it keeps is in `checkpoint`. */
export async function run(
  settings: Record<string, unknown>,
  opened: Transformer[],
  {
    checkpoint = new MemoryCheckpoint(),
    ...changes
  }: Partial<Omit<RunContext, 'checkpoint'>> & {
    readonly checkpoint?: MemoryCheckpoint;
  } = {},
): Promise<Run> {
  const context = contextFor(opened, { ...changes, checkpoint: () => Promise.resolve(checkpoint) });
  const progress: Progress[] = [];
  const result = await resultOf(contextLength.run(parseSpec(contextSpec, settings), context), progress);
  return { result, fields: fieldsOf(result), warnings: context.warnings, progress };
}
