import { l10n } from 'vscode';
import type { RunStatus, StageStatus } from '../../cluster/status';
import { formatDuration } from '../../shared/progress';

/** How a run on the cluster stands, in one line: "firing: 3 of 6 shards done, 2 running · 4 min left". */
export function runInWords({ stages, left }: RunStatus): string {
  const current = stages.find(({ standing }) => standing !== 'done') ?? stages.at(-1)!;
  const time = left === undefined ? [] : [l10n.t('{0} left', formatDuration(left))];
  return [stageInWords(current), ...time].join(' · ');
}

function stageInWords({ stage, shards }: StageStatus): string {
  const count = (wanted: string): number => shards.filter(({ standing }) => standing === wanted).length;
  const why = shards.find(({ standing, why: said }) => standing === 'pending' && said !== undefined)?.why;
  if (shards.length === 1) return [stage, why].filter(Boolean).join(': ');
  const [done, running, failed] = [count('done'), count('running'), count('failed')];
  const parts = [
    l10n.t('{0} of {1} shards done', done, shards.length),
    ...(running > 0 ? [l10n.t('{0} running', running)] : []),
    ...(failed > 0 ? [l10n.t('{0} failed', failed)] : []),
    ...(running === 0 && why !== undefined ? [why] : []),
  ];
  return `${stage}: ${parts.join(', ')}`;
}

/** Why a run failed: what failed first, with the last line of its log. */
export function failureInWords({ stages }: RunStatus): string {
  for (const { stage, shards } of stages) {
    const failed = shards.find(({ standing }) => standing === 'failed');
    if (failed === undefined) continue;
    const which = failed.shard === 0 ? stage : l10n.t('{0}, shard {1} of {2}', stage, failed.shard, shards.length);
    const last = failed.log?.at(-1);
    return [`${which}: ${failed.why ?? ''}`, ...(last === undefined ? [] : [last])].join(' · ');
  }
  return l10n.t('failed');
}
