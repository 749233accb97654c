/** One side of a contrast: its name in results, and what stimulus files call it (any case). */
export interface ConditionName {
  readonly label: string;
  readonly aliases: readonly string[];
}

/** A localizer: its contrast and the settings that belong to it where the person gives none. */
export interface Preset {
  readonly positive: ConditionName;
  readonly negative: ConditionName;
  /** Tokens that a stimulus is cut to; absent: whole. */
  readonly maxTokens?: number;
  readonly pooling: 'last' | 'mean' | 'sum';
  /** Built-in stimuli under `samples/`. */
  readonly sample: string;
}

/** Networks by name, as [LLN]'s code sets them up. */
export const PRESETS = {
  language: {
    positive: { label: 'sentences', aliases: ['s', 'sentence', 'sentences'] },
    negative: { label: 'nonwords', aliases: ['n', 'nonword', 'nonwords'] },
    maxTokens: 12,
    pooling: 'last',
    sample: 'stimuli/language.csv',
  },
  'theory-of-mind': {
    positive: { label: 'false-belief', aliases: ['b', 'belief', 'false belief', 'false_belief', 'false-belief'] },
    negative: {
      label: 'false-photograph',
      aliases: ['p', 'photo', 'photograph', 'false photo', 'false photograph', 'false_photograph', 'false-photograph'],
    },
    pooling: 'mean',
    sample: 'stimuli/theory-of-mind.csv',
  },
  'multiple-demand': {
    positive: { label: 'hard', aliases: ['h', 'hard'] },
    negative: { label: 'easy', aliases: ['e', 'easy'] },
    pooling: 'mean',
    sample: 'stimuli/multiple-demand.csv',
  },
} as const satisfies Record<string, Preset>;

export type Network = keyof typeof PRESETS;

export const NETWORKS = Object.keys(PRESETS) as [Network, ...Network[]];
