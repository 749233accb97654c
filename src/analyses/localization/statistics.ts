import { Random } from '../../math/random';
import { benjaminiHochberg, dice, spearman } from '../../math/statistics';
import { momentsOf, welchTests } from '../../math/welch';
import type { Moments, WelchTests } from '../../math/welch';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Condition } from './contrast';
import { CONTROL_KINDS, drawControls, obstacleTo } from '../../math/units/controls';
import type { ControlSets } from '../../math/units/controls';
import { canSplit, halfOf } from './halves';
import type { Half } from './halves';
import { controlProfile, heldOutProfile, unitScale } from './profile';
import { meanMagnitude } from './responses';
import { massiveUnits } from '../../math/units/massive';
import type { Responses } from './responses';
import type { LocalizationFields, TopUnit } from './result';
import { countOf, selectBetween, selectLargest, unitsIn } from '../../math/units/selection';
import { percentilesOf } from './spec';
import type { LocalizationSpec } from './spec';

/** The settings that the statistics depend on. */
export type SelectionSettings = Pick<LocalizationSpec, 'fraction' | 'count' | 'range' | 'randomSeeds'>;

/** The part of the result that follows from the responses. */
export interface Localized {
  readonly fields: Omit<
    LocalizationFields,
    'network' | 'truncated' | 'pooling' | 'maxTokens' | 'response' | 'selection' | 'conditions'
  >;
  readonly arrays: AnalysisResult['arrays'];
  /** Kinds of controls that the selection leaves too few units for, each with what is missing. */
  readonly impossible: readonly string[];
}

const TOP_UNITS = 1000;
const ALPHA = 0.05;

/**
 * Localization from responses on: tests, selection, controls, split-half reliability, held-out profile [LLN].
 * @param conditions positive, negative, then others
 * A kind of control that cannot be drawn is left out: a run must not be lost at its end.
 * @throws UserError where k units cannot be selected
 */
export function* localizeUnits(
  responses: Responses,
  conditions: readonly Condition[],
  settings: SelectionSettings,
  seed: number,
): Generator<Progress, Localized> {
  const { units, layers, width } = responses;
  const k = countOf(settings, units);
  const random = new Random(seed).fork('localization');
  const steps = ['tests', 'halves', ...CONTROL_KINDS, 'profile'];
  const step = (name: string): Progress => ({
    phase: 'Statistics',
    done: steps.indexOf(name),
    total: steps.length,
    unit: 'steps',
  });

  yield step('tests');
  const moments = conditions.map(({ rows }) => momentsOf(responses.values, units, rows));
  const tests = welchTests(moments[0]!, moments[1]!);
  const q = benjaminiHochberg(tests.p);
  const selected = select(tests.t, k, settings, random);
  requireAll(selected, k, tests, settings);
  const magnitude = meanMagnitude(responses);

  yield step('halves');
  const halves = canSplit(conditions) ? splitHalves(responses, conditions, k, settings, random) : undefined;

  const controls: ControlSets[] = [];
  const impossible: string[] = [];
  for (const kind of settings.randomSeeds === 0 ? [] : CONTROL_KINDS) {
    yield step(kind);
    const source = { selected, magnitude, layers, width };
    const obstacle = obstacleTo(kind, source);
    if (obstacle === undefined) controls.push(drawControls(kind, source, settings.randomSeeds, random));
    else impossible.push(`${kind}: ${obstacle}`);
  }

  yield step('profile');
  const scale = unitScale(momentsOf(responses.values, units, allRows(responses)));
  const massive = massiveUnits(magnitude, layers, width);
  const order = unitsIn(selected).sort((a, b) => tests.t[b]! - tests.t[a]! || a - b);
  const first = order[0]!;
  return {
    fields: {
      k,
      units,
      layers,
      width,
      largest: { t: tests.t[first]!, layer: Math.floor(first / width), unit: first % width },
      threshold: tests.t[order.at(-1)!]!,
      reliability: halves?.reliability ?? { dice: NaN, spearman: NaN },
      massive: order.filter((unit) => massive[unit] === 1).length,
      significant: {
        all: q.filter((value) => value < ALPHA).length,
        selected: order.filter((unit) => q[unit]! < ALPHA).length,
      },
      undefinedUnits: tests.t.filter(Number.isNaN).length,
      perLayer: perLayer(selected, layers, width),
      controls: controls.map(({ kind, match }) => ({ kind, seeds: settings.randomSeeds, ...(match && { match }) })),
      profile: halves === undefined ? [] : heldOutProfile(responses, scale, conditions, halves.chosen),
      profileRandom: controls.slice(0, 1).flatMap(({ masks }) => controlProfile(responses, scale, conditions, masks)),
      topUnits: Array.from(order.subarray(0, TOP_UNITS), (unit) => topUnit(unit, width, tests, q, moments, massive)),
    },
    arrays: {
      t: inLayers(tests.t, responses),
      p: inLayers(tests.p, responses),
      q: inLayers(q, responses),
      selected: inLayers(selected, responses),
      magnitude: inLayers(magnitude, responses),
      ...Object.fromEntries(
        controls.map(({ kind, masks }) => [kind, { data: masks, shape: [settings.randomSeeds, layers, width] }]),
      ),
    },
    impossible,
  };
}

