import { describe, expect, it } from 'vitest';
import { Cancelled, UserError } from '../../../src/shared/errors';
import { executeStudy } from '../../../src/study/execute';
import { nextRun, statesOf } from '../../../src/study/next';
import type { Outcome, Turn } from '../../../src/study/next';
import type { RunState } from '../../../src/study/state';
import { read } from './support';

const fresh: RunState = { kind: 'up-to-date' };
const signal = new AbortController().signal;

/** Runs the study on a runner that fails where it is told to. */
async function execute(
  fails: Readonly<Record<string, Error>>,
  states: Readonly<Record<string, RunState>> = {},
  force = false,
) {
  const { plan } = await read();
  const made: Turn[] = [];
  const said: string[] = [];
  const outcomes = await executeStudy(
    plan.runs,
    {
      look: ({ run }) => Promise.resolve(states[run.id] ?? { kind: 'missing' }),
      make: (turn) => {
        made.push(turn);
        const error = fails[turn.run.id];
        return error === undefined ? Promise.resolve({ summary: 'made' }) : Promise.reject(error);
      },
      onStart: ({ run }, why) => said.push(`${run.id}: ${why}`),
      onOutcome: () => undefined,
    },
    { force, signal },
  );
  return { made: made.map(({ run }) => run.id), turns: made, said, outcomes };
}

const all = ['language', 'silence', 'encoding'].flatMap((name) => [`${name}-smol`, `${name}-pythia`]);
const allFresh = Object.fromEntries([...all, 'hierarchy', 'maps'].map((id) => [id, fresh]));

describe('executing a study', () => {
  it('makes everything once, and nothing that is up to date unless forced', async () => {
    expect((await execute({})).made).toHaveLength(8);
    expect((await execute({}, allFresh)).made).toEqual([]);
    expect((await execute({}, allFresh, true)).made).toHaveLength(8);
    const stale = { ...allFresh, 'silence-smol': { kind: 'out-of-date', reason: 'tasks.jsonl has changed' } as const };
    const { made, said } = await execute({}, stale);
    expect(made).toEqual(['silence-smol']);
    expect(said).toEqual(['silence-smol: tasks.jsonl has changed']);
  });

  it('goes on without a model that fails: dependents on it are skipped, lists go on with the rest', async () => {
    const { outcomes, turns } = await execute({ 'language-pythia': new UserError('bad weights') });
    expect(outcomes.get('language-pythia')).toEqual({ kind: 'failed', message: 'bad weights', internal: false });
    for (const id of ['silence-pythia', 'encoding-pythia']) {
      expect(outcomes.get(id)).toEqual({ kind: 'skipped', reason: 'language (pythia) failed' });
    }
    const hierarchy = turns.find(({ run }) => run.id === 'hierarchy')!;
    expect(hierarchy.leftOut).toEqual(['encoding (pythia)', 'silence (pythia)']);
    expect(hierarchy.input['alignment']).toEqual(['/lab/.brainlens/three/encoding-smol']);
  });

  it('leaves a model without what is needed out of every list, and one without what is not out of that only', async () => {
    const needed = (await execute({ 'encoding-pythia': new Error('bug') })).turns.find(
      ({ run }) => run.id === 'hierarchy',
    )!;
    expect([needed.input['alignment'], needed.input['tasks']].map((list) => (list as string[]).length)).toEqual([1, 1]);
    const spare = (await execute({ 'silence-pythia': new Error('bug') })).turns.find(
      ({ run }) => run.id === 'hierarchy',
    )!;
    expect([spare.input['alignment'], spare.input['tasks']].map((list) => (list as string[]).length)).toEqual([2, 1]);
  });

  it('skips what has too few left, and says why; what is no UserError is our own failure', async () => {
    const { outcomes } = await execute({ 'encoding-smol': new UserError('x'), 'encoding-pythia': new Error('bug') });
    expect(outcomes.get('hierarchy')).toEqual({
      kind: 'skipped',
      reason: 'encoding (smol) failed, and without it alignment must name a result of align',
    });
    expect(outcomes.get('encoding-pythia')).toMatchObject({ internal: true });
  });

  it('leaves a result alone that is not of the study, unless it is forced', async () => {
    const taken = { ...allFresh, 'language-smol': { kind: 'blocked', message: 'it is of another' } as const };
    const { made, outcomes } = await execute({}, taken);
    expect(made).toEqual([]);
    expect(outcomes.get('language-smol')).toEqual({ kind: 'failed', message: 'it is of another', internal: false });
    expect(outcomes.get('silence-smol')).toEqual({ kind: 'skipped', reason: 'language (smol) failed' });
    expect((await execute({}, taken, true)).made).toHaveLength(8);
  });

  it('ends with a cancel', async () => {
    await expect(execute({ 'silence-smol': new Cancelled() })).rejects.toBeInstanceOf(Cancelled);
  });

  it('knows at any moment what comes next', async () => {
    const { plan } = await read();
    const outcomes = new Map<string, Outcome>([['language-smol', { kind: 'failed', message: '', internal: false }]]);
    expect(nextRun(plan.runs, outcomes)).toMatchObject({ run: { id: 'silence-smol' }, skip: 'language (smol) failed' });
    for (const { id } of plan.runs) outcomes.set(id, { kind: 'up-to-date' });
    expect(nextRun(plan.runs, outcomes)).toBeUndefined();
  });
});

describe('states of a study', () => {
  const states = async (own: Readonly<Record<string, RunState>>) => {
    const { plan } = await read();
    const found = await statesOf(plan.runs, ({ run }) => Promise.resolve(own[run.id] ?? fresh));
    return Object.fromEntries(found.map(({ run, state }) => [run.id, state]));
  };

  it('what needs something stale is stale too, and nothing else', async () => {
    const found = await states({ 'language-smol': { kind: 'missing' } });
    expect(found['silence-smol']).toEqual({ kind: 'out-of-date', reason: 'language (smol) is still to be made' });
    expect(found['hierarchy']).toMatchObject({ kind: 'out-of-date' });
    for (const id of ['language-pythia', 'silence-pythia', 'maps']) expect(found[id]).toEqual(fresh);
  });

  it('a failed run is left out of lists, whose results may be up to date with the rest', async () => {
    const found = await states({ 'language-smol': { kind: 'failed', message: 'bad' } });
    expect(found['silence-smol']).toEqual({ kind: 'out-of-date', reason: 'it waits: language (smol) failed' });
    expect(found['hierarchy']).toEqual(fresh);
  });

  it('what waits for a place that is taken says so', async () => {
    const found = await states({ 'language-smol': { kind: 'blocked', message: 'taken' } });
    expect(found['silence-smol']).toEqual({ kind: 'out-of-date', reason: 'it waits: language (smol) failed' });
  });
});
