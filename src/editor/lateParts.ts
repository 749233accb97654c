import { Disposable } from 'vscode';
import type { CommandParts } from './analysisRun';
import { NextToCode } from './code/nextToCode';
import type { ResultLibrary } from './resultLibrary';
import { resultsPart } from './results/resultsPart';
import { noteSampleWorkspace } from './sampleWorkspace';
import { slurmPart } from './slurm/part';
import { StudyLenses } from './study/lenses';

/** All that is made a moment after activation: what stands next to code and studies, and the results view. */
export async function lateParts(library: ResultLibrary, parts: CommandParts): Promise<Disposable> {
  const { models, engine, log } = parts;
  return Disposable.from(
    new NextToCode(models, library, log),
    new StudyLenses(library, parts),
    resultsPart(library, engine, log),
    await slurmPart(parts),
    await noteSampleWorkspace(),
  );
}
