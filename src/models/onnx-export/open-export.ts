import { readFile, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { fileProblem } from '../../data/files';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { Provider } from '../../shared/provider';
import type { Sizes } from '../architectures/architecture';
import type { StoredType, TensorEntry } from '../checkpoint';
import { endIdsOf } from '../end-ids';
import { nonFiniteWeights, sampleNonFinite } from '../finite';
import { readFolderFiles } from '../folder';
import { commonFolder } from '../graph';
import { BASE_BYTES } from '../memory';
import { ElementType, encodeTensor } from '../onnx-proto';
import { FLOAT16, FLOAT32, settleProvider } from '../parity';
import { createTokenizer } from '../tokenizer';
import type { ModelDescription, Placement } from '../transformer';
import { exportConfig } from './export-config';
import { exportFeeds } from './feeds';
import { externalFiles } from './find-export';
import type { ExportPlace } from './find-export';
import { OnnxTransformer } from './onnx-transformer';
import { plainGraph } from './plain-graph';
import { readModel } from './read-model';
import type { ExportModel, ExportTensor } from './read-model';
import type { Analysed } from './rewrite';
import { findStream } from './stream';

/** What runs an export needs to know. */
export interface ExportOptions {
  /** Budget in bytes. */
  readonly memory: number;
  readonly threads: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
  readonly provider?: Provider | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** An export's facts, its graph and its files; weights are not loaded. */
interface Survey {
  readonly description: ModelDescription;
  readonly analysed: Analysed;
  readonly sizes: Sizes;
  readonly folder: Awaited<ReturnType<typeof readFolderFiles>>;
  /** Where external tensors lie: real paths by location. */
  readonly external: ReadonlyMap<string, string>;
  readonly files: readonly string[];
}

/** Facts and files of an ONNX export, from its graph; no weight is loaded. @throws UserError as `openExport` */
export async function describeExport(
  place: ExportPlace,
): Promise<{ readonly description: ModelDescription; readonly files: readonly string[] }> {
  const { description, files } = await survey(place);
  return { description, files };
}

/**
 * Opens an ONNX export as a transformer; its weights are loaded when it first runs.
 * @throws UserError where a file is damaged or missing, the residual stream cannot be found in the graph, an input is
 *   unknown, a weight is not finite, or the memory budget is too small
 */
export async function openExport(place: ExportPlace, options: ExportOptions): Promise<OnnxTransformer> {
  const { description, analysed, sizes, folder, external, files } = await survey(place);
  refuseMemory(place, description.memory.resident, options);
  const lengths = await sizesOf(external);
  const culprit = sampleNonFinite(matrices(analysed, place.graph, external, lengths));
  if (culprit !== undefined) throw nonFiniteWeights(culprit);
  const tokenizer = createTokenizer({ ...folder.tokenizer, path: `${place.folder}: tokenizer.json` });
  const base = commonFolder([...external.values()]);
  const parts = {
    path: place.graph,
    analysed,
    sizes,
    description,
    tokenizer,
    threads: options.threads,
    files,
    memory: options.memory,
    endIds: endIdsOf(folder.config['eos_token_id'], tokenizer.eosId),
    base,
    place: (tensor: ExportTensor) => placed(tensor, base, external, lengths),
  };
  const make = (placement: Placement): OnnxTransformer => new OnnxTransformer({ ...parts, placement });
  const tolerance = description.dtype === 'F16' ? FLOAT16 : FLOAT32;
  return settleProvider(options.provider ?? 'cpu', make, { ...options, hasHead: true, tolerance });
}

async function survey(place: ExportPlace): Promise<Survey> {
  const folder = await readFolderFiles(place.folder);
  const { family, sizes } = exportConfig(folder.config, place.folder);
  const model = await readGraphFile(place.graph);
  const graph = plainGraph(model.graph);
  const stream = findStream(graph, sizes.layers, place.graph);
  exportFeeds(
    model.graph.inputs.filter(({ name }) => name !== 'use_cache_branch'),
    { sequences: [Int32Array.of(0)], length: 1 },
    place.graph,
  );
  const locations = graph.tensors.flatMap(({ external }) => (external === undefined ? [] : [external.location]));
  const external = await externalFiles(place.graph, locations);
  const { layers, width, heads, kvHeads, vocabulary, context } = sizes;
  const needs = BASE_BYTES + neededBytes(graph.tensors);
  return {
    description: {
      family,
      layers,
      width,
      heads,
      kvHeads,
      parameters: graph.tensors.filter(isWeight).reduce((sum, tensor) => sum + elements(tensor), 0),
      dtype: mainType(graph.tensors),
      vocabulary,
      context,
      verified: false,
      support: 'supported',
      uncovered: ['the graph of this ONNX export'],
      memory: { resident: needs, streaming: needs },
    },
    analysed: { model, graph, stream, width },
    sizes,
    folder,
    external,
    files: [
      ...folder.files,
      resolve(place.graph),
      ...[...external.keys()].map((location) => resolve(place.graph, '..', location)),
    ],
  };
}

async function readGraphFile(file: string): Promise<ExportModel> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  const model = modelOf(bytes, file);
  if (model.irVersion < 4 || model.opset < 11) {
    const found = `IR version ${model.irVersion}, operator set ${model.opset}`;
    throw new UserError(`${file} is of an old kind (${found})`, 'Export it again with operator set 11 or newer.');
  }
  return model;
}

/** What the parser says of a file that is no ONNX would help nobody: it names bytes. */
function modelOf(bytes: Uint8Array, file: string): ExportModel {
  const remedy = 'Download or export it again.';
  if (bytes.length === 0) throw new UserError(`${file} is empty`, remedy);
  try {
    return readModel(bytes);
  } catch {
    throw new UserError(`${file} is no ONNX file (damaged, or of another kind)`, remedy);
  }
}

function refuseMemory({ graph }: ExportPlace, needed: number, { memory, executor }: ExportOptions): void {
  if (executor === 'streaming') {
    throw new UserError(
      `${graph}: an ONNX export cannot be streamed`,
      'Leave --executor out, or use safetensors weights.',
    );
  }
  if (needed <= memory) return;
  throw new UserError(
    `${graph} needs about ${formatBytes(needed)}, but the memory budget is ${formatBytes(memory)}`,
    'Raise it (--memory), or use the model’s safetensors weights, which can be streamed.',
  );
}

const BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  16: 2,
  21: 0.5,
  22: 0.5,
};
const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  10: 'F16',
  16: 'BF16',
  21: 'U4',
  22: 'I4',
};
const STORED: Readonly<Record<number, StoredType>> = {
  [ElementType.FLOAT]: 'F32',
  [ElementType.FLOAT16]: 'F16',
  [ElementType.BFLOAT16]: 'BF16',
};

