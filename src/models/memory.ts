import { UserError } from '../shared/errors';
import { formatBytes } from '../shared/progress';
import type { ArchitectureModel, Parameter, Sizes } from './architectures/architecture';
import { SLICE } from './segments';
import type { Range } from './segments';
import type { ModelDescription } from './transformer';
import { isTied } from './weights';

/** Node, ONNX Runtime and an analysis' own arrays, before any weight is loaded (measured: 85–140 MB). */
export const BASE_BYTES = 120e6;
/** Tokens that go through a graph at once; more gain nothing on a CPU. */
export const BATCH_TOKENS = 512;
/** Attention scores of one batch; a batch of one sequence may exceed it. */
export const ATTENTION_BYTES = 64e6;
/** Logits of one run of the head: rows are cut so that they stay within it. */
export const LOGIT_BYTES = 64e6;
/** Share of the mapped lookup tables that a localizer's texts touch while blocks are streamed; the rest stays on the disk. */
const TOUCHED = 2 / 3;
/** Residual streams that wait between two segments. */
const SMALLEST_WAVE_BYTES = 32e6;
const LARGEST_WAVE_BYTES = 1e9;

/** Bytes by part of a model. */
export interface Footprint {
  /** The lookup tables, in their stored type: mapped from the file, and counted whole though few rows may be touched. */
  readonly embedding: number;
  /** One block in float32, packed for multiplication. */
  readonly block: number;
  /** The largest matrix of a block in float32: it is there twice while it is packed. */
  readonly matrix: number;
  /** The unembedding in float32. */
  readonly head: number;
  /** Intermediate values of one batch. */
  readonly workspace: number;
}

/**
 * Sizes of a model's parts in memory.
 * @param storedBytes bytes per element of the embedding's stored type
 */
export function footprintOf(model: ArchitectureModel, storedBytes: number): Footprint {
  const block = model.block(0);
  return {
    embedding: model.embedding.reduce((sum, parameter) => sum + elements(parameter) * storedBytes, 0),
    block: block.reduce((sum, parameter) => sum + elements(parameter) * 4, 0),
    matrix: Math.max(...block.map((parameter) => elements(parameter) * 4)),
    head: elements(model.unembedding) * 4,
    workspace: BATCH_TOKENS * rowBytes(model.sizes) + ATTENTION_BYTES / 2,
  };
}

/**
 * Peak bytes of a run. `resident`: all blocks in float32 + the stored embedding + the larger of one matrix (packed on
 * loading) and one batch's intermediates + waiting streams + the process itself. `streaming`: the same with one block and
 * the part of the embedding that is looked up, for the first segment is soon released.
 * The unembedding needs no more: it is cut into parts that fit. Where there is room it is held whole, with one batch's
 * logits and their log probabilities: `head`. Measured by bench/memory.
 */
export function estimateMemory(model: ArchitectureModel, footprint: Footprint): ModelDescription['memory'] {
  const { embedding, block, matrix, workspace } = footprint;
  const besides = BASE_BYTES + SMALLEST_WAVE_BYTES + Math.max(matrix, workspace);
  return {
    resident: Math.round(besides + embedding + model.sizes.layers * block),
    streaming: Math.round(besides + embedding * TOUCHED + block),
    head: Math.round(footprint.head + 2 * LOGIT_BYTES),
  };
}

function rowBytes({ width, inner, heads, kvHeads, headWidth }: Sizes): number {
  return (6 * width + 3 * inner + 2 * (heads + 2 * kvHeads) * headWidth) * 4;
}

/**
 * Bytes that a sequence needs beyond the workspace of a batch: scores f32 [heads, length, length], twice because the
 * arena's regions grow in powers of two, the causal mask f32 [length, length], and its rows. An upper bound: with 4 heads
 * the peak grew by 0.7 to 1.8 times the scores (2,000 to 8,801 tokens).
 */
export function sequenceBytes(sizes: Sizes, length: number): number {
  const attention = (2 * sizes.heads + 1) * length * length * 4;
  return Math.max(0, attention - ATTENTION_BYTES / 2) + Math.max(0, length - BATCH_TOKENS) * rowBytes(sizes);
}

