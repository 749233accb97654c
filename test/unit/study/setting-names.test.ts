import { describe, expect, it } from 'vitest';
import { catalog } from '../../../src/analyses/catalog';
import { asEditorSettings } from '../../../src/editor/settingNames';
import { UserError } from '../../../src/shared/errors';
import { executeStudy } from '../../../src/study/execute';
import { asSettings } from '../../../src/study/settings';
import { read } from './support';

const named = (id: string) => ({ spec: catalog.find((analysis) => analysis.id === id)! });

describe('messages of analyses where nobody typed flags', () => {
  it('speak of the settings as a study has them', () => {
    const message = 'The folds need 5 groups. Set --group-by or fewer --folds. See brainlens align --help.';
    const { spec } = named('align');
    const fields = Object.keys((spec.spec as unknown as { shape: object }).shape);
    expect(fields).toContain('folds');
    expect(asSettings('Use fewer --folds.', { spec })).toBe('Use fewer folds.');
    expect(asSettings(message, { spec })).toContain('See its settings.');
    expect(asSettings('Raise --max-tokens.', named('lobes'))).toBe('Raise maxTokens.');
    expect(asSettings('It needs more --memory or fewer --threads.', { spec })).toBe(
      'It needs more memory or fewer threads.',
    );
  });

  it('leave flags that are no settings, and commands to type, as they are', () => {
    const { spec } = named('align');
    for (const message of [
      'Choose another folder (--out), or replace it with brainlens run --force.',
      'Write a manifest: brainlens dataset --dataset FOLDER proposes one.',
      'a -- b',
    ])
      expect(asSettings(message, { spec })).toBe(message);
  });

  it('name the editor’s own settings where a command was run in it', () => {
    expect(asEditorSettings('Raise --memory, or set --max-tokens.', 'lobes')).toBe(
      'Raise brainlens.memory, or set maxTokens.',
    );
    expect(asEditorSettings('Raise --memory.', 'unheard of')).toBe('Raise --memory.');
  });

  it('are told so by a study whose run fails', async () => {
    const { plan } = await read();
    const outcomes = await executeStudy(
      plan.runs.slice(0, 1),
      {
        look: () => Promise.resolve({ kind: 'missing' }),
        make: () => Promise.reject(new UserError('--fraction 0.02 selects no unit', 'Raise --fraction.')),
        onStart: () => undefined,
        onOutcome: () => undefined,
      },
      { force: false, signal: new AbortController().signal },
    );
    const [outcome] = [...outcomes.values()];
    expect(outcome).toMatchObject({ kind: 'failed', message: 'fraction 0.02 selects no unit. Raise fraction.' });
  });
});
