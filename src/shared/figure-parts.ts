import type { Figure, Role } from './figure';

/** Colours of series that are alike: tell four of them apart. */
export const CONDITION_ROLES: readonly Role[] = ['condition-1', 'condition-2', 'condition-3', 'condition-4'];

/** Colours of more series: tell seven apart. */
export const SERIES_ROLES: readonly Role[] = [...CONDITION_ROLES, 'control-1', 'control-2', 'control-3'];

/** For figures: `null` leaves a gap, and six digits are more than a mark can show. */
export function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

/** What JSON can hold, to the last digit. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A figure of simulated responses says so. */
export function ofSimulated<F extends Figure>(figure: F): F {
  return {
    ...figure,
    title: `${figure.title} (simulated data)`,
    summary: `Simulated responses, not a brain. ${figure.summary}`,
  };
}
