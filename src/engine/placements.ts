import type { Placement } from '../models/transformer';
import type { Provenance } from '../shared/result';

/** What the provenance says of where models ran: their providers, and how far from the CPU the worst was. */
export function placementFacts(
  placements: readonly (Placement | undefined)[],
): Pick<Provenance, 'provider'> & { readonly parity?: NonNullable<Placement['parity']> } {
  if (placements.length === 0) return {};
  const providers = [...new Set(placements.map((placement) => placement?.provider ?? 'cpu'))];
  const parities = placements.flatMap((placement) => placement?.parity ?? []);
  const [worst] = parities.sort((a, b) => b.activations - a.activations);
  return { provider: providers.join(', '), ...(worst !== undefined && { parity: worst }) };
}
