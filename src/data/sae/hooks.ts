import { UserError } from '../../shared/errors';

const RESIDUAL = 'Brainlens analyses SAEs on the residual stream: hook_resid_post or hook_resid_pre of a block.';

/**
 * Our layer for TransformerLens' name of a hook point, or for a block as transformers names it: the output of block ℓ
 * is layer ℓ, its input layer ℓ − 1 (−1 is the embedding). `{layer}` in the name stands for `hookLayer`, as in early
 * SAELens.
 * @param hookLayer the config's own field of the block, where it has one
 * @param file for messages
 * @throws UserError for hooks elsewhere (MLP, attention, heads), named, and where the field contradicts the name
 */
export function layerOfHook(hook: string, hookLayer: number | undefined, file: string): number {
  const name = hookLayer === undefined ? hook : hook.replace('{layer}', String(hookLayer));
  const [, before, block, point] = /^(.*?)\b(\d+)(?:\.(.*))?$/.exec(name) ?? [];
  const shift = before === undefined ? undefined : shiftOf(before, point);
  if (block === undefined || shift === undefined) throw new UserError(`${file}: the SAE reads ${hook}`, RESIDUAL);
  if (hookLayer !== undefined && hookLayer !== Number(block)) {
    throw new UserError(
      `${file}: hook_name ${hook} and hook_layer ${hookLayer} contradict each other`,
      'Correct one of them.',
    );
  }
  return Number(block) + shift;
}

/**
 * Our layer for the hookpoint that sparsify names a folder after: `layers.15`, `model.layers.15`, `h.3` are outputs of
 * blocks, `embed_tokens` is the embedding.
 * @returns `undefined` where the folder has another name
 * @throws UserError for points inside a block: `layers.15.mlp`
 */
export function layerOfFolder(folder: string, file: string): number | undefined {
  if (/^(?:model\.)?embed_tokens$/.test(folder)) return -1;
  const [, block, inside] = /^(?:.*\.)?(?:layers|h|blocks)[._](\d+)(?:\.(.+))?$/.exec(folder) ?? [];
  if (block === undefined) return undefined;
  if (inside !== undefined) throw new UserError(`${file}: the SAE reads ${folder}`, RESIDUAL);
  return Number(block);
}

/** What to add to the block's number; `undefined` for points that are not on the residual stream. */
function shiftOf(before: string, point: string | undefined): number | undefined {
  if (before === 'blocks.') {
    if (point === 'hook_resid_post' || point === 'hook_out') return 0;
    return point === 'hook_resid_pre' || point === 'hook_in' ? -1 : undefined;
  }
  return point === undefined && /(?:^|\.)(?:layers|h)\.$/.test(before) ? 0 : undefined;
}