/**
 * Bytes at the peak, while a graph is loaded. Weights beside the graph are mapped and half as much again is packed at a
 * time; those in the graph's own file are there as that file, as the rewritten one, as read and as packed, and whole
 * bytes are packed into wider words. The CPU widens float16 to float32. Measured with 135 M parameters: in float32 6 %
 * below it beside the graph and 2 % above it within, in int8 4 % above; float16 was not measured.
 */
function neededBytes(tensors: readonly ExportTensor[]): number {
  return tensors.reduce((sum, tensor) => {
    const bytes = BYTES[tensor.type] ?? 4;
    const within = bytes === 1 ? 6 : 4;
    const widened = tensor.type === ElementType.FLOAT16 ? 2 : 0;
    return sum + elements(tensor) * bytes * ((tensor.external === undefined ? within : 1.5) + widened);
  }, 0);
}

function mainType(tensors: readonly ExportTensor[]): string {
  const counts = new Map<number, number>();
  for (const tensor of tensors.filter(isWeight))
    counts.set(tensor.type, (counts.get(tensor.type) ?? 0) + elements(tensor));
  const [main] = [...counts].sort(([, a], [, b]) => b - a);
  return TYPE_NAMES[main?.[0] ?? 1]!;
}

function isWeight({ type }: ExportTensor): boolean {
  return type in TYPE_NAMES;
}

function elements({ dims }: ExportTensor): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** Places of the matrices in files. Masks, which may be infinite on purpose, have other numbers of axes. */
function matrices(
  { model, graph }: Analysed,
  file: string,
  external: ReadonlyMap<string, string>,
  lengths: ReadonlyMap<string, number>,
): TensorEntry[] {
  return graph.tensors.flatMap((tensor): TensorEntry[] => {
    const dtype = STORED[tensor.type];
    if (dtype === undefined || tensor.dims.length !== 2) return [];
    const shared = { name: tensor.name, dtype, shape: tensor.dims };
    if (tensor.external !== undefined) {
      const { location, offset } = tensor.external;
      return [{ ...shared, file: external.get(location)!, offset, bytes: lengthOf(tensor, lengths) }];
    }
    if (tensor.raw === undefined) return [];
    return [{ ...shared, file, offset: tensor.raw.byteOffset - model.bytes.byteOffset, bytes: tensor.raw.length }];
  });
}

async function sizesOf(external: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const [location, file] of external) sizes.set(location, (await stat(file)).size);
  return sizes;
}

function lengthOf({ external }: ExportTensor, lengths: ReadonlyMap<string, number>): number {
  return external!.length ?? lengths.get(external!.location)! - external!.offset;
}

/** A tensor as the rewritten graph holds it; external data by its real path, as ONNX Runtime refuses links. */
function placed(
  tensor: ExportTensor,
  base: string,
  external: ReadonlyMap<string, string>,
  lengths: ReadonlyMap<string, number>,
): Uint8Array {
  if (tensor.external === undefined) return tensor.bytes;
  const location = relative(base, external.get(tensor.external.location)!).split(sep).join('/');
  const data = {
    kind: 'external',
    location,
    offset: tensor.external.offset,
    length: lengthOf(tensor, lengths),
  } as const;
  return encodeTensor({ name: tensor.name, type: tensor.type as ElementType, dims: tensor.dims, data });
}
