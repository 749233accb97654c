export { makeShards } from './local';
export type { LocalShards } from './local';
export { markFile, readShardState, removeMarks, shardsFolder } from './marks';
export type { ShardMark, ShardProgress, ShardState } from './marks';
export { missingShards, shardDigest, shardsOf } from './plan';
export type { ShardedRun, StageShards } from './plan';
export { warningsOfShards } from './reduce';
export type { Shard } from './share';
