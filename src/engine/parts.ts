import type { Analysis } from '../analyses/contract';
import type { ModelDescription, Transformer } from '../models/transformer';
import type { Progress } from '../shared/progress';
import type { Estimate, EstimateRequest, JobRequest } from '../shared/protocol';

export interface JobHooks {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** What a job is made of, so that tests can run one on parts of their own. */
export interface JobParts {
  readonly analyses: readonly Analysis[];
  /** Folder of the files shipped with Brainlens. */
  readonly samples: string;
  readonly version: string;
  readonly onnxruntime: string;
  openModel(path: string, request: JobRequest, hooks: JobHooks, untrainedSeed?: number): Promise<Transformer>;
  describeModel(path: string): Promise<{ readonly description: ModelDescription; readonly files: readonly string[] }>;
  estimate(request: EstimateRequest): Promise<Estimate>;
  hashFile(path: string, cacheFolder: string, signal: AbortSignal): Promise<string>;
}
