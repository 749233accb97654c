import { describe, expect, it } from 'vitest';
import { zoomByKey } from '../../../webview/zoom-keys';

const ranges = { x: [0, 30], y: [-10, 10] } as const;

describe('keys on a figure', () => {
  it('zoom about the middle, and back', () => {
    expect(zoomByKey('+', ranges)).toEqual({ x: [5, 25], y: [-10, 10] });
    expect(zoomByKey('-', { x: [5, 25], y: [-10, 10] })).toEqual(ranges);
  });

  it('move by a fifth of what is visible', () => {
    expect(zoomByKey('ArrowRight', ranges)).toEqual({ x: [6, 36], y: [-10, 10] });
    expect(zoomByKey('ArrowDown', ranges)).toEqual({ x: [0, 30], y: [-14, 6] });
  });

  it('show all, and leave other keys to others', () => {
    expect(zoomByKey('0', ranges)).toBe('reset');
    expect(zoomByKey('Tab', ranges)).toBeUndefined();
  });
});
