import { z } from 'zod';
import type { ChartFigure, FiguresFile } from './figure';
import { PROVIDERS } from './provider';
import { studyRecordSchema } from './result';
import type { ResultFile } from './result';

// Editor or command line ↔ engine child ----------------------------------------------------------------------------

const estimateSchema = z.object({
  model: z.string(),
  resident: z.number(),
  streaming: z.number(),
  budget: z.number(),
  executor: z.enum(['resident', 'streaming', 'refused']),
  /** Bytes that a run will first write into the cache folder (a dequantised GGUF); 0 when nothing need be written. */
  cache: z.number(),
});

/** What a run will need, in bytes, and how it would run within the budget. */
export type Estimate = z.infer<typeof estimateSchema>;

const jobSchema = z.object({
  analysis: z.string(),
  /** The spec's input form; the engine parses it again. Paths are absolute. */
  spec: z.record(z.string(), z.unknown()),
  out: z.string(),
  force: z.boolean(),
  /** `out` is a default of ours: when it is taken, the result goes to `<out>-2`, `<out>-3`, … */
  unique: z.boolean().optional(),
  seed: z.number().int(),
  threads: z.number().int().positive(),
  memory: z.number().positive(),
  executor: z.enum(['auto', 'resident', 'streaming']),
  /** Where models run; absent: on the CPU. */
  provider: z.enum(PROVIDERS).optional(),
  cacheFolder: z.string(),
  /** Bytes that cached activations may take; absent: `BRAINLENS_CACHE_SIZE`, else 5 GB. */
  cacheSize: z.number().nonnegative().optional(),
  /** Provenance paths are relative to it. */
  workspace: z.string(),
  /** The study that asks for it; stored in the result. */
  study: studyRecordSchema.optional(),
  /** False: a model is not looked at before it runs. */
  selfCheck: z.boolean().optional(),
  /** Make only the share `index` (from 1) of `count` of a stage's pieces, for others to merge: no result. */
  shard: z.object({ stage: z.string(), index: z.number().int(), count: z.number().int() }).optional(),
  /** Said with the result, before what the analysis itself warns of. */
  warnings: z.array(z.string()).optional(),
});

/** One analysis run, whoever asks for it. */
export type JobRequest = z.infer<typeof jobSchema>;

const estimateRequestSchema = z.object({
  /** Absolute. */
  model: z.string(),
  memory: z.number().positive(),
  executor: z.enum(['auto', 'resident', 'streaming']),
  cacheFolder: z.string(),
});

/** The question that an `Estimate` answers. */
export type EstimateRequest = z.infer<typeof estimateRequestSchema>;

const lookSchema = z.object({
  analysis: z.string(),
  /** The spec's input form, with absolute paths. */
  input: z.record(z.string(), z.unknown()),
  /** The result folder, absolute. */
  out: z.string(),
  /** The study file, absolute. */
  file: z.string(),
  seed: z.number().int(),
  cacheFolder: z.string(),
  workspace: z.string(),
});

/** A run of a study whose result is to be held against the contents of its inputs. */
export type LookRequest = z.infer<typeof lookSchema>;

/** How a run of a study stands. */
export const runStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('up-to-date') }),
  z.object({ kind: z.literal('out-of-date'), reason: z.string() }),
  z.object({ kind: z.literal('missing') }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  /** It cannot be made: its place is taken, or its model is not there. */
  z.object({ kind: z.literal('blocked'), message: z.string() }),
]);

/** To the engine child. */
export const toEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), id: z.number(), job: jobSchema }),
  z.object({ type: z.literal('estimate'), id: z.number(), request: estimateRequestSchema }),
  /** Writes a first dataset manifest into a folder (absolute), by its files; never over one that is there. */
  z.object({ type: z.literal('writeManifest'), id: z.number(), folder: z.string() }),
  /** How much activations take in the cache; `clear` removes them. */
  z.object({ type: z.literal('cache'), id: z.number(), cacheFolder: z.string(), clear: z.boolean() }),
  /** How a run of a study stands: large inputs are hashed, which the extension host must not do. */
  z.object({ type: z.literal('look'), id: z.number(), look: lookSchema }),
]);
export type ToEngine = z.infer<typeof toEngineSchema>;