/**
 * Refuses sequences whose attention does not fit beside the model.
 * @param memory budget in bytes
 * @throws UserError that names the stimulus (from 1): needs, budget and remedy
 */
export function refuseLongSequences(
  lengths: readonly number[],
  sizes: Sizes,
  needs: ModelDescription['memory'],
  executor: 'resident' | 'streaming',
  memory: number,
): void {
  const longest = lengths.reduce((best, length, i) => (length > lengths[best]! ? i : best), 0);
  const length = lengths[longest] ?? 0;
  const more = sequenceBytes(sizes, length);
  if (more === 0 || needs[executor] + more <= memory) return;
  const shorter = 'Shorten it (--max-tokens), or raise the memory budget (--memory).';
  throw new UserError(
    `Stimulus ${longest + 1} has ${length} tokens: with its attention the model needs up to ` +
      `${formatBytes(needs[executor] + more)}, but the memory budget is ${formatBytes(memory)}`,
    needs.streaming + more <= memory ? `${shorter} With --executor streaming it fits.` : shorter,
  );
}

/**
 * How a model will run within a budget: resident where it fits, else streaming.
 * @param memory budget in bytes
 * @throws UserError where even streaming does not fit, or the forced way does not: needs, budget and remedy
 */
export function chooseExecutor(
  description: ModelDescription,
  memory: number,
  executor: 'auto' | 'resident' | 'streaming',
): 'resident' | 'streaming' {
  const { resident, streaming } = description.memory;
  const fitting = resident <= memory ? 'resident' : 'streaming';
  const chosen = executor === 'auto' ? fitting : executor;
  const needed = chosen === 'resident' ? resident : streaming;
  if (needed <= memory) return chosen;
  const budget = `but the memory budget is ${formatBytes(memory)}`;
  if (chosen === 'resident' && streaming <= memory) {
    const problem = `The model needs about ${formatBytes(resident)} to run resident, ${budget}`;
    throw new UserError(problem, `Use --executor streaming (about ${formatBytes(streaming)}) or a larger --memory.`);
  }
  throw new UserError(
    `The model needs about ${formatBytes(Math.min(resident, streaming))} even when it is streamed block by block, ${budget}`,
    'Give it more (--memory, or the setting for the memory budget) or choose a smaller model.',
  );
}

/** How the model is cut for a run. */
export interface Plan {
  readonly segments: readonly Range[];
  /** Parts of the vocabulary that the head takes one after the other, whole slices each. */
  readonly headCuts: readonly Range[];
  /** Bytes of residual streams that may wait between segments. */
  readonly waveBytes: number;
}

/**
 * Cuts a model into segments. `resident` is one segment; `streaming` takes as many blocks at a time as the budget
 * allows, at least one and at most half of them (all of them would be resident).
 */
export function planRun(
  model: ArchitectureModel,
  footprint: Footprint,
  executor: 'resident' | 'streaming',
  memory: number,
): Plan {
  const { layers, vocabulary } = model.sizes;
  const spare = Math.max(0, memory - estimateMemory(model, footprint)[executor]);
  const fitting = 1 + Math.floor(spare / 2 / footprint.block);
  const blocks = executor === 'resident' ? layers : Math.min(fitting, Math.ceil(layers / 2));
  // Beside a resident body the head takes what is spare; in streaming it takes the place of the blocks.
  const room = executor === 'resident' ? Math.max(spare, footprint.block) : blocks * footprint.block;
  // A tied float32 table is mapped for the lookup and mapped again while it is packed.
  const needed = footprint.head * (isTied(model) ? 2 : 1.5);
  return {
    segments: cut(layers, blocks),
    headCuts: cut(vocabulary, SLICE * Math.max(1, Math.floor((vocabulary * room) / needed / SLICE))),
    waveBytes: Math.min(LARGEST_WAVE_BYTES, SMALLEST_WAVE_BYTES + spare / 4),
  };
}

function cut(total: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(total, (i + 1) * size),
  }));
}

function elements({ shape }: Parameter): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
