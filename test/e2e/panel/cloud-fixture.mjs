// Features by lobe as the engine would write them, of a Gemma Scope SAE's size; the values come from a seed.
import { localization } from './fixture.mjs';

export const FEATURES = 16_384;
export const DETAILS = 'features.jsonl';
const WORDS = ['def', 'return', ' the', ' of', '\n', ' river', ' SELECT', '0.5', 'ß', ' &', ' <b>'];

/** @param {object} shared the bundled src/shared modules */
export function cloud(shared, { features = FEATURES, details = DETAILS, groups = 3 } = {}) {
  const base = localization(shared);
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const numbers = (make) => Array.from({ length: features }, (_, i) => Number(make(i).toFixed(3)));
  // Ids leave gaps: some features never fired.
  const ids = Array.from({ length: features }, (_, i) => 2 * i + 1);
  const of = ids.map(() => Math.floor(groups * random() ** 1.5));
  const centre = (i) => [Math.cos((2 * Math.PI * of[i]) / groups), Math.sin((2 * Math.PI * of[i]) / groups)];
  const near = (axis) => numbers((i) => 4 * centre(i)[axis] + normal());
  const figure = {
    kind: 'cloud',
    id: 'map',
    title: 'Map of the features',
    summary: `${features} features in ${groups} lobes by φ; 212 never fired and are left out.`,
    noun: 'feature',
    ids,
    text: ids.map(() => [0, 1, 2].map(() => WORDS[Math.floor(WORDS.length * random())]).join(' · ')),
    layouts: [
      { name: 'UMAP', axes: ['UMAP 1', 'UMAP 2'], x: near(0), y: near(1) },
      { name: 'PCA', axes: ['PC 1 (3.2 %)', 'PC 2 (2.8 %)'], x: near(1), y: near(0) },
      {
        name: 'PCA, 3-D',
        axes: ['PC 1 (3.2 %)', 'PC 2 (2.8 %)', 'PC 3 (2.1 %)'],
        x: near(0),
        y: near(1),
        z: numbers(normal),
      },
    ],
    groupings: [
      { name: `φ, ${groups} lobes`, groups: lobes(groups), of },
      { name: 'Position, 12 lobes', groups: lobes(12), of: of.map((_, i) => i % 12) },
    ],
    details,
  };
  const figures = { schema: 'brainlens/figures@1', figures: [figure, ...base.figures.figures.slice(0, 1)] };
  return { ...base, figures, figure };
}

/** A line of the details: contexts of a feature. */
export function line(id) {
  return JSON.stringify({
    title: `Feature ${id}`,
    facts: { 'firing rate': '1.2 %', 'highest activation': '12.9' },
    contexts: [
      {
        before: 'import os\n\ndef ',
        token: 'main',
        after: '(argv):\n    return <b>0</b>',
        value: 12.9,
        source: 'code/a.py',
      },
      { before: 'The end of a line', token: '\n', after: 'and the next', value: 3.25, source: 'books, document 12' },
    ],
  });
}

function lobes(count) {
  return Array.from({ length: count }, (_, i) => `lobe ${i + 1}`);
}
