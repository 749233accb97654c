import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inLanes } from '../../../../src/engine/shards/lanes';

const progress = (done: number) => ({ phase: 'Encoding', done, total: 5, unit: 'layers' });

describe('Layers side by side', () => {
  it('are all done, never more at a time than asked for, and progress counts those that are done', async () => {
    const finished: number[] = [];
    let [open, most] = [0, 0];
    const said: number[] = [];
    const work = async (index: number): Promise<void> => {
      most = Math.max(most, ++open);
      await delay(5 - index);
      open -= 1;
      finished.push(index);
    };
    for await (const { done } of inLanes(5, 2, work, progress)) said.push(done);
    expect(finished.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    expect(said[0]).toBe(0);
    expect(said.at(-1)).toBe(5);
    expect(said).toEqual([...said].sort());
  });

  it('begin no more after one has failed, and the failure comes when those under way have ended', async () => {
    const begun: number[] = [];
    let ended = false;
    const work = async (index: number): Promise<void> => {
      begun.push(index);
      if (index === 0) throw new Error('layer 0');
      await delay(10);
      ended = true;
    };
    const all = async (): Promise<void> => {
      for await (const { done } of inLanes(5, 2, work, progress)) expect(done).toBeLessThan(2);
    };
    await expect(all()).rejects.toThrow('layer 0');
    expect(ended).toBe(true);
    expect(begun).toEqual([0, 1]);
  });
});
