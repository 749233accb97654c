import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { l10n } from 'vscode';
import type { RecordedResult, StoredInput } from '../recordedResult';

/** Larger inputs are not read: they count by size and time of writing. */
const LARGEST = 16 << 20;
/** Nor is what comes after this many bytes of one result. */
const MOST_OF_RESULT = 64 << 20;
/** Read and hashed at once: a fraction of a millisecond. */
const SLICE = 1 << 18;
/** Hashes that are remembered. */
const REMEMBERED = 5000;

/**
 * Compares what results came from with what lies there now, by the SHA-256 that they recorded: an input of the same size
 * may be another. One file after another is read in small slices, and only anew where its facts have changed.
 */
export class InputContents {
  /** By path, inode, size and times. */
  private readonly hashes = new Map<string, string>();
  /** By result, why it is not up to date. */
  private readonly found = new Map<string, string>();
  private readonly queued = new Set<string>();
  private queue: Promise<unknown> = Promise.resolve();

  /** Bytes read so far. */
  read = 0;

  /** Why a result is out of date, as of the last look; `undefined` where it is not, or was not looked at. */
  reason(result: RecordedResult): string | undefined {
    return this.found.get(keyOf(result));
  }

  /** Looks at results that are not being looked at. @returns whether something was found to be otherwise than before */
  async look(results: readonly RecordedResult[]): Promise<boolean> {
    const fresh = results.filter((result) => !this.queued.has(keyOf(result)));
    for (const result of fresh) this.queued.add(keyOf(result));
    const looks = this.queue.then(async () => {
      let news = false;
      for (const result of fresh) news = (await this.lookAt(result)) || news;
      return news;
    });
    this.queue = looks;
    return looks;
  }

  private async lookAt(result: RecordedResult): Promise<boolean> {
    const key = keyOf(result);
    const before = this.found.get(key);
    const reason = await this.reasonOf(result);
    this.queued.delete(key);
    if (reason === undefined) this.found.delete(key);
    else this.found.set(key, reason);
    return reason !== before;
  }

  private async reasonOf({ folder, inputs, created }: RecordedResult): Promise<string | undefined> {
    let left = MOST_OF_RESULT;
    let late: StoredInput | undefined;
    for (const input of inputs) {
      if (input.shipped || input.byStudy) continue;
      const path = folder.with({ path: input.path }).fsPath;
      const facts = await stat(path).catch(() => undefined);
      // What is gone or of another size was said without reading it.
      if (facts?.isFile() !== true || facts.size !== input.bytes) continue;
      if (facts.size > LARGEST || facts.size > left) {
        if (facts.mtimeMs > created.getTime()) late ??= input;
        continue;
      }
      left -= facts.size;
      const { ino, size, mtimeMs, ctimeMs } = facts;
      const sha256 = await this.hashOf(path, `${path} ${ino} ${size} ${mtimeMs} ${ctimeMs}`);
      if (sha256 !== undefined && sha256 !== input.sha256) return changedText(input);
    }
    return late && l10n.t('perhaps out of date: {0} was written later', nameOf(late));
  }

  private async hashOf(path: string, facts: string): Promise<string | undefined> {
    const known = this.hashes.get(facts);
    if (known !== undefined) return known;
    const sha256 = await this.digest(path).catch(() => undefined);
    if (sha256 === undefined) return undefined;
    if (this.hashes.size >= REMEMBERED) this.hashes.clear();
    this.hashes.set(facts, sha256);
    return sha256;
  }

  private async digest(path: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const slice of createReadStream(path, { highWaterMark: SLICE })) {
      hash.update(slice as Buffer);
      this.read += (slice as Buffer).length;
    }
    return hash.digest('hex');
  }
}

/** "out of date: stimuli.csv has changed" */
export function changedText(input: Pick<StoredInput, 'path'>): string {
  return l10n.t('out of date: {0}', l10n.t('{0} has changed', nameOf(input)));
}

/** "out of date: stimuli.csv is gone" */
export function goneText(input: Pick<StoredInput, 'path'>): string {
  return l10n.t('out of date: {0}', l10n.t('{0} is gone', nameOf(input)));
}

/** The file's name; of a result, the name of its folder. */
function nameOf({ path }: Pick<StoredInput, 'path'>): string {
  return path
    .replace(/\/result\.json$/, '')
    .split('/')
    .at(-1)!;
}

function keyOf({ folder, created }: RecordedResult): string {
  return `${folder.toString()} ${created.getTime()}`;
}
