import type { ModelDescription } from '../models/transformer';
import { formatBytes } from '../shared/progress';

/** A model's facts as lines of name and value. */
export function infoTable(model: string, description: ModelDescription): string {
  const { family, layers, width, heads, kvHeads, parameters, dtype, vocabulary, context, memory } = description;
  const rows: [string, string][] = [
    ['model', model],
    ['family', family],
    ['support', supportLine(description)],
    ['layers', String(layers)],
    ['width', String(width)],
    ['heads', kvHeads === heads ? String(heads) : `${heads} (${kvHeads} for keys and values)`],
    ['parameters', parameters.toLocaleString('en-US')],
    ['dtype', dtype],
    ['vocabulary', vocabulary.toLocaleString('en-US')],
    ['context', `${context.toLocaleString('en-US')} tokens`],
    ['memory', memoryLine(memory)],
  ];
  const widest = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(widest)}  ${value}\n`).join('');
}

function supportLine({ support, uncovered }: ModelDescription): string {
  if (support === 'verified') return 'verified: the tests hold this family and these settings against PyTorch';
  return `supported: no test covers ${uncovered.join(', ')}`;
}

function memoryLine({ resident, streaming, head }: ModelDescription['memory']): string {
  const both = `${formatBytes(resident)} resident, ${formatBytes(streaming)} streaming`;
  return head === undefined ? both : `${both}; scores take up to ${formatBytes(head)} more where there is room`;
}
