import { join, resolve } from 'node:path';
import type { Problem, Span } from '../yaml/syntax';
import { replacement } from '../yaml/validate';
import { isList } from './fields';
import type { Draft } from './plan';
import type { Declared, NameKind, Study } from './study';

/** What a run takes of another one. */
export interface Need {
  /** Its id. */
  readonly run: string;
  /** Its folder, or a file in it, as it stands in the input. */
  readonly path: string;
  readonly field: string;
  /** One of a list, which may go on without it. */
  readonly list: boolean;
}

/** A path, and the run that makes it. */
interface Found {
  readonly path: string;
  readonly run?: string;
}

/** The word for every declared model. */
export const ALL = 'all';

/** Fields that take what a section declares; results of analyses may stand in any. */
const TAKES: Readonly<Record<Exclude<NameKind, 'analysis'>, string>> = {
  model: 'model',
  dataset: 'dataset',
  sae: 'sae',
};

/** Whether a setting takes what a section declares. */
export function takes(kind: NameKind, field: string): boolean {
  return kind === 'analysis' || TAKES[kind] === field;
}

/** What names in the settings of a study's analyses stand for. What is wrong gathers in `problems`. */
export class References {
  readonly problems: Problem[] = [];
  private readonly declared: ReadonlyMap<string, Declared>;
  private readonly runs: ReadonlyMap<string, Draft>;
  /** Analysis → analyses that it names, and where. */
  private readonly uses = new Map<string, Map<string, Span>>();

  constructor(
    study: Study,
    private readonly drafts: readonly Draft[],
    private readonly folder: string,
  ) {
    this.declared = new Map(study.declared.map((one) => [one.name, one]));
    this.runs = new Map(drafts.map((draft) => [draft.id, draft]));
  }

  /**
   * What a text stands for in a field of a run: a declared model, dataset or SAE; the result of an analysis, of all its
   * runs in a list, of the same model in a run on one; a file in a result (`language/t.npy`); else a path.
   */
  resolve(text: string, span: Span, field: string, draft: Draft): Found[] {
    const list = isList(draft.spec, field);
    if (text === ALL && field === 'model' && list) {
      return [...this.declared.values()].filter(({ kind }) => kind === 'model').map((model) => this.pathOf(model));
    }
    const [head, ...rest] = text.split('/');
    const declared = this.declared.get(text);
    if (declared !== undefined) return this.fitting(declared, span, field) ? [this.pathOf(declared)] : [];
    const upstream = this.upstreamOf(head!, span, list, draft);
    if (upstream !== undefined) {
      for (const { analysis } of upstream) this.use(draft.analysis.name, analysis.name, span);
      return upstream.map(({ id, out }) => ({ path: join(out, ...rest), run: id }));
    }
    return [{ path: resolve(this.folder, text) }];
  }

  /** Analyses that need themselves, each circle once. */
  cycles(): Problem[] {
    const found: Problem[] = [];
    const done = new Set<string>();
    const visit = (name: string, trail: readonly string[]): void => {
      if (done.has(name)) return;
      for (const [next, span] of this.uses.get(name) ?? []) {
        const path = [...trail, name];
        const at = path.indexOf(next);
        if (at < 0) visit(next, path);
        else {
          const circle = [...path.slice(at), next].join(' → ');
          found.push({ kind: 'reference', span, message: `"${next}" needs its own result: ${circle}` });
        }
      }
      done.add(name);
    };
    for (const name of this.uses.keys()) visit(name, []);
    return found;
  }

  private upstreamOf(head: string, span: Span, list: boolean, draft: Draft): readonly Draft[] | undefined {
    const called = this.draftsCalled(head);
    if (called.length === 0) return undefined;
    if (!called[0]!.several || called[0]!.id === head) return called;
    const { model } = draft;
    const own = called.filter((one) => one.model === model);
    if (model !== undefined && own.length > 0) return own;
    if (model === undefined && list) return called;
    const ids = called.map(({ id }) => id).join(', ');
    const message =
      model === undefined
        ? `"${head}" has a run for each model: name one of ${ids}`
        : `"${head}" does not run on ${model}; there are ${ids}`;
    this.problems.push({ kind: 'reference', span, message });
    return [];
  }

  /** The runs of an analysis, or the one run, of a name. */
  private draftsCalled(name: string): readonly Draft[] {
    const runs = this.drafts.filter(({ analysis }) => analysis.name === name);
    if (runs.length > 0) return runs;
    const run = this.runs.get(name);
    return run === undefined ? [] : [run];
  }

  private fitting({ kind, name }: Declared, span: Span, field: string): boolean {
    if (takes(kind, field)) return true;
    const message = `"${name}" is a ${kind === 'sae' ? 'sparse autoencoder' : kind} of this study, which "${field}" does not take; for a file of that name write "./${name}"`;
    this.problems.push({ kind: 'reference', span, message, ...replacement(`./${name}`) });
    return false;
  }

  private pathOf({ path }: Declared): Found {
    return { path: resolve(this.folder, path) };
  }

  private use(name: string, other: string, span: Span): void {
    const uses = this.uses.get(name) ?? new Map<string, Span>();
    if (!uses.has(other)) uses.set(other, span);
    this.uses.set(name, uses);
  }
}
