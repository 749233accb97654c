import type { Covered } from './architecture';
import type { ModelConfig } from './config';
import { ropeSettings } from './rope';

/** What a setting counts as in `Covered`: its kind for numbers, lists and objects, itself for texts and flags. */
export function classOf(config: ModelConfig, name: string): string | boolean | null {
  const rope = ropeSettings(config);
  if (name === 'rope') return rope.kind;
  if (!name.startsWith('rope.')) return config.kind(name);
  return rope.section?.kind(name.slice('rope.'.length)) ?? null;
}

/** The settings of a config that are not covered, as `hidden_act = "relu"`. */
export function uncoveredOf(config: ModelConfig, covered: Covered): string[] {
  return Object.entries(covered)
    .map(([name, values]) => ({ name, values, value: classOf(config, name) }))
    .filter(({ values, value }) => !values.includes(value))
    .map(({ name, value }) => (value === null ? `no ${name}` : `${name} = ${JSON.stringify(value)}`));
}
