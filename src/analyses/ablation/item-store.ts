import type { Checkpoint } from '../contract';
import type { ItemScores, TaskPlan } from './plan';

/** Item scores by task and condition, kept in a checkpoint as they come. */
export class ItemStore {
  private readonly cells: (ItemScores | undefined)[][];

  /** @param names what the checkpoint calls the conditions */
  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly plans: readonly TaskPlan[],
    private readonly names: readonly string[],
  ) {
    this.cells = plans.map(() => names.map(() => undefined));
  }

  /** Takes what an earlier run has kept. */
  async load(): Promise<void> {
    for (const task of this.plans.keys()) {
      for (const condition of this.names.keys()) {
        const kept = await this.checkpoint.read(this.nameOf(task, condition));
        this.cells[task]![condition] = kept && unpack(kept, this.plans[task]!);
      }
    }
  }

  has(task: number, condition: number): boolean {
    return this.cells[task]![condition] !== undefined;
  }

  async put(task: number, condition: number, scores: ItemScores): Promise<void> {
    this.cells[task]![condition] = scores;
    await this.checkpoint.write(this.nameOf(task, condition), pack(scores));
  }

  /** Per task all conditions. @throws Error where one is missing */
  all(): ItemScores[][] {
    return this.cells.map((row, task) =>
      row.map((cell, condition) => {
        if (cell === undefined) throw new Error(`${this.nameOf(task, condition)} was not computed`);
        return cell;
      }),
    );
  }

  private nameOf(task: number, condition: number): string {
    return `${this.plans[task]!.name}/${this.names[condition]!}`;
  }
}

function pack({ scores, weights, normalized = new Float64Array(0) }: ItemScores): Float64Array {
  return Float64Array.from([...scores, ...weights, ...normalized]);
}

function unpack(data: Float64Array, { items, kind }: TaskPlan): ItemScores | undefined {
  const parts = kind === 'multiple-choice' ? 3 : 2;
  if (data.length !== parts * items) return undefined;
  const part = (i: number): Float64Array => data.subarray(i * items, (i + 1) * items);
  return { scores: part(0), weights: part(1), ...(parts === 3 && { normalized: part(2) }) };
}