/** From the engine child. Every request ends with one answer: `failed`, or the one of its kind. */
export const fromEngineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('progress'),
    id: z.number(),
    progress: z.object({
      phase: z.string(),
      done: z.number(),
      total: z.number(),
      unit: z.string(),
      values: z.record(z.string(), z.number()).optional(),
    }),
  }),
  z.object({
    type: z.literal('done'),
    id: z.number(),
    out: z.string(),
    summary: z.string(),
    warnings: z.array(z.string()),
  }),
  z.object({ type: z.literal('estimated'), id: z.number(), estimate: estimateSchema }),
  /** The path of the manifest, and a line for each thing understood. */
  z.object({ type: z.literal('manifest'), id: z.number(), path: z.string(), notes: z.array(z.string()) }),
  /** Bytes that are there, or that were freed. */
  z.object({ type: z.literal('cache'), id: z.number(), bytes: z.number() }),
  z.object({ type: z.literal('state'), id: z.number(), state: runStateSchema }),
  z.object({
    type: z.literal('failed'),
    id: z.number(),
    kind: z.enum(['user', 'internal']),
    message: z.string(),
    stack: z.string().optional(),
  }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;

// Editor ↔ webview ---------------------------------------------------------------------------------------------------

/** To the panel. Arrays travel as exact-size ArrayBuffers of float32. */
export type ToWebview =
  | { readonly type: 'result'; readonly result: ResultFile; readonly figures: FiguresFile; readonly folder: string }
  | { readonly type: 'array'; readonly file: string; readonly data: ArrayBuffer; readonly shape: readonly number[] }
  /** Answers `requestArray` where the file cannot be read: the figure stays at its own resolution and says so. */
  | { readonly type: 'arrayMissing'; readonly file: string; readonly message: string }
  /** Answers `requestLine`: line `index` (from 0) of a JSON Lines file; `undefined` where there is none. */
  | { readonly type: 'line'; readonly file: string; readonly index: number; readonly text: string | undefined }
  /** In place of a result: a run under way, with its measures so far. */
  | {
      readonly type: 'running';
      readonly title: string;
      readonly status: string;
      readonly figures: readonly ChartFigure[];
    }
  /** Results side by side. */
  | { readonly type: 'comparison'; readonly title: string; readonly summary: string; readonly figures: FiguresFile }
  | { readonly type: 'error'; readonly message: string };

/** From the panel; checked at the boundary. */
export const fromWebviewSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('requestArray'), file: z.string() }),
  z.object({ type: z.literal('requestLine'), file: z.string(), index: z.int().nonnegative() }),
  z.object({ type: z.literal('saveFigure'), name: z.string(), format: z.enum(['png', 'svg']), dataUrl: z.string() }),
  z.object({ type: z.literal('saveCsv'), name: z.string(), text: z.string() }),
  /** All figures at once: the host asks for one folder. */
  z.object({ type: z.literal('saveAllCsv'), files: z.array(z.object({ name: z.string(), text: z.string() })) }),
  z.object({ type: z.literal('copy'), text: z.string(), what: z.string() }),
  z.object({ type: z.literal('openReport') }),
  /** Stops the run that is shown. */
  z.object({ type: z.literal('cancel') }),
  /** The last `running` is on the screen: the next may come. */
  z.object({ type: z.literal('drawn') }),
  z.object({ type: z.literal('revealArrays') }),
  z.object({ type: z.literal('problem'), message: z.string() }),
]);
export type FromWebview = z.infer<typeof fromWebviewSchema>;
