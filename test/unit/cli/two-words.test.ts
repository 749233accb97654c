import { beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../src/cli/program';
import { describeCancel } from '../../../src/shared/errors';
import { describeProgress } from '../../../src/shared/progress';

describe('verbs of two words', () => {
  // The engine's modules are loaded with the first run: not within the time of a test.
  beforeAll(() => import('../../../src/engine/job'), 120_000);

  test.each([
    [['sae', 'train', '--help'], 0, /brainlens sae train \[options\][^]*--features[^]*sae-train-<yyyymmdd/],
    [['sae', '--help'], 0, /train \[options\]/],
    [['sae', 'train', '--model', 'x', '--layer', '1'], 2, /--documents is missing. See brainlens sae train --help/],
    [['sae', 'bake'], 2, /unknown command|too many arguments/],
    [['sae', 'train', '--model', 'x', '--layer', '1', '--documents', 'd', '--k', '9', '--features', '8'], 2, /--k/],
  ])('%j answers in its own name', async (args, code, message) => {
    let said = '';
    const stream = { write: (text: string) => (said += text) };
    expect(await runCommandLine(args, { stdout: stream, stderr: stream })).toBe(code);
    expect(said).toMatch(message);
  });
});

test('measures of a run stand behind its count', () => {
  const values = { loss: 0.31234, dead: 0, varianceExplained: 0.68, gradientNorm: 0.00012 };
  const progress = { phase: 'Training', done: 3, total: 9, unit: 'steps', values };
  expect(describeProgress(progress, { rate: 2, secondsLeft: 3 })).toBe(
    'Training: 3 of 9 steps · loss 0.312 · dead 0 · variance explained 0.68 · gradient norm 1.2e-4 · 2.0/s · 3 s left',
  );
});

test('a cancel says what it left, or that it left nothing', () => {
  expect(describeCancel(undefined)).toBe('cancelled; nothing was written');
  expect(describeCancel({ folder: '/a-checkpoint', what: 'variance explained 0.68 at step 1200' })).toBe(
    'cancelled; the best so far (variance explained 0.68 at step 1200) is in /a-checkpoint',
  );
});