/** Number of units of a mask in every layer. @param mask u8 [layers, width] */
export function perLayer(mask: Uint8Array, layers: number, width: number): number[] {
  return Array.from(
    { length: layers },
    (_, layer) => unitsIn(mask.subarray(layer * width, (layer + 1) * width)).length,
  );
}

function select(t: Float64Array, k: number, { range }: SelectionSettings, random: Random): Uint8Array {
  return range === undefined ? selectLargest(t, k) : selectBetween(t, k, percentilesOf(range), random.fork('range'));
}

function requireAll(selected: Uint8Array, k: number, tests: WelchTests, { range }: SelectionSettings): void {
  const found = unitsIn(selected).length;
  if (found === k) return;
  if (range !== undefined) {
    throw new UserError(
      `Only ${found} units lie in the range ${range}, and ${k} were asked for`,
      'Widen --range, or lower --fraction or --count.',
    );
  }
  const total = tests.t.length;
  throw new UserError(
    `${k} units were asked for, but only ${found} of ${total} have a t (the rest do not vary or are not finite)`,
    'Lower --fraction or --count, or check the model and the stimuli.',
  );
}

interface Halves {
  readonly chosen: Readonly<Record<Half, Uint8Array>>;
  readonly reliability: { readonly dice: number; readonly spearman: number };
}

function splitHalves(
  responses: Responses,
  conditions: readonly Condition[],
  k: number,
  settings: SelectionSettings,
  random: Random,
): Halves {
  const testHalf = (half: Half): Float64Array => {
    const [positive, negative] = conditions.map((condition) => halfOf(condition, half));
    return welchTests(
      momentsOf(responses.values, responses.units, positive!),
      momentsOf(responses.values, responses.units, negative!),
    ).t;
  };
  const odd = testHalf('odd');
  const even = testHalf('even');
  const chosen = {
    odd: select(odd, k, settings, random.fork('odd')),
    even: select(even, k, settings, random.fork('even')),
  };
  return { chosen, reliability: { dice: dice(chosen.odd, chosen.even), spearman: spearman(odd, even) } };
}

function topUnit(
  unit: number,
  width: number,
  { t, df, p }: WelchTests,
  q: Float64Array,
  moments: readonly Moments[],
  massive: Uint8Array,
): TopUnit {
  return {
    layer: Math.floor(unit / width),
    unit: unit % width,
    t: t[unit]!,
    df: df[unit]!,
    p: p[unit]!,
    q: q[unit]!,
    means: moments.map(({ mean }) => mean[unit]!),
    massive: massive[unit] === 1,
  };
}

function inLayers(data: NdArray['data'], { layers, width }: Responses): NdArray {
  return { data, shape: [layers, width] };
}

function allRows({ n }: Responses): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
