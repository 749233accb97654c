const GIGA = 1e9;
/** What an analysis holds beside the model where nobody says: activations, counts, Gram matrices. */
const OWN_BYTES = 4 * GIGA;
/** A model's own estimate counts weights and activations, not the allocator. */
const MODEL_SHARE = 1.1;
/** What Slurm is asked for beyond the budget: Node, ONNX Runtime and the page tables of mapped weights. */
const MARGIN_SHARE = 0.2;
const MARGIN_BYTES = 1 * GIGA;

/**
 * The memory budget of a task where nobody says one.
 * @param model bytes that the largest model of the run needs, 0 without one
 */
export function usualBudget(model: number): number {
  return Math.ceil((model * MODEL_SHARE + OWN_BYTES) / GIGA) * GIGA;
}

/** What Slurm is asked for, in its megabytes (2²⁰ bytes): the budget and a margin of 20 % and 1 GB. */
export function askedMegabytes(budget: number): number {
  return Math.ceil((budget * (1 + MARGIN_SHARE) + MARGIN_BYTES) / 2 ** 20);
}
