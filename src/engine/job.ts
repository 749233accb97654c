import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Analysis, RunContext } from '../analyses/contract';
import { placementKey } from '../models/placement';
import type { Transformer } from '../models/transformer';
import { parseSpec } from '../shared/analysis';
import type { AnalysisResult } from '../shared/analysis';
import { Cancelled, UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { Estimate, EstimateRequest, JobRequest } from '../shared/protocol';
import type { Provenance } from '../shared/result';
import { ActivationCache } from './activation-cache';
import { cacheSizeOf } from './cache-folder';
import { CheckpointUse } from './checkpoint-users';
import { openCheckpoint } from './checkpoints';
import { engineParts } from './engine-parts';
import type { JobHooks, JobParts } from './parts';
import { Kept } from './kept';
import { divided } from './shards/divided';
import { ShardDone } from './shards/share';
import { placementFacts } from './placements';
import { absolutePath, environment, InputRecorder } from './provenance';
import { mapPaths, pathFields } from './spec-paths';
import { assertWritable, partialFolder, writeProblem, writeResult } from './store';

export type { JobHooks } from './parts';

export interface JobOutcome {
  /** The result folder, absolute. */
  readonly out: string;
  readonly summary: string;
  readonly warnings: readonly string[];
}

/** Longest time between two turns of the event loop, so that signals and messages are heard. */
const BREATH_MS = 50;

/**
 * Runs one analysis and writes its result folder: the one way in, for the command line and for the engine process.
 * @throws UserError for bad settings, bad input or a place that cannot be written; Cancelled when `signal` fires.
 *   Nothing is written in either case.
 */
export async function runJob(request: JobRequest, hooks: JobHooks, parts: JobParts = engineParts): Promise<JobOutcome> {
  const started = new Date();
  const clock = performance.now();
  const { analysis, spec, out } = checkJob(request, parts);
  const unique = request.unique === true;

  const run = new Run(request, hooks, parts, out);
  try {
    const result = await run.drain(analysis.run(spec, run.context));
    const summary = analysis.summary(result);
    const figures = { schema: 'brainlens/figures@1', figures: analysis.figures(result) } as const;
    const provenance = await run.provenance();
    const written = await writeResult(
      out,
      {
        file: {
          schema: `brainlens/${analysis.spec.schema}@${analysis.spec.version}`,
          created: started.toISOString(),
          seconds: Math.round(performance.now() - clock) / 1000,
          spec: displayPaths(analysis, spec, run.inputs),
          provenance,
          result: { ...result.fields, warnings: run.warnings },
          summary,
        },
        ...(request.study !== undefined && { study: request.study }),
        figures,
        arrays: result.arrays,
        ...(result.files !== undefined && { files: result.files }),
      },
      { force: request.force, unique, keepPrevious: request.study !== undefined, signal: hooks.signal },
    );
    await run.forget();
    return { out: written, summary, warnings: run.warnings };
  } finally {
    await run.dispose();
  }
}

/** A job whose settings, input paths and place for the result stood the checks that cost nothing. */
interface CheckedJob {
  readonly analysis: Analysis;
  /** With absolute paths. */
  readonly spec: Record<string, unknown>;
  /** The result folder, absolute. */
  readonly out: string;
}

/**
 * What can be known of a job before a model is opened.
 * @throws UserError for bad settings, a path that does not exist, or a place that cannot be written
 */
export function checkJob(request: JobRequest, parts: JobParts = engineParts): CheckedJob {
  const analysis = analysisOf(request.analysis, parts);
  const roots = { workspace: request.workspace, samples: parts.samples };
  const spec = mapPaths(analysis.spec, parseSpec(analysis.spec, request.spec), (path) => absolutePath(path, roots));
  const out = resolve(request.workspace, request.out);
  assertPlace(out, request.force, request.unique === true);
  if (request.provider !== undefined) parts.requireProvider?.(request.provider);
  const { mayBeMissing = [] } = analysis.spec;
  const required = pathFields(analysis.spec, spec).filter((field) => !mayBeMissing.includes(field));
  for (const path of required.flatMap((field) => spec[field] ?? [])) {
    if (typeof path === 'string' && !existsSync(path)) throw new UserError(`${path} does not exist`, 'Check the path.');
  }
  return { analysis, spec, out };
}

/** What a run on a model would need, and how it would run. Reads headers only. @throws UserError for a bad model */
export function estimateModel(request: EstimateRequest, parts: JobParts = engineParts): Promise<Estimate> {
  return parts.estimate(request);
}

/** What one run holds: the models that it opened, the files that it read, what it warned of. */
export class Run {
  readonly context: RunContext;
  readonly inputs: InputRecorder;
  readonly warnings: string[] = [];
  /** Fires when the run is cancelled or over: a failed one leaves files half hashed. */
  private readonly ended = new AbortController();
  /** By folder. */
  private readonly checkpoints = new Map<string, CheckpointUse>();
  private readonly models = new Map<string, Promise<Transformer>>();
  private readonly cache: ActivationCache;
  private readonly kept: Kept;

  constructor(
    private readonly request: JobRequest,
    private readonly hooks: JobHooks,
    private readonly parts: JobParts,
    out: string,
  ) {
    this.kept = new Kept(out);
    this.warnings.push(...(request.warnings ?? []));
    const { seed, threads, memory, executor, workspace, cacheFolder } = request;
    const { signal } = this.ended;
    hooks.signal.addEventListener('abort', () => this.ended.abort(), { once: true, signal });
    const hash = (path: string): Promise<string> => parts.hashFile(path, cacheFolder, signal);
    this.inputs = new InputRecorder(workspace, parts.samples, hash);
    this.cache = new ActivationCache(cacheFolder, request.cacheSize ?? cacheSizeOf(process.env));
    this.context = {
      signal: hooks.signal,
      seed,
      threads,
      memory,
      executor,
      openModel: (path, options) => this.openModel(resolve(workspace, path), options?.untrainedSeed),
      sample: (path) => this.inputs.sample(path),
      recordInput: (path, role) => this.inputs.record(path, role),
      hash: (path) => hash(resolve(workspace, path)),
      checkpoint: async (files, settings) => {
        const hashes: string[] = [];
        for (const file of files) hashes.push(await hash(resolve(workspace, file)));
        const checkpoint = openCheckpoint(cacheFolder, {
          version: parts.version,
          hashes: [...hashes, ...(await this.placementKeys())],
          seed,
          settings,
        });
        const { folder } = checkpoint;
        if (!this.checkpoints.has(folder))
          this.checkpoints.set(folder, await CheckpointUse.begin(folder, { out, shard: request.shard !== undefined }));
        return checkpoint;
      },
      cached: (key, shape, compute) => this.cache.layers({ version: parts.version, key }, shape, compute),
      divided: (work) => divided(work, { signal: hooks.signal, shard: request.shard }),
      reached: (stage) => {
        if (request.shard?.stage === stage)
          throw new ShardDone({ pieces: 1, made: 1, work: 1, unit: 'stage', bytes: 0 });
      },
      keep: (what, write) => this.kept.keep(what, write),
      warn: (message) => void this.warnings.push(message),
    };
  }

  /** Runs an analysis to its end, passing its progress on and stopping at the first progress after a cancel. */
  async drain(steps: AsyncGenerator<Progress, AnalysisResult>): Promise<AnalysisResult> {
    let breath = performance.now();
    try {
      for (;;) {
        if (this.hooks.signal.aborted) throw new Cancelled();
        const step = await steps.next();
        if (step.done === true) return step.value;
        this.hooks.onProgress(step.value);
        if (performance.now() - breath > BREATH_MS) {
          await setImmediate();
          breath = performance.now();
        }
      }
    } catch (error) {
      await steps.return(undefined as never).catch(() => undefined);
      throw this.hooks.signal.aborted ? new Cancelled() : error;
    }
  }

  /** @throws UserError when an input file could not be read again for its checksum */
  async provenance(): Promise<Provenance> {
    const models = await Promise.all(this.models.values());
    const [model] = models;
    const { executor, tokenizer } = model ?? {};
    return {
      ...environment(this.request, this.parts),
      ...(executor === undefined ? {} : { executor }),
      ...placementFacts(models.map(({ placement }) => placement)),
      ...(tokenizer === undefined
        ? {}
        : { tokenizer: { sha256: tokenizer.sha256, specialTokens: tokenizer.specialTokens } }),
      inputs: await this.inputs.inputs(),
    };
  }

  /** The result is written: what was kept for the case that it would not be is no longer needed. */
  async forget(): Promise<void> {
    for (const use of this.checkpoints.values()) await use.finish();
    await this.kept.remove();
  }

  /** Stops what still reads files and frees the models. An error of opening one was thrown already where it was asked for. */
  async dispose(): Promise<void> {
    this.ended.abort();
    for (const use of this.checkpoints.values()) await use.release();
    // What a shard has cached is for the others: only the run that ends with a result makes room.
    await this.cache.close(this.request.shard === undefined);
    for (const opened of await Promise.allSettled(this.models.values())) {
      if (opened.status === 'fulfilled') await opened.value.dispose();
    }
  }

  private openModel(path: string, untrainedSeed: number | undefined): Promise<Transformer> {
    const key = `${path}\n${untrainedSeed ?? 'trained'}`;
    const known = this.models.get(key);
    if (known !== undefined) return known;
    const opened = this.parts.openModel(path, this.request, this.hooks, untrainedSeed).then(async (model) => {
      for (const file of model.files) this.inputs.record(file, 'model');
      if (model.placement?.warning !== undefined) this.warnings.push(model.placement.warning);
      if (untrainedSeed === undefined) await this.check(model, path);
      return model;
    });
    this.models.set(key, opened);
    // An analysis may go on without it: it is none of the models that the result came from.
    opened.catch(() => this.models.delete(key));
    return opened;
  }

  /** Where the models that are open run, for what is kept of their numbers. */
  private async placementKeys(): Promise<string[]> {
    return (await Promise.all(this.models.values())).flatMap(placementKey);
  }

  private async check(model: Transformer, path: string): Promise<void> {
    const { selfCheck, cacheFolder } = this.request;
    if (selfCheck === false || this.parts.checkModel === undefined) return;
    try {
      this.warnings.push(...(await this.parts.checkModel(model, path, cacheFolder, this.hooks)));
    } catch (error) {
      await model.dispose();
      throw error;
    }
  }
}

function analysisOf(id: string, { analyses }: JobParts): Analysis {
  const analysis = analyses.find(({ spec }) => spec.id === id);
  if (analysis !== undefined) return analysis;
  throw new UserError(
    `There is no analysis called ${id}`,
    `There are ${analyses.map(({ spec }) => spec.id).join(', ')}.`,
  );
}

/** Fails before the work rather than after it, where the result cannot be written. */
function assertPlace(out: string, force: boolean, unique: boolean): void {
  if (!unique) assertWritable(out, force);
  let ancestor = dirname(out);
  while (!existsSync(ancestor) && dirname(ancestor) !== ancestor) ancestor = dirname(ancestor);
  // Permissions do not tell all, for example of /proc: so a folder is made there, of the name that the run will use.
  const probe = partialFolder(join(ancestor, basename(out)), process.pid);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
  } catch (error) {
    throw writeProblem(out, error);
  }
}

function displayPaths(analysis: Analysis, spec: unknown, inputs: InputRecorder): Record<string, unknown> {
  return mapPaths(analysis.spec, spec, (path) => inputs.display(path));
}
