import { UserError } from '../../shared/errors';

/** Reads a `config.json` strictly: a setting has the type it should have, or the person is told which one has not. */
export class ModelConfig {
  constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    /** The model's path, for messages. */
    readonly path: string,
  ) {}

  /** The same config with some settings exchanged: for families that call a common setting by another name. */
  with(changes: Readonly<Record<string, unknown>>): ModelConfig {
    return new ModelConfig({ ...this.fields, ...changes }, this.path);
  }

  /** A positive whole number. */
  count(name: string, fallback?: number): number {
    const value = this.fields[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) {
      throw this.wrong(name, 'a positive whole number');
    }
    return value;
  }

  /** A positive whole number; `undefined` where the setting is null, `fallback` where it is absent. */
  countOrNone(name: string, fallback: number | undefined): number | undefined {
    return name in this.fields ? (this.has(name) ? this.count(name) : undefined) : fallback;
  }

  /** A token id; `undefined` where the setting is null, `fallback` where it is absent. */
  idOrNone(name: string, fallback: number | undefined): number | undefined {
    if (!(name in this.fields)) return fallback;
    const value = this.fields[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw this.wrong(name, 'a whole number');
    return value;
  }

  /** A finite number; `undefined` where the setting is null, `fallback` where it is absent. */
  numberOrNone(name: string, fallback: number | undefined): number | undefined {
    return name in this.fields ? (this.has(name) ? this.number(name) : undefined) : fallback;
  }

  /** A list of texts, or `undefined` where the setting is absent or null. */
  texts(name: string): readonly string[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.fields[name];
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw this.wrong(name, 'a list of texts');
    return value as readonly string[];
  }

  /** A finite number. */
  number(name: string, fallback?: number): number {
    const value = this.fields[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong(name, 'a number');
    return value;
  }

  /** A list of finite numbers. */
  numbers(name: string): readonly number[] {
    const value = this.fields[name];
    if (!Array.isArray(value) || !value.every((item) => Number.isFinite(item)))
      throw this.wrong(name, 'a list of numbers');
    return value as readonly number[];
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.fields[name] ?? fallback;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  text(name: string, fallback?: string): string {
    const value = this.fields[name] ?? fallback;
    if (typeof value !== 'string') throw this.wrong(name, 'a text');
    return value;
  }

  /** A nested object, or `undefined` where it is absent or null. */
  section(name: string): ModelConfig | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.wrong(name, 'an object');
    return new ModelConfig(value as Record<string, unknown>, this.path);
  }

  /** Whether the setting is there and not null. */
  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  /** A setting as `Covered` counts it: texts and flags as they are, else its type; null where it is null or absent. */
  kind(name: string): string | boolean | null {
    const value = this.fields[name] ?? null;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    return Array.isArray(value) ? 'list' : typeof value;
  }

  /** Refuses, by name, settings whose value would change the computation in a way that this family's graph does not follow. */
  refuseUnless(neutral: Readonly<Record<string, readonly unknown[]>>): void {
    for (const [name, values] of Object.entries(neutral)) {
      const value = this.fields[name];
      if (value === undefined || value === null || values.includes(value)) continue;
      throw this.unsupported(name);
    }
  }

  /** The error for a setting that is understood but not supported. */
  unsupported(name: string, supported?: readonly string[]): UserError {
    const remedy =
      supported === undefined
        ? 'Brainlens would compute something else than the model; choose another model.'
        : `Supported: ${supported.join(', ')}.`;
    const shown = JSON.stringify(this.fields[name]) ?? 'absent';
    return new UserError(`${this.path}: config.json has ${name} = ${shown}, which is not supported`, remedy);
  }

  private wrong(name: string, wanted: string): UserError {
    const value = this.fields[name];
    const shown = value === undefined ? 'missing' : JSON.stringify(value);
    return new UserError(
      `${this.path}: config.json must give ${name} as ${wanted}, but it is ${shown}`,
      'Get the model’s original config.json.',
    );
  }
}
