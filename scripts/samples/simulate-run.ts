import { basename } from 'node:path';
import { readStimuli } from '../../src/data/stimuli';
import { openTransformer } from '../../src/models/open';
import { tokenizeStimuli } from '../../src/models/sequences';
import { simulatedFiles } from './simulated';

/** Sentences of the built-in localizer that are taken. */
const SENTENCES = 200;

/** Runs a model over sentences of a stimulus file and makes up recordings from its layers. @returns file name → content */
export async function simulate(model: string, stimuli: string, cacheFolder: string): Promise<Map<string, string>> {
  const all = await readStimuli([stimuli], {});
  const chosen = all.filter(({ condition }) => condition === 'sentences').slice(0, SENTENCES);
  const signal = new AbortController().signal;
  const transformer = await openTransformer(model, {
    cacheFolder,
    signal,
    memory: 4e9,
    threads: 1,
    executor: 'auto',
  });
  try {
    const { tokens } = tokenizeStimuli(chosen, transformer, undefined);
    const run = transformer.activations(tokens, { pooling: 'last', signal });
    for (;;) {
      const step = await run.next();
      if (step.done !== true) continue;
      const { layers, width } = transformer.description;
      const texts = chosen.map(({ text }) => text);
      return simulatedFiles(texts, { data: step.value, layers, width, model: basename(model) });
    }
  } finally {
    await transformer.dispose();
  }
}
