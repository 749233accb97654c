import { basename, relative } from 'node:path';
import type { StudyStatus } from '../cluster/gather';
import { REDUCE } from '../cluster/jobs';
import type { RunStatus, ShardStatus, StageStatus, Standing } from '../cluster/status';
import { formatBytes, formatDuration } from '../shared/progress';
import { count, counted, number, percent } from '../shared/words';

const HEAD = ['run', 'stage', 'shards', 'done', 'left'] as const;

/** A study as a person reads it: a table, then what failed and what to do about it, then what was measured. */
export function statusText({ file, workspace, runs, problem }: StudyStatus): string {
  const name = file === '' ? '' : relative(workspace, file);
  const rows = runs.flatMap(rowsOf);
  const failures = runs.flatMap(failuresOf);
  const again =
    failures.length > 0 && name !== '' ? [`To submit again what is missing: brainlens run ${name} --engine slurm`] : [];
  const measured = runs.flatMap(measuredLines);
  const blocks = [
    [
      ...(name === ''
        ? []
        : [`${basename(name)}: ${summaryOf(runs)}${problem === undefined ? '' : ' (as far as the marks tell)'}`]),
      ...table([HEAD, ...rows]),
    ],
    [...failures, ...again],
    measured,
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function summaryOf(runs: readonly RunStatus[]): string {
  const kinds: readonly Standing[] = ['done', 'running', 'pending', 'failed', 'cancelled', 'absent'];
  const parts = kinds.flatMap((kind) => {
    const n = runs.filter(({ standing }) => standing === kind).length;
    return n > 0 ? [`${n} ${inWords(kind)}`] : [];
  });
  return `${counted(runs.length, 'run')}: ${parts.join(', ')}`;
}

function rowsOf({ label, stages }: RunStatus): string[][] {
  return stages.map(({ stage, shards, share, left, standing }, i) => [
    i === 0 ? label : '',
    stage,
    stage === REDUCE ? reduceText(shards[0]!, standing) : shardsText(shards),
    percent(share),
    left === undefined ? '' : formatDuration(left),
  ]);
}

function reduceText({ why }: ShardStatus, standing: Standing): string {
  return standing === 'pending' && why !== undefined ? `${inWords(standing)}: ${why}` : inWords(standing);
}

/** "4 done, 1 running, 1 pending (no node is free)" */
function shardsText(shards: readonly ShardStatus[]): string {
  const kinds: readonly Standing[] = ['done', 'running', 'pending', 'failed', 'cancelled', 'absent'];
  return kinds
    .flatMap((kind) => {
      const these = shards.filter(({ standing }) => standing === kind);
      if (these.length === 0) return [];
      const why = kind === 'pending' ? these.find((one) => one.why !== undefined)?.why : undefined;
      return [`${these.length} ${inWords(kind)}${why === undefined ? '' : ` (${why})`}`];
    })
    .join(', ');
}

function inWords(standing: Standing): string {
  return standing === 'absent' ? 'not submitted' : standing;
}

function failuresOf({ label, stages }: RunStatus): string[] {
  return stages.flatMap(({ stage, shards }) =>
    shards
      .filter(({ standing }) => standing === 'failed')
      .flatMap(({ shard, job, why = '', log = [] }) => {
        const which = shard === 0 ? stage : `${stage} ${shard} of ${shards.length}`;
        return [
          `${label}, ${which}${job === undefined ? '' : ` (job ${job})`}: ${why}`,
          ...log.map((line) => `    ${line}`),
        ];
      }),
  );
}

/** "firing of lobes: 812 tokens/s on 2 cores, 40 s and 3.1 MB a shard (4 shards, Xeon …)" */
function measuredLines({ label, stages }: RunStatus): string[] {
  return stages.flatMap(({ stage, measured }: StageStatus) => {
    if (measured === undefined) return [];
    const { shards, unit, perSecond, threads, seconds, bytes, work, cpus } = measured;
    const rate = `${number(perSecond, 3)} ${unit}/s on ${counted(threads, 'core')}`;
    const each = `${count(Math.round(work))} ${unit}, ${formatDuration(seconds)} and ${formatBytes(bytes)} a shard`;
    return [`Measured, ${stage} of ${label}: ${rate}; ${each} (${counted(shards, 'shard')}; ${cpus.join('; ')})`];
  });
}

/** Columns as wide as their widest cell; numbers are few, so all stand to the left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
