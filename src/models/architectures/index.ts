import { UserError } from '../../shared/errors';
import type { Architecture, ArchitectureModel } from './architecture';
import { ModelConfig } from './config';
import { falcon } from './falcon';
import { gemma } from './gemma';
import { gemma2 } from './gemma2';
import { gemma3 } from './gemma3';
import { gpt2 } from './gpt2';
import { gptNeox } from './gpt-neox';
import { llama } from './llama';
import { mistral } from './mistral';
import { mpt } from './mpt';
import { olmo2 } from './olmo2';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { starcoder2 } from './starcoder2';
import { uncoveredOf } from './support';
import { xglm } from './xglm';

/** Every family that Brainlens can run: one line each. */
export const architectures: readonly Architecture[] = [
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3,
  phi3,
  olmo2,
  gpt2,
  gptNeox,
  opt,
  phi,
  falcon,
  mpt,
  starcoder2,
  xglm,
];

/**
 * The family that `model_type` names.
 * @param path the model's path, for messages
 * @throws UserError for an unknown family (names the known ones)
 */
export function familyOf(fields: Readonly<Record<string, unknown>>, path: string): Architecture {
  const type = new ModelConfig(fields, path).text('model_type');
  const architecture = architectures.find(({ modelTypes }) => modelTypes.includes(type));
  if (architecture !== undefined) return architecture;
  const known = architectures.map(({ family }) => family).join(', ');
  throw new UserError(`${path}: the model family "${type}" is not supported`, `Supported families: ${known}.`);
}

/**
 * The family of a model and the model itself, from its `config.json`; `uncovered`: its settings that no test holds against
 * PyTorch.
 * @param path the model's path, for messages
 * @throws UserError for an unknown family and for settings that are not supported
 */
export function configure(
  fields: Readonly<Record<string, unknown>>,
  path: string,
): { readonly architecture: Architecture; readonly model: ArchitectureModel; readonly uncovered: readonly string[] } {
  const architecture = familyOf(fields, path);
  const config = new ModelConfig(fields, path);
  if (config.has('quantization_config')) throw config.unsupported('quantization_config');
  const model = architecture.configure(config);
  return { architecture, model, uncovered: uncoveredOf(config.section('text_config') ?? config, architecture.covered) };
}
