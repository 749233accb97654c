import { describe, expect, it } from 'vitest';
import { restore, StateStore, type PanelState } from '../../../webview/state';

describe('the panel’s memory', () => {
  it('comes back for the same result', () => {
    const kept: PanelState = { result: 'a', scroll: 5, provenance: true, figures: { x: { table: true } } };
    expect(restore(JSON.parse(JSON.stringify(kept)), 'a')).toEqual(kept);
  });

  it.each([
    undefined,
    null,
    7,
    'x',
    { result: 'a', scroll: 'far' },
    { result: 'a', figures: null },
    { result: 'b', scroll: 3 },
  ])('begins afresh from %j', (stored) => {
    expect(restore(stored, 'a')).toEqual({ result: 'a', scroll: 0, provenance: false, figures: {} });
  });

  it('stores every change and keeps the rest', () => {
    const stored: PanelState[] = [];
    const store = new StateStore(restore(undefined, 'a'), (state) => stored.push(state));
    store.updateFigure('x', { table: true });
    store.updateFigure('x', { page: 2 });
    store.update({ scroll: 9 });
    expect(stored).toHaveLength(3);
    expect(stored[2]).toEqual({ result: 'a', scroll: 9, provenance: false, figures: { x: { table: true, page: 2 } } });
    expect(store.figure('y')).toEqual({});
  });
});
