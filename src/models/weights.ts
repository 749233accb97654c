import { UserError } from '../shared/errors';
import type { ArchitectureModel, Parameter, Weights } from './architectures/architecture';
import type { Checkpoint, TensorEntry } from './checkpoint';

/** Every parameter that a run reads, each once; the unembedding only where the checkpoint has a head. */
export function parametersOf(model: ArchitectureModel, withHead: boolean): Parameter[] {
  const blocks = Array.from({ length: model.sizes.layers }, (_, index) => model.block(index)).flat();
  const bias = model.unembeddingBias === undefined ? [] : [model.unembeddingBias];
  const head = withHead ? [model.unembedding, ...bias] : [];
  const all = [...model.embedding, ...blocks, ...model.finalNorm, ...head];
  return [...new Map(all.map((parameter) => [parameter.name, parameter])).values()];
}

/** Whether the unembedding is tied to the embedding. */
export function isTied(model: ArchitectureModel): boolean {
  return model.embedding.some(({ name }) => name === model.unembedding.name);
}

/** A model's parameters, found and checked. */
export interface ResolvedWeights {
  readonly find: Weights;
  readonly entries: readonly TensorEntry[];
  /** False for a base model without a language-model head: it gives activations, not scores. */
  readonly hasHead: boolean;
}

/**
 * Finds every parameter in the files, with or without the family's prefix, and holds its shape against the config.
 * @throws UserError that names the tensor: missing, of an unreadable type, or of another shape than the config says
 */
export function resolveWeights(checkpoint: Checkpoint, model: ArchitectureModel): ResolvedWeights {
  const found = (name: string): TensorEntry | undefined => checkpoint.tensors.get(storedName(checkpoint, model, name));
  const hasHead = found(model.unembedding.name) !== undefined || !isBaseModel(checkpoint);
  const resolved = new Map(
    parametersOf(model, hasHead).map((parameter) => {
      const entry = found(parameter.name);
      if (entry === undefined) throw missing(checkpoint, storedName(checkpoint, model, parameter.name));
      checkShape(checkpoint, parameter, entry);
      return [parameter.name, entry];
    }),
  );
  const find = (name: string): TensorEntry => {
    const entry = resolved.get(name);
    if (entry === undefined) throw new Error(`the graph reads ${name}, which the family does not list`);
    return entry;
  };
  return { find, entries: [...resolved.values()], hasHead };
}

/** The name as the file has it: `model.layers.0…`, `layers.0…` or what the family knows besides. */
function storedName(checkpoint: Checkpoint, model: ArchitectureModel, name: string): string {
  const candidates = [[model.prefix, ''] as const, ...(model.aliases ?? [])]
    .filter(([ours]) => name.startsWith(ours))
    .map(([ours, theirs]) => theirs + name.slice(ours.length));
  const isThere = (stored: string): boolean =>
    checkpoint.tensors.has(stored) || checkpoint.others?.has(stored) === true;
  return candidates.find(isThere) ?? name;
}

function isBaseModel({ config }: Checkpoint): boolean {
  const names: unknown = config['architectures'];
  if (!Array.isArray(names) || names.length === 0) return false;
  return !names.some((name) => /(ForCausalLM|LMHeadModel)$/.test(String(name)));
}

function missing(checkpoint: Checkpoint, name: string): UserError {
  const dtype = checkpoint.others?.get(name);
  if (dtype === undefined) {
    return new UserError(`${checkpoint.path}: tensor ${name} is missing`, 'Download the complete weights.');
  }
  const problem = `${checkpoint.path}: tensor ${name} is stored as ${dtype}, which cannot be read`;
  return new UserError(problem, 'Save the model in float32, float16 or bfloat16.');
}

function checkShape(checkpoint: Checkpoint, { shape }: Parameter, entry: TensorEntry): void {
  if (entry.shape.length === shape.length && entry.shape.every((dim, axis) => dim === shape[axis])) return;
  throw new UserError(
    `${checkpoint.path}: tensor ${entry.name} has shape [${entry.shape.join(', ')}], but config.json asks for [${shape.join(', ')}]`,
    'The config and the weights belong to different models: get both from one place.',
  );
}
