import type { Analysis } from '../analyses/contract';
import type { ModelDescription, Transformer } from '../models/transformer';
import type { Progress } from '../shared/progress';
import type { Provider } from '../shared/provider';
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
  /** Refuses an execution provider that this platform does not have. Absent: none is refused. */
  requireProvider?(provider: Provider): void;
  openModel(path: string, request: JobRequest, hooks: JobHooks, untrainedSeed?: number): Promise<Transformer>;
  /** Warnings of the self-check of a model that was just opened; absent: none is made. */
  checkModel?(model: Transformer, path: string, cacheFolder: string, hooks: JobHooks): Promise<readonly string[]>;
  describeModel(path: string): Promise<{ readonly description: ModelDescription; readonly files: readonly string[] }>;
  estimate(request: EstimateRequest): Promise<Estimate>;
  hashFile(path: string, cacheFolder: string, signal: AbortSignal): Promise<string>;
}
