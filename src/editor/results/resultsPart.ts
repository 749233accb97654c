import { Disposable } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import type { Engine } from '../engine';
import type { ResultLibrary } from '../resultLibrary';
import { registerViewActions } from './actions';
import { StatusItem } from './statusItem';
import { ResultsView } from './view';

/** The results view with its actions, and the status bar's entry. */
export function resultsPart(library: ResultLibrary, engine: Engine, log: LogOutputChannel): Disposable {
  const view = new ResultsView(library, engine.jobs);
  return Disposable.from(view, registerViewActions({ view, engine, log }), new StatusItem(engine.jobs));
}
