import { contextBytes } from './contexts';
import { entryBytes } from './firing-file';
import { DENSE_VALUES } from './rows';
import { GROUP_TOKENS, MAX_TOKENS } from './token-groups';

/**
 * Bytes that a firing pass needs besides the model and the SAE, in memory at its peak and on the disk.
 * @param perToken features active on a token, as the fit's L0 says
 */
export function firingNeeds(needs: {
  readonly features: number;
  readonly width: number;
  readonly tokens: number;
  readonly perToken: number;
  readonly blockTokens?: number | undefined;
  readonly contextsPerFeature?: number | undefined;
  readonly contextTokens?: number | undefined;
}): { readonly memory: number; readonly disk: number } {
  const { features, width, tokens, perToken, blockTokens = 256 } = needs;
  const contexts = contextBytes(features, needs.contextsPerFeature ?? 10, needs.contextTokens ?? 16);
  const blocks = Math.ceil(tokens / blockTokens);
  // A feature that is active on one token is often active on its neighbours: this bounds, it does not predict.
  const perBlock = Math.min(features, Math.ceil(perToken * blockTokens));
  const state = contexts + 12 * features + 12 * blocks;
  // Rows of a group, and the dense activations of a part of them, twice while they are made sparse.
  const group = (GROUP_TOKENS + MAX_TOKENS) * width * 4 + 2 * DENSE_VALUES * 4;
  return { memory: 2 * state + group, disk: state + blocks * perBlock * entryBytes(features) };
}
