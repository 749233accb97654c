import type { ResultFile } from '../../../src/shared/result';

export const result: ResultFile = {
  schema: 'brainlens/localization@1',
  name: 'localize </script> & "more"',
  created: '2026-01-01T12:00:00.000Z',
  seconds: 75,
  spec: { model: '/models/smol.gguf', stimuli: ['a/sentences.csv', 'b/lists.csv'], fraction: 0.01, signed: false },
  provenance: {
    brainlens: '0.1.0',
    onnxruntime: '1.30.0',
    node: 'v20',
    platform: 'linux-x64',
    threads: 2,
    seed: 0,
    inputs: [{ path: 'a/sentences.csv', role: 'stimuli', bytes: 41_300, sha256: 'ab' }],
    tokenizer: { sha256: 'cd', specialTokens: 'none' },
  },
  result: {
    k: 172,
    perLayer: [1, 2, 3, 4, 5],
    reliability: { dice: 0.81395348, spearman: null, spearmanReason: 'one unit' },
    warnings: ['Few stimuli.'],
  },
  summary: 'One line\u2028of text.',
};
