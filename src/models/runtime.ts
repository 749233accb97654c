import './telemetry';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, UserError } from '../shared/errors';
import type { Provider } from '../shared/provider';
import type { EncodedGraph } from './graph';
import { backendOf } from './providers';

/** A typed array and its shape, as a graph takes or gives it; 16-bit words are float16. */
export interface Feed {
  readonly data: Float32Array | Uint16Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** One loaded graph. `run` holds the thread until it is done; the outputs are named. */
export interface LoadedGraph {
  run<Name extends string>(
    feeds: Readonly<Record<string, Feed>>,
    outputs: readonly Name[],
    /** Where to write an output, so that a loop over large ones allocates once. */
    into?: Readonly<Partial<Record<Name, Feed>>>,
  ): Promise<Record<Name, Float32Array>>;
  release(): Promise<void>;
}

/**
 * Loads a graph with its weights into ONNX Runtime.
 * @param threads cores for one operator; idle ones sleep, because every session has a pool of its own
 * @param provider where operators run; those that it does not have run on the CPU
 * @throws UserError where another provider than the CPU cannot be had, here or in a run
 */
export async function loadGraph(
  graph: EncodedGraph,
  threads: number,
  provider: Provider = 'cpu',
): Promise<LoadedGraph> {
  const session = await InferenceSession.create(graph.bytes, {
    executionProviders: provider === 'cpu' ? ['cpu'] : [backendOf(provider), 'cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // Without an arena freed activations stay in malloc's heap (1.2 GB at large batches); with patterns the arena plans
    // for every shape it meets. Weights outside the arena are given back at once on release.
    enableCpuMemArena: true,
    enableMemPattern: false,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {
      session: {
        model_external_initializers_file_folder_path: graph.folder,
        intra_op: { allow_spinning: '0' },
        use_device_allocator_for_initializers: '1',
      },
    },
  }).catch(refused(provider));
  return {
    async run<Name extends string>(
      feeds: Readonly<Record<string, Feed>>,
      outputs: readonly Name[],
      into?: Readonly<Partial<Record<Name, Feed>>>,
    ) {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)]));
      const wanted = outputs.map((name) => [name, into?.[name] === undefined ? null : tensorOf(into[name])] as const);
      const results = await session.run(inputs, Object.fromEntries(wanted)).catch(refused(provider));
      return Object.fromEntries(outputs.map((name) => [name, results[name]!.data])) as Record<Name, Float32Array>;
    },
    release: () => session.release(),
  };
}

/** What the CPU fails at is no matter of the provider. */
function refused(provider: Provider): (error: unknown) => never {
  return (error) => {
    if (provider === 'cpu') throw error;
    throw new UserError(firstLine(messageOf(error)), 'Choose another execution provider, such as cpu.');
  };
}

/** ONNX Runtime's messages begin with the place in its source. */
function firstLine(message: string): string {
  return message
    .split('\n')[0]!
    .replace(/^\/\S+:\d+ .*?(?=[A-Z][a-z]+ (?:to|a|the) )/, '')
    .trim();
}

function tensorOf({ data, dims }: Feed): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  if (data instanceof Int32Array) return new Tensor('int32', data, dims);
  if (data instanceof Uint16Array) return new Tensor('float16', data, dims);
  return new Tensor('int64', data, dims);
}
