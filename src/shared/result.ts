import { z } from 'zod';

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
  inputs: z.array(inputFileSchema),
  tokenizer: z.object({ sha256: z.string(), specialTokens: z.string() }).optional(),
});

/** `result.json`: versioned, small, readable; the arrays lie beside it as `.npy`. */
export const resultSchema = z.looseObject({
  schema: z.string().regex(/^brainlens\/[a-z-]+@\d+$/),
  name: z.string(),
  created: z.string(),
  seconds: z.number(),
  spec: z.record(z.string(), z.unknown()),
  provenance: provenanceSchema,
  result: z.record(z.string(), z.unknown()),
  summary: z.string(),
});

export type InputFile = z.infer<typeof inputFileSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
export type ResultFile = z.infer<typeof resultSchema>;
