import { deserialize, serialize } from 'node:v8';
import type { AnalysisResult } from '../../shared/analysis';
import type { Checkpoint } from '../contract';
import type { ContextLength } from './spec';

/** An alignment with the features of one length. */
export interface LengthScores {
  readonly result: Pick<AnalysisResult, 'fields' | 'arrays'>;
  /** What it warned of. */
  readonly warnings: readonly string[];
}

/** Scores by length, kept in a checkpoint as they come. */
export class KeptScores {
  constructor(private readonly checkpoint: Checkpoint) {}

  async read(length: ContextLength): Promise<LengthScores | undefined> {
    const data = await this.checkpoint.read(nameOf(length));
    return data === undefined ? undefined : unpack(data);
  }

  async write(length: ContextLength, scores: LengthScores): Promise<void> {
    await this.checkpoint.write(nameOf(length), pack(scores));
  }
}

function nameOf(length: ContextLength): string {
  return `scores ${length}`;
}

/** Checkpoints hold float64: the number of bytes, and the bytes, filled up to whole numbers. */
function pack(scores: LengthScores): Float64Array {
  const bytes = serialize(scores);
  const data = new Float64Array(1 + Math.ceil(bytes.length / 8));
  data[0] = bytes.length;
  new Uint8Array(data.buffer).set(bytes, 8);
  return data;
}

function unpack(data: Float64Array): LengthScores {
  return deserialize(new Uint8Array(data.buffer, data.byteOffset + 8, data[0])) as LengthScores;
}
