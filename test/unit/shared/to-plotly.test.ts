import { describe, expect, it } from 'vitest';
import { roleColour, standardTheme } from '../../../src/shared/palette';
import { escapeText, wrap } from '../../../src/shared/plotly-text';
import { shareOfAxis } from '../../../src/shared/plot-markers';
import { integerStep, toPlotly } from '../../../src/shared/to-plotly';
import { chart, map } from './figures';

const light = standardTheme('light');
type Loose = Record<string, unknown>;

describe('a chart for Plotly', () => {
  const { data, layout, config } = toPlotly(chart, light);

  it('has a trace per series and an outline for a band', () => {
    expect(data.map((trace) => [trace.type, trace.mode])).toEqual([
      ['bar', undefined],
      ['scatter', 'lines'],
      ['scatter', 'lines'],
      ['scatter', 'markers'],
    ]);
  });

  it('turns absolute ends into distances for error bars, missing where the value is', () => {
    expect(data[0]!.error_y).toMatchObject({ symmetric: false, array: [2, null, 1], arrayminus: [1, null, 0.5] });
    expect(data[2]!.error_y).toBeUndefined();
  });

  it('breaks a band where its ends are missing', () => {
    expect(data[1]!.x).toEqual([0, 1, 1, 0, null, 3, 3, null]);
    expect(data[1]!.y).toEqual([0, 1, 3, 2, null, 3, 5, null]);
    expect(data[1]).toMatchObject({ fill: 'toself', hoverinfo: 'skip' });
  });

  it('draws markers across the plot and puts their labels above it, inward from its edges, in rows', () => {
    const shapes = layout.shapes as Loose[];
    expect(shapes[0]).toMatchObject({ x0: 1.5, x1: 1.5, xref: 'x', y0: 0, y1: 1, yref: 'paper' });
    expect(shapes[1]).toMatchObject({ y0: 2, y1: 2, yref: 'y', x0: 0, x1: 1, xref: 'paper' });
    const near = {
      ...chart,
      markers: [{ axis: 'x', value: 0.1, label: 'near' } as const, { axis: 'x', value: 2.9, label: 'far' } as const],
    };
    const labels = toPlotly(near, light).layout.annotations as Loose[];
    expect(labels.map((label) => label.xanchor)).toEqual(['left', 'right']);
    expect(labels.map((label) => label.yshift)).toEqual([0, 18]);
    expect((toPlotly(near, light).layout.margin as { t: number }).t).toBe(12 + 2 * 18);
  });

  it('takes colours by role from the theme', () => {
    for (const kind of ['light', 'dark', 'high-contrast'] as const) {
      const [bars] = toPlotly(chart, standardTheme(kind)).data;
      expect((bars!.marker as Loose).color).toBe(roleColour(kind, 'selected'));
    }
  });

  it('hatches bars only where another role of bars stands beside them', () => {
    const pattern = (figure: typeof chart): unknown =>
      ((toPlotly(figure, light).data[0]!.marker as Loose).pattern as Loose).shape;
    const control = { ...chart.series[0]!, name: 'c', role: 'control-1' } as const;
    expect(pattern({ ...chart, series: [control] })).toBe('');
    expect(pattern({ ...chart, series: [control, chart.series[0]!] })).toBe('/');
  });

  it('overlays histograms and groups other bars', () => {
    expect(layout.barmode).toBe('group');
    const histogram = { ...chart, series: [{ ...chart.series[0]!, width: 0.5 }] };
    expect(toPlotly(histogram, light).layout.barmode).toBe('overlay');
  });

  it('writes log ranges and labels in powers of ten', () => {
    const logged = { ...chart, x: { ...chart.x, type: 'log', range: [1, 1000] } as const };
    const drawn = toPlotly(logged, light).layout;
    expect((drawn.xaxis as Loose).range).toEqual([0, 3]);
    expect((drawn.annotations as Loose[])[0]!.x).toBeCloseTo(Math.log10(1.5), 12);
    expect((drawn.shapes as Loose[])[0]!.x0).toBe(1.5);
  });

  it('ticks a log axis at the few values that were measured', () => {
    const x = [0.125, 0.25, 0.5, 1, 2, 5];
    const dose = { ...chart, x: { label: '%', type: 'log' } as const, markers: [] };
    const of = (at: number[]) =>
      toPlotly({ ...dose, series: [{ name: 'a', mark: 'line', role: 'selected', x: at, y: at }] }, light).layout
        .xaxis as Loose;
    expect(of(x).tickvals).toEqual(x);
    expect(of(x).ticktext).toEqual(['0.125', '0.25', '0.5', '1', '2', '5']);
    expect(of(Array.from({ length: 50 }, (_, i) => i + 1)).tickvals).toBeUndefined();
  });

  it('slants the names of many categories unbroken and breaks those of few', () => {
    const of = (x: string[]) =>
      toPlotly(
        {
          ...chart,
          x: { label: 'Task', type: 'category' },
          series: [{ name: 'a', mark: 'bar', role: 'selected', x, y: x.map(() => 1) }],
          markers: [],
        },
        light,
      ).layout.xaxis as Loose;
    expect(of(['subject-verb-agreement', 'b'])).toMatchObject({ ticktext: ['subject-<br>verb-<br>agreement', 'b'] });
    const many = ['subject-verb-agreement', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(of(many)).toMatchObject({ tickangle: -40, ticktext: many });
  });

  it('leaves hidden series out', () => {
    expect(toPlotly(chart, light, { hidden: new Set(['Random', 'Points']) }).data).toHaveLength(1);
  });

  it('never offers to share, and leaves mode bar and logo away', () => {
    expect(config).toMatchObject({ displayModeBar: false, displaylogo: false });
    expect(JSON.stringify({ layout, config })).not.toMatch(/cloud|share/i);
  });

  it('writes title and legend into exports only', () => {
    expect(layout).toMatchObject({ showlegend: false });
    expect(layout.title).toBeUndefined();
    const titled = toPlotly(chart, light, { titled: true }).layout;
    expect(titled).toMatchObject({ showlegend: true, title: { text: 'A &lt;chart&gt;' } });
  });
});

describe('a map for Plotly', () => {
  it('shows the figure’s own cells, their columns and extremes', () => {
    const [trace] = toPlotly(map, light).data;
    expect(trace).toMatchObject({ type: 'heatmap', x0: 0.5, dx: 2, zmin: -10, zmax: 10 });
    expect(trace!.z).toEqual([
      [-9, 4, 2],
      [7, -1, null],
    ]);
    expect((trace!.customdata as unknown[][])[0]).toEqual([
      [0, 1, '−9', '3'],
      [2, 3, '1', '4'],
      [4, 4, '2', '2'],
    ]);
  });

  it('ticks rows and columns at integers, however few are in view', () => {
    const { layout, integers } = toPlotly(map, light);
    expect(layout.yaxis).toMatchObject({ tick0: 0, dtick: 1 });
    expect(integers).toEqual({ x: true, y: true });
    expect((toPlotly({ ...map, rows: 30 }, light).layout.yaxis as Loose).dtick).toBeUndefined();
    expect(integerStep(3.5)).toMatchObject({ dtick: 1 });
    expect(integerStep(40)).toEqual({});
  });

  it('says on its colour bar where its colours are clipped', () => {
    const label = (range: [number, number]) =>
      (toPlotly({ ...map, range }, light).data[0]!.colorbar as { title: Loose }).title.text;
    expect(label([-10, 10])).toBe('t');
    expect(label([-8, 8])).toBe('t (clipped at −8)');
    expect(label([-5, 5])).toBe('t (clipped at ±5)');
  });

  it('shows other cells when given', () => {
    const cells = { start: 3, step: 1, count: 2, rows: 2, end: 5, min: [1, 2, 3, 4], max: [1, 2, 3, 4] };
    const [trace] = toPlotly(map, light, { cells }).data;
    expect(trace).toMatchObject({
      x0: 3,
      dx: 1,
      z: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(trace!.hovertemplate).toContain('t = %{customdata}');
  });

  it('colours infinite values as the ends of its scale and still names them', () => {
    const values = [Infinity, -Infinity, 2.5, null];
    const cells = { start: 0, step: 1, count: 2, rows: 2, end: 2, min: values, max: values };
    const [trace] = toPlotly(map, light, { cells }).data;
    expect(trace!.z).toEqual([
      [10, -10],
      [2.5, null],
    ]);
    expect((trace!.customdata as string[][]).flat().slice(0, 3)).toEqual(['∞', '−∞', '2.5']);
  });

  it('writes names at rows and columns that have them, and the values into their cells', () => {
    const axis = { label: 'Network', type: 'linear', names: ['language', 'multiple-demand'] } as const;
    const { data, layout, integers } = toPlotly(
      {
        ...map,
        x: axis,
        y: axis,
        rows: 2,
        columns: 2,
        step: 1,
        min: [1, 0.25, 0.25, 1],
        max: [1, 0.25, 0.25, 1],
        range: [0, 1],
      },
      light,
    );
    expect(layout.xaxis).toMatchObject({ tickvals: [0, 1], ticktext: ['language', 'multiple-<br>demand'] });
    expect(layout.yaxis).toMatchObject({ tickvals: [0, 1], ticktext: ['language', 'multiple-<br>demand'] });
    expect(integers).toEqual({ x: false, y: false });
    expect(data[0]!.texttemplate).toContain('%{z');
    expect((data[0]!.customdata as string[][][])[0]![1]).toEqual(['language – multiple-demand', '0.25']);
  });

  it('keeps whole cells in view, names its colours, and zero is the middle one', () => {
    const { data, layout } = toPlotly(map, light);
    expect((layout.xaxis as Loose).range).toEqual([-0.5, 4.5]);
    expect((layout.yaxis as Loose).range).toEqual([-0.5, 1.5]);
    expect((data[0]!.colorbar as { title: Loose }).title.text).toBe('t');
    const scale = data[0]!.colorscale as [number, string][];
    expect(scale[(scale.length - 1) / 2]).toEqual([0.5, '#f7f7f7']);
  });
});

it('plain text stays plain for Plotly', () => {
  expect(escapeText('p < 0.05 & <b>')).toBe('p &lt; 0.05 &amp; &lt;b&gt;');
});

it('long categories break at spaces and hyphens only', () => {
  expect(wrap('random, layer-matched units')).toEqual(['random,', 'layer-', 'matched', 'units']);
  expect(wrap('indivisibleword')).toEqual(['indivisibleword']);
});

it('the share of an axis follows its range, or its data', () => {
  expect(shareOfAxis(chart, 3)).toBe(1);
  expect(shareOfAxis({ ...chart, x: { ...chart.x, range: [0, 6] } }, 3)).toBe(0.5);
});
