import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Debian puts the daemons where only root looks. */
const PATH = `/usr/sbin${delimiter}/sbin${delimiter}${process.env['PATH'] ?? ''}`;
const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch'];
const NODE = 'brainlens';

/** Why there can be no cluster here; `undefined` where its programs are there, installed now where they were not. */
export function installed(): string | undefined {
  if (process.platform !== 'linux') return 'Slurm runs on Linux';
  if (process.getuid?.() !== 0) return 'a Slurm of its own needs root';
  if (PROGRAMS.every(isThere)) return undefined;
  if (!existsSync('/usr/bin/apt-get')) return 'Slurm is not installed, and there is no apt-get';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update'], { env, stdio: 'ignore' });
    const packages = ['slurm-wlm', 'munge'];
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env, stdio: 'ignore' });
  } catch {
    return 'slurm-wlm and munge cannot be installed';
  }
  return PROGRAMS.every(isThere) ? undefined : 'slurm-wlm and munge were installed without their programs';
}

function isThere(program: string): boolean {
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/**
 * A Slurm of one node with two CPUs, whose files all lie in one temporary folder. A partition `urgent` preempts `main`:
 * tasks there get SIGTERM, 8 s later SIGKILL, and are queued again.
 */
export class Cluster {
  readonly home = mkdtempSync(join(tmpdir(), 'brainlens-slurm-'));
  /** For every program that is to talk to this Slurm. */
  readonly env = { PATH, SLURM_CONF: join(this.home, 'slurm.conf') };
  private readonly daemons = new Map<string, Daemon>();

  /** @throws with the log of the daemon that does not answer */
  async start(): Promise<void> {
    const folder = (name: string): string => {
      mkdirSync(join(this.home, name), { mode: 0o700 });
      return join(this.home, name);
    };
    const munge = folder('munge');
    writeFileSync(join(munge, 'key'), randomBytes(128), { mode: 0o400 });
    writeFileSync(
      this.env.SLURM_CONF,
      this.config(folder('state'), folder('spool'), await freePort(), await freePort()),
    );
    const own = (name: string, file: string): string => `--${name}=${join(munge, file)}`;
    // World-readable, so that jobs of any user could ask it; its folder is not.
    this.begin('munged', [
      '--foreground',
      '--force',
      ...[own('key-file', 'key'), own('socket', 'socket'), own('pid-file', 'pid'), own('seed-file', 'seed')],
    ]);
    await this.until('munged', () => existsSync(join(munge, 'socket')));
    this.begin('slurmctld', ['-D', '-f', this.env.SLURM_CONF]);
    await this.until('slurmctld', () => this.answers(['scontrol', 'ping'], /is UP/));
    this.startNode();
    await this.until('slurmd', () => this.answers(['sinfo', '-h', '-o', '%T'], /idle/));
  }

  startNode(): void {
    this.begin('slurmd', ['-D', '-N', NODE, '-f', this.env.SLURM_CONF]);
  }

  /** Ends the node's daemon; tasks that run there live on. */
  async stopNode(): Promise<void> {
    await this.end('slurmd');
  }

  /** Ends all daemons, what their jobs left running, and removes their files. */
  async stop(): Promise<void> {
    if (this.daemons.has('slurmctld')) this.answers(['scancel', '--signal=KILL', '--full', '--user=root'], /^/);
    for (const name of ['slurmd', 'slurmctld', 'munged']) await this.end(name);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** What a program says on standard output. @throws where it fails */
  ask(program: string, ...args: string[]): string {
    return execFileSync(program, args, { env: { ...process.env, ...this.env }, encoding: 'utf8', stdio: 'pipe' });
  }

  private answers([program, ...args]: [string, ...string[]], expected: RegExp): boolean {
    try {
      return expected.test(this.ask(program, ...args));
    } catch {
      return false;
    }
  }

  private begin(name: string, args: readonly string[]): void {
    const log = openSync(join(this.home, `${name}.log`), 'a');
    const child = spawn(name, args, { env: { ...process.env, ...this.env }, stdio: ['ignore', log, log] });
    const exited = new Promise<void>((resolve) => {
      child.on('exit', () => resolve());
      child.on('error', () => resolve());
    });
    this.daemons.set(name, { kill: (signal) => child.kill(signal), exited });
  }

  private async end(name: string): Promise<void> {
    const daemon = this.daemons.get(name);
    this.daemons.delete(name);
    daemon?.kill('SIGTERM');
    const patience = wait(10_000, 'late' as const, { ref: false });
    if ((await Promise.race([daemon?.exited, patience])) === 'late') daemon?.kill('SIGKILL');
  }

  private async until(name: string, holds: () => boolean): Promise<void> {
    for (let tries = 0; tries < 150; tries += 1) {
      if (holds()) return;
      await wait(200);
    }
    throw new Error(`${name} does not answer:\n${readFileSync(join(this.home, `${name}.log`), 'utf8').slice(-3000)}`);
  }

  private config(state: string, spool: string, controlPort: number, nodePort: number): string {
    const host = hostname().split('.')[0]!;
    return `ClusterName=brainlens-test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controlPort}
SlurmdPort=${nodePort}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${join(this.home, 'munge/socket')},cred_expire=5
StateSaveLocation=${state}
SlurmdSpoolDir=${spool}
SlurmctldPidFile=${join(this.home, 'slurmctld.pid')}
SlurmdPidFile=${join(this.home, 'slurmd.pid')}
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=300
KillWait=8
MinJobAge=600
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,batch_sched_delay=0,bf_interval=2
NodeName=${NODE} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${nodePort} CPUs=2 RealMemory=6000 State=UNKNOWN
PartitionName=main Nodes=${NODE} Default=YES MaxTime=60 PriorityTier=1 PreemptMode=REQUEUE State=UP
PartitionName=urgent Nodes=${NODE} MaxTime=60 PriorityTier=9 PreemptMode=OFF State=UP
`;
  }
}

interface Daemon {
  kill(signal: NodeJS.Signals): unknown;
  readonly exited: Promise<void>;
}

/** A port of this machine that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
