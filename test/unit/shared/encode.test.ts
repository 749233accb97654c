import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, sha256, utf8 } from '../../../src/shared/encode';

const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'x'.repeat(55),
  'x'.repeat(56),
  'x'.repeat(64),
  'né – 神経 🧠'.repeat(999),
  '\ud800x',
];

describe('encodings, against Node’s own', () => {
  it.each(TEXTS.map((text) => [text.slice(0, 12), text]))('UTF-8, SHA-256 and base64 of “%s…”', (_, text) => {
    const bytes = utf8(text);
    expect(Buffer.from(bytes).equals(Buffer.from(text, 'utf8'))).toBe(true);
    expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(base64(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('base64'));
  });
});
