import { z } from 'zod';
import { UserError } from './errors';

/** A file that went into a result. */
export const inputFileSchema = z.object({
  path: z.string(),
  role: z.string(),
  bytes: z.number(),
  sha256: z.string(),
});

/** Where a result came from, so that it can be told apart and made again. */
export const provenanceSchema = z.looseObject({
  brainlens: z.string(),
  onnxruntime: z.string(),
  node: z.string(),
  platform: z.string(),
  threads: z.number(),
  seed: z.number(),
  executor: z.string().optional(),
  /** The execution provider that the models really ran on; several where they differ. */
  provider: z.string().optional(),
  inputs: z.array(inputFileSchema),
  tokenizer: z.object({ sha256: z.string(), specialTokens: z.string() }).optional(),
});

/** One `.npy` file of a result folder. `dtype` is numpy's: `<f8`, `<f4`, `<i4`, `|u1`. */
export const arraySchema = z.object({ file: z.string(), dtype: z.string(), shape: z.array(z.number()) });

/** Which run of which study a result is, and what its inputs were right before it. */
export const studyRecordSchema = z.object({
  /** The study file. */
  file: z.string(),
  /** Names in the study. */
  analysis: z.string(),
  model: z.string().optional(),
  /** `result.json` of another result that it takes → digest of what it says; time stamps do not change it. */
  results: z.record(z.string(), z.string()),
  /** File or folder of a setting → digest of the names and sizes of the files behind it. */
  sets: z.record(z.string(), z.string()),
});

/** `result.json`: versioned, small, readable; the arrays lie beside it as `.npy`. */
export const resultSchema = z.looseObject({
  schema: z.string().regex(/^brainlens\/[a-z-]+@\d+$/),
  name: z.string(),
  created: z.string(),
  seconds: z.number(),
  spec: z.record(z.string(), z.unknown()),
  study: studyRecordSchema.optional(),
  provenance: provenanceSchema,
  result: z.record(z.string(), z.unknown()),
  summary: z.string(),
  /** The `.npy` files beside `result.json`. */
  arrays: z.array(arraySchema).optional(),
  /** Names of further files that the analysis wrote beside it. */
  files: z.array(z.string()).optional(),
});

export type InputFile = z.infer<typeof inputFileSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type StudyRecord = z.infer<typeof studyRecordSchema>;
export type ResultFile = z.infer<typeof resultSchema>;

/**
 * Refuses a result that this version of Brainlens cannot read.
 * @param name what messages call it
 * @param known the schemas that this version writes
 * @throws UserError for an unknown analysis or a newer version of a known one
 */
export function checkSchemaKnown(
  result: ResultFile,
  name: string,
  known: readonly { readonly schema: string; readonly version: number }[],
): void {
  const [schema, version] = result.schema.replace(/^brainlens\//, '').split('@') as [string, string];
  const match = known.find((candidate) => candidate.schema === schema);
  if (match !== undefined && Number(version) <= match.version) return;
  throw new UserError(
    `${name} has the schema ${result.schema}, which this version of Brainlens does not know`,
    'It was written by a newer version: update Brainlens.',
  );
}
