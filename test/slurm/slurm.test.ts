import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { Cluster, installed } from './cluster';
import { idle, processOf, until, Workspace } from './workspace';

const LOBES = `  lobes: { analysis: lobes, model: tiny, sae: layer1, documents: [texts], types: folder, long: split, maxTokens: 512, blockTokens: 32, map: pca, null: 5 }
`;
const ENCODING = `  encoding: { analysis: align, model: tiny, dataset: simulated, permutations: 19, bootstrap: 100 }
`;

const missing = installed();
const cluster = missing === undefined ? new Cluster() : undefined;

describe('a study on Slurm', () => {
  const open: Workspace[] = [];
  /** What one process makes of the study, to be held against. */
  let alone: Workspace;

  function workspace(analyses: string, slurm?: string): Workspace {
    const made = new Workspace(analyses, cluster!.env, slurm);
    open.push(made);
    return made;
  }

  function on(name: string, test: (cluster: Cluster) => Promise<void>): void {
    it(name, async (context: TestContext) => {
      if (cluster === undefined) return context.skip(missing);
      await test(cluster);
    });
  }

  beforeAll(async () => {
    if (cluster === undefined) return;
    await cluster.start();
    alone = new Workspace(LOBES + ENCODING, {});
    const { code, stderr } = await alone.brainlens('run', 'my.study.yaml', '--quiet');
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });
  afterEach(async () => {
    if (cluster === undefined) return;
    cluster.ask('scancel', '--user=root');
    await until('an empty queue', () => idle(cluster));
    for (const one of open.splice(0)) one.remove();
  });
  afterAll(async () => {
    await cluster?.stop();
    alone?.remove();
  });

  on('is, from six shards, byte for byte what one process makes', async () => {
    const here = workspace(LOBES + ENCODING);
    const { code, stdout, stderr } = await here.submit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/lobes: firing 6 tasks \(job \d+\), reduce \(job \d+\)/);
    await until('both results', () => ['lobes', 'encoding'].every((run) => existsSync(join(here.results, run))), 200);
    await until('an empty queue', () => idle(cluster!));
    expect(here.made('lobes')).toEqual(alone.made('lobes'));
    expect(here.made('encoding')).toEqual(alone.made('encoding'));
    const { code: ended, study } = await here.status();
    expect({ ended, standing: study.runs.map(({ standing }) => standing) }).toEqual({
      ended: 0,
      standing: ['done', 'done'],
    });
    // What the shards took is known though their marks went with the result.
    expect(study.runs[0]!.stages[0]!.measured).toMatchObject({ unit: 'tokens', threads: 1 });
    expect(here.leftovers()).toEqual([]);
    expect((await here.submit()).stdout).toMatch(/lobes: up to date\nencoding: up to date\nNothing to submit/);
  });

  on('goes on after kill -9 of one task: only that shard is made again', async () => {
    const here = workspace(LOBES);
    await here.submit();
    await until('shard 4', () => processOf(here.folder, '--shard 4/6') !== undefined);
    process.kill(processOf(here.folder, '--shard 4/6')!, 'SIGKILL');
    await until('the end of the others', () => idle(cluster!), 200);
    const { code, study } = await here.status();
    const [firing, reduce] = study.runs[0]!.stages;
    expect(code).toBe(2);
    expect(firing!.shards.map(({ standing }) => standing)).toEqual(['done', 'done', 'done', 'failed', 'done', 'done']);
    expect(firing!.shards[3]).toMatchObject({ why: 'it ended without a word of its own' });
    expect(firing!.shards[3]!.log!.join('\n')).toMatch(/Killed/);
    expect(reduce!.shards[0]).toMatchObject({
      standing: 'failed',
      why: 'it never started, for firing 4 of lobes failed',
    });
    expect(existsSync(join(here.results, 'lobes'))).toBe(false);

    const before = [1, 2, 3, 5, 6].map((shard) => here.log(`lobes.firing.${shard}.log`));
    const again = await here.submit();
    expect(again.stdout).toMatch(/lobes: firing 1 task \(job \d+\), reduce \(job \d+\)/);
    await until('the result', () => existsSync(join(here.results, 'lobes')), 200);
    expect([1, 2, 3, 5, 6].map((shard) => here.log(`lobes.firing.${shard}.log`))).toEqual(before);
    expect(here.made('lobes')).toEqual(alone.made('lobes'));
  });

  on('outlasts a node whose daemon stops in mid-run and comes back', async (here) => {
    const study = workspace(LOBES);
    await study.submit();
    await until('a task', () => processOf(study.folder, '--stage firing') !== undefined);
    await here.stopNode();
    await wait(2000);
    here.startNode();
    await until('the result', () => existsSync(join(study.results, 'lobes')), 200);
    expect(study.made('lobes')).toEqual(alone.made('lobes'));
  });

  on('leaves no half result where it is cancelled, and goes on from there', async () => {
    const here = workspace(LOBES);
    await here.submit();
    await until('two tasks done', () => /\bmade in/.test(here.log('lobes.firing.2.log')));
    const { stdout } = await here.brainlens('status', 'my.study.yaml', '--cancel');
    expect(stdout).toMatch(/^scancel was asked to end 2 jobs; what was made stays\.$/m);
    await until('an empty queue', () => idle(cluster!));
    expect(existsSync(join(here.results, 'lobes'))).toBe(false);
    expect(here.leftovers()).toEqual([]);
    const { study } = await here.status();
    expect(study.runs[0]!.stages.flatMap(({ shards }) => shards.map(({ standing }) => standing))).toContain(
      'cancelled',
    );
    await here.submit();
    await until('the result', () => existsSync(join(here.results, 'lobes')), 200);
    expect(here.made('lobes')).toEqual(alone.made('lobes'));
  });

  on('tells that a run never started, for what it needs failed', async () => {
    const here = workspace(`  language: { analysis: localize, model: broken, stimuli: stimuli/language.csv }
  silenced: { analysis: ablate, model: tiny, units: language, tasks: [tasks/reflexive-number.jsonl], generate: 0 }
`);
    mkdirSync(join(here.folder, 'models/broken'));
    for (const name of ['config.json', 'tokenizer.json']) writeFileSync(join(here.folder, 'models/broken', name), '{}');
    await here.submit();
    await until('the end', () => idle(cluster!));
    const { code, study } = await here.status();
    const [language, silenced] = study.runs;
    expect(code).toBe(2);
    expect(language!.stages.at(-1)!.shards[0]!.standing).toBe('failed');
    expect(language!.stages.at(-1)!.shards[0]!.why).toMatch(/broken/);
    expect(silenced!.standing).toBe('failed');
    expect(silenced!.stages[0]!.shards[0]!.why).toMatch(/^it never started, for .* of language failed$/);
    const { stdout } = await here.brainlens('status', 'my.study.yaml');
    expect(stdout).toMatch(/To submit again what is missing: brainlens run my\.study\.yaml --engine slurm/);
  });

  on('keeps what it has where it is preempted, and goes on from there', async (here) => {
    const study = workspace(LOBES, '{ shards: 1, time: 10, partition: main }');
    await study.submit();
    await until('a task that has kept something', () => study.pieces().length > 0);
    // It holds its breath, so that it is not done before Slurm has made up its mind, which wakes it to end it.
    process.kill(processOf(study.folder, '--shard 1/1')!, 'SIGSTOP');
    here.ask('sbatch', '--partition=urgent', '--exclusive', '--mem=1', '--output=/dev/null', '--wrap=sleep 1');
    await until('the task back in the queue', () =>
      /Restarts=1/.test(here.ask('scontrol', 'show', 'job', '--oneliner')),
    );
    expect(existsSync(join(study.results, 'lobes'))).toBe(false);
    await until('the result', () => existsSync(join(study.results, 'lobes')), 200);
    expect(study.log('lobes.firing.1.log')).toMatch(/DUE TO PREEMPTION/);
    expect(study.log('lobes.firing.1.log').match(/: firing 1, job/g)).toHaveLength(2);
    // Of seven pieces the second try had to make what the first had not kept.
    const [, pieces, again] = /firing: (\d+) pieces, (\d+) made/.exec(study.log('lobes.firing.1.log'))!;
    expect(Number(again)).toBeLessThan(Number(pieces));
    expect(study.made('lobes')).toEqual(alone.made('lobes'));
  });
});
