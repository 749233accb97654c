import { analyses } from '../analyses/index';
import { hashFile } from '../data/hash';
import { ggufCacheMade, ggufFacts } from '../models/gguf';
import { chooseExecutor, describeFiles, describeModel, isGguf, openTransformer } from '../models/open';
import type { ModelDescription } from '../models/transformer';
import { requireOffered } from '../models/providers';
import { onnxruntimeVersion } from '../models/version';
import { UserError } from '../shared/errors';
import type { Estimate, EstimateRequest } from '../shared/protocol';
import { checkModel } from './checked-model';
import type { JobParts } from './parts';
import { samplesFolder } from './samples';

/** The real parts of a job. */
export const engineParts: JobParts = {
  analyses,
  samples: samplesFolder(),
  version: typeof BRAINLENS_VERSION === 'string' ? BRAINLENS_VERSION : 'development',
  onnxruntime: onnxruntimeVersion,
  requireProvider: requireOffered,
  openModel: (path, { memory, executor, provider, threads, cacheFolder }, { signal, onProgress }, untrainedSeed) =>
    openTransformer(path, {
      memory,
      executor,
      provider,
      threads,
      cacheFolder,
      signal,
      onProgress,
      ...(untrainedSeed === undefined ? {} : { untrainedSeed }),
    }),
  checkModel,
  describeModel: describeFiles,
  estimate,
  hashFile: (path, cacheFolder, signal) => hashFile(path, { cacheFolder, signal }),
};

async function estimate({ model, memory, executor, cacheFolder }: EstimateRequest): Promise<Estimate> {
  const description = await describeModel(model);
  return {
    model,
    ...description.memory,
    budget: memory,
    executor: executorOf(description, memory, executor),
    cache:
      (await isGguf(model)) && !(await ggufCacheMade(model, cacheFolder)) ? (await ggufFacts(model)).cacheBytes : 0,
  };
}

function executorOf(
  description: ModelDescription,
  memory: number,
  executor: EstimateRequest['executor'],
): Estimate['executor'] {
  try {
    return chooseExecutor(description, memory, executor);
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}
