import { UserError } from '../shared/errors';
import type { StoredType } from './checkpoint';
import type { ArchitecturePlan, Arrangement } from './gguf-arrangement';
import { decoderPlanners } from './gguf-decoder';
import { planGpt2 } from './gguf-gpt2';
import type { GgufHeader, GgufTensor } from './gguf-header';
import { planFalcon, planGptNeox, planMpt } from './gguf-layer-norm';
import { planLlama } from './gguf-llama';
import { GgufFacts } from './gguf-metadata';

/** One tensor of the checkpoint to be written. */
export interface PlannedTensor {
  /** Hugging Face name. */
  readonly name: string;
  readonly source: GgufTensor;
  /** F32 for quantised tensors; F16 and BF16 stay as they are where only rows move. */
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly arrangement: Arrangement;
}

/** A GGUF model as Hugging Face would hold it. */
export interface CheckpointPlan {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: readonly PlannedTensor[];
}

const PLANNERS: Readonly<Record<string, (facts: GgufFacts) => ArchitecturePlan>> = {
  llama: planLlama,
  ...decoderPlanners,
  gpt2: planGpt2,
  gptneox: planGptNeox,
  falcon: planFalcon,
  mpt: planMpt,
};

/**
 * Config and tensors of a GGUF model in Hugging Face form.
 * @throws UserError for an unsupported architecture, a split file, a missing tensor or key, a tensor that has no place
 *   in the architecture, or a setting that would change numbers and is not computed
 */
export function planCheckpoint(header: GgufHeader): CheckpointPlan {
  const facts = new GgufFacts(header);
  refuseSplitFiles(facts);
  const architecture = facts.optionalString('general.architecture');
  if (architecture === undefined) throw facts.missing('metadata general.architecture');
  const planner = Object.hasOwn(PLANNERS, architecture) ? PLANNERS[architecture] : undefined;
  if (planner === undefined) {
    throw new UserError(
      `${header.path} is a ${architecture} model`,
      `Supported in GGUF files: ${Object.keys(PLANNERS).join(', ')}.`,
    );
  }
  const plan = planner(facts);
  refuseUnplacedTensors(facts, architecture, plan);
  return { config: plan.config, tensors: [...plan.tensors].map(planned).sort(byAlignment) };
}

function refuseSplitFiles(facts: GgufFacts): void {
  const parts = facts.optionalNumber('split.count');
  if (parts !== undefined && parts > 1) {
    throw new UserError(
      `${facts.path} is one of ${parts} parts of a split model`,
      'Join them first: llama-gguf-split --merge.',
    );
  }
}

function refuseUnplacedTensors(facts: GgufFacts, architecture: string, plan: ArchitecturePlan): void {
  const placed = new Set([...plan.tensors.values()].map(({ source }) => source.name).concat(plan.consumed));
  for (const name of facts.header.tensors.keys()) {
    if (!placed.has(name)) throw facts.refused(`tensor ${name} has no place in a plain ${architecture} model`);
  }
}

function planned([name, { source, arrangement }]: [
  string,
  { source: GgufTensor; arrangement: Arrangement },
]): PlannedTensor {
  const isHalf = source.type === 'F16' || source.type === 'BF16';
  const dtype = isHalf && arrangement.kind !== 'plus one' ? source.type : 'F32';
  const shape = arrangement.kind === 'transposed' ? [...source.shape].reverse() : source.shape;
  return { name, source, dtype, shape, arrangement };
}

/** Four-byte tensors come first, so that every tensor is aligned to its element. */
function byAlignment(a: PlannedTensor, b: PlannedTensor): number {
  return Number(a.dtype !== 'F32') - Number(b.dtype !== 'F32');
}

/** Bytes of a planned tensor as written. */
export function plannedBytes(tensor: PlannedTensor): number {
  return tensor.source.elements * (tensor.dtype === 'F32' ? 4 : 2);
}
