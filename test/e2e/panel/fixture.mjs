// A localization as the engine would write it, of SmolLM2-135M's size; the values come from a seed.

export const LAYERS = 30;
export const WIDTH = 576;
const FRACTION = 0.01;

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {object} shared the bundled src/shared modules */
export function localization(shared, { seed = 1, layers = LAYERS, width = WIDTH } = {}) {
  const random = generator(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const t = new Float32Array(layers * width);
  for (let i = 0; i < t.length; i++) t[i] = (1.2 + (2.4 * Math.floor(i / width)) / layers) * normal();
  t[21 * width + 507] = 27.35458;
  const order = [...t.keys()].sort((a, b) => t[b] - t[a] || a - b);
  const k = Math.floor(FRACTION * t.length);
  const selected = order.slice(0, k);
  const cut = t[selected.at(-1)];
  const matrix = { data: t, rows: layers, columns: width };
  const cells = shared.aggregate(matrix, 0, width, width / 4);
  const range = 27.4;
  const figures = [
    perLayer(selected, layers, width, random),
    {
      kind: 'map',
      id: 't-map',
      title: 'Welch’s t of every unit',
      summary: `t from ${Math.min(...t).toFixed(2)} to ${Math.max(...t).toFixed(2)} over ${layers} layers of ${width} units.`,
      x: { label: 'Unit', type: 'linear' },
      y: { label: 'Layer', type: 'linear' },
      value: 't (sentences − nonwords)',
      rows: layers,
      columns: width,
      step: cells.step,
      min: [...cells.min],
      max: [...cells.max],
      scale: 'diverging',
      range: [-range, range],
      array: 't.npy',
    },
    distribution(t, cut),
    profile(),
    {
      kind: 'table',
      id: 'top-units',
      title: 'Top units',
      summary: `The ${k} selected units by t.`,
      columns: [
        { label: 'Rank', type: 'number' },
        { label: 'Layer', type: 'number' },
        { label: 'Unit', type: 'number' },
        { label: 't', type: 'number', digits: 5 },
        { label: 'p', type: 'number', digits: 3 },
        { label: 'q', type: 'number', digits: 3 },
      ],
      rows: selected.map((unit, i) => [
        i + 1,
        Math.floor(unit / width),
        unit % width,
        t[unit],
        i === 3 ? null : Math.exp(-(t[unit] ** 1.4)),
        Math.exp(-(t[unit] ** 1.35)),
      ]),
    },
  ];
  return { result: resultFile(k, layers, width), figures: { schema: 'brainlens/figures@1', figures }, matrix };
}

function perLayer(selected, layers, width, random) {
  const x = Array.from({ length: layers }, (_, layer) => layer);
  const count = x.map((layer) => selected.filter((unit) => Math.floor(unit / width) === layer).length);
  const even = x.map(() => selected.length / layers + random() - 0.5);
  return {
    kind: 'chart',
    id: 'selected-per-layer',
    title: 'Selected units per layer',
    summary: `${selected.length} units; layer ${count.indexOf(Math.max(...count))} holds the most (${Math.max(...count)}).`,
    x: { label: 'Layer', type: 'linear' },
    y: { label: 'Units', type: 'linear' },
    series: [
      { name: 'Selected', mark: 'bar', role: 'selected', x, y: count },
      {
        name: 'Random units',
        mark: 'band',
        role: 'control-1',
        x,
        y: even,
        low: even.map((value) => value - 2.6),
        high: even.map((value) => value + 2.9),
        interval: 'range of 10 seeds',
      },
    ],
  };
}

function distribution(t, cut) {
  const width = 0.5;
  const bins = new Map();
  for (const value of t) {
    const centre = (Math.floor(value / width) + 0.5) * width;
    bins.set(centre, (bins.get(centre) ?? 0) + 1);
  }
  const entries = [...bins].sort(([a], [b]) => a - b);
  const bars = (name, role, kept) => ({
    name,
    role,
    mark: 'bar',
    width,
    x: kept.map(([x]) => x),
    y: kept.map(([, y]) => y),
  });
  return {
    kind: 'chart',
    id: 't-distribution',
    title: 'Distribution of t',
    summary: `The cut lies at t = ${cut.toFixed(3)}.`,
    x: { label: 't', type: 'linear' },
    y: { label: 'Units', type: 'log' },
    series: [
      bars(
        'Other units',
        'muted',
        entries.filter(([x]) => x < cut),
      ),
      bars(
        'Selected',
        'selected',
        entries.filter(([x]) => x >= cut),
      ),
    ],
    markers: [{ axis: 'x', value: cut, label: `cut: t = ${cut.toFixed(3)}` }],
  };
}

function profile() {
  const x = ['sentences', 'nonwords', 'word lists', 'scrambled & <odd>'];
  const series = (name, role, y) => ({
    name,
    role,
    mark: 'bar',
    x,
    y,
    low: y.map((value) => value - 0.05),
    high: y.map((value) => value + 0.05),
    interval: '± s.e.m.',
  });
  return {
    kind: 'chart',
    id: 'response-profile',
    title: 'Response profile on held-out stimuli',
    summary: 'Selected units answer sentences with 0.61 and nonwords with −0.59 s.d.',
    x: { label: 'Condition', type: 'category' },
    y: { label: 'Mean |activation| (z)', type: 'linear' },
    series: [
      series('Selected', 'selected', [0.61, -0.59, 0.2, -0.1]),
      series('Random units', 'control-1', [0.04, -0.03, 0.02, 0.01]),
      series('Random, layer-matched', 'control-2', [0.11, -0.1, 0.03, -0.02]),
      series('Random, magnitude-matched', 'control-3', [0.07, -0.06, 0.02, 0.05]),
    ],
    markers: [{ axis: 'y', value: 0.8, label: 'a value to compare with' }],
  };
}

function resultFile(k, layers, width) {
  const sha256 = 'a3f1'.repeat(16);
  const shape = [layers, width];
  return {
    schema: 'brainlens/localization@1',
    name: 'localize-20260101-120000',
    created: '2026-01-01T12:00:00.000Z',
    seconds: 14.2,
    spec: {
      model: '/models/SmolLM2-135M-Instruct.Q4_1.gguf',
      stimuli: ['language/sentences-and-nonwords.csv'],
      network: 'language',
      fraction: FRACTION,
      pooling: 'last',
      maxTokens: 12,
      signed: false,
    },
    provenance: {
      brainlens: '0.1.0',
      onnxruntime: '1.30.0',
      node: 'v20.20.2',
      platform: 'linux-x64',
      threads: 2,
      seed: 0,
      executor: 'resident',
      inputs: [
        { path: 'models/SmolLM2-135M-Instruct.Q4_1.gguf', role: 'weights', bytes: 98_000_000, sha256 },
        { path: 'language/sentences-and-nonwords.csv', role: 'stimuli', bytes: 41_312, sha256 },
      ],
      tokenizer: { sha256, specialTokens: 'none added' },
    },
    result: {
      k,
      perLayer: Array.from({ length: layers }, () => 5),
      reliability: { dice: 0.8139534883720931, spearman: 0.987654321 },
      massiveUnits: 90,
      warnings: ['3 units are constant in both conditions: their t is undefined and they are never selected.'],
    },
    summary: `${k} of ${layers * width} units respond to sentences more than to nonwords; Dice between halves 0.81.`,
    arrays: ['t.npy', 'p.npy', 'q.npy'].map((file) => ({ file, dtype: '<f8', shape })),
  };
}
