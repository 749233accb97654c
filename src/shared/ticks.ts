/** Where an axis puts its ticks and how it writes them. */

/** About `wanted` round values (1, 2 or 5 times a power of ten) within [low, high]. */
export function linearTicks(low: number, high: number, wanted: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((multiple) => multiple * power >= rough * 0.999)! * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** About `wanted` integers within [low, high], for what is counted: layers, units. */
export function integerTicks(low: number, high: number, wanted: number): number[] {
  // + 0: Math.ceil(-0.5) is −0, which would be written with a sign.
  const [first, last] = [Math.ceil(low - 1e-9) + 0, Math.floor(high + 1e-9) + 0];
  return first > last ? [] : linearTicks(first, last, Math.min(wanted, last - first));
}

/** Powers of ten within [low, high], both positive; every nth where there are more than `wanted`. */
export function logTicks(low: number, high: number, wanted: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / wanted));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) ticks.push(10 ** power);
  return ticks;
}

/** At most `digits` significant digits, with a true minus sign: "27.355", "−0.5", "1.2e-7". */
export function formatNumber(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    value === 0 || (size >= 1e-4 && size < 1e9)
      ? String(Number(value.toPrecision(digits)))
      : value.toExponential(digits - 1).replace(/\.?0+e/, 'e');
  return text.replace('-', '−').replace('e-', 'e−');
}
