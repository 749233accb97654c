import { describe, expect, it } from 'vitest';
import { describeEstimate, endOf, mostNeeding } from '../../../src/editor/estimateText';
import type { Estimate } from '../../../src/shared/protocol';

const estimate: Estimate = {
  model: 'm',
  resident: 6.4e8,
  streaming: 1.2e8,
  budget: 1e9,
  executor: 'resident',
  cache: 0,
};

describe('what a run needs, said before it starts', () => {
  it('the memory of the way that it will run', () => {
    expect(describeEstimate(estimate)).toBe('Needs 640 MB of memory.');
    expect(describeEstimate({ ...estimate, executor: 'streaming' })).toBe('Needs 120 MB of memory, layer by layer.');
  });

  it('the size of a cache file before it is written', () => {
    expect(describeEstimate({ ...estimate, cache: 5.38e8 })).toMatch(/first writes .* cache file of 538 MB\.$/);
  });

  it('a run that fits goes on', () => {
    expect(endOf({ kind: 'done', estimate })).toBeUndefined();
  });

  it('a model too large even for streaming is refused, with both sizes and the setting to change', () => {
    const end = endOf({ kind: 'done', estimate: { ...estimate, executor: 'refused', budget: 1e8 } });
    expect(end).toMatchObject({ kind: 'failed', user: true });
    expect(end).toHaveProperty(
      'message',
      expect.stringMatching(/120 MB .*even layer by layer.* 100 MB\. .*brainlens\.memory/),
    );
  });

  it('one that only the forced way forbids says so', () => {
    const end = endOf({ kind: 'done', estimate: { ...estimate, executor: 'refused', budget: 2e8 } });
    expect(end).toHaveProperty(
      'message',
      expect.stringMatching(/640 MB .*as a whole.* 200 MB\. .*brainlens\.executor to auto/),
    );
  });

  it('an estimate that failed or was cancelled ends the run as it is', () => {
    expect(endOf({ kind: 'cancelled' })).toEqual({ kind: 'cancelled' });
    const failed = { kind: 'failed', user: true, message: 'config.json is missing' } as const;
    expect(endOf(failed)).toEqual(failed);
  });

  it('of several models the one that needs most, with the cache files of all', () => {
    const done = (changes: Partial<Estimate>) => ({ kind: 'done', estimate: { ...estimate, ...changes } }) as const;
    const small = done({ model: 'small', resident: 1e8, cache: 5e7 });
    const streamed = done({ model: 'streamed', executor: 'streaming', resident: 9e9, cache: 1e7 });
    expect(mostNeeding([small, done({}), streamed])).toEqual(done({ cache: 6e7 }));
    expect(mostNeeding([small, streamed])).toEqual(done({ ...streamed.estimate, cache: 6e7 }));
  });

  it('of several models the first that cannot be run', () => {
    const refused = { kind: 'done', estimate: { ...estimate, executor: 'refused' } } as const;
    const failed = { kind: 'failed', user: true, message: 'no model' } as const;
    expect(mostNeeding([{ kind: 'done', estimate }, failed, refused])).toBe(failed);
    expect(endOf(mostNeeding([refused, failed]))).toMatchObject({ kind: 'failed', user: true });
  });
});
