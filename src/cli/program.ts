import { Command, CommanderError, Option } from 'commander';
import { catalog } from '../analyses/catalog';
import type { AnalysisSpec } from '../shared/analysis';
import { Cancelled, describeCancel, messageOf, UserError } from '../shared/errors';
import { PROVIDERS } from '../shared/provider';
import { addSpecOptions, specInput } from './flags';
import { CANCELLED } from './interrupt';
import { runStudyShard } from './shard';
import type { ShardOptions } from './shard';
import { status } from './status';
import type { StatusOptions } from './status';
import { runStudy } from './study';
import type { StudyOptions } from './study';
import { info, report, runAnalysis } from './verbs';
import type { CommonOptions, Streams } from './verbs';

/** First words of verbs of two words. */
const GROUPS: Readonly<Record<string, string>> = {
  sae: 'Sparse autoencoders: brainlens sae train.',
};

/** Verbs that are no analyses. */
const OTHER_VERBS = ['info', 'run', 'shard', 'status', 'report'];

const EXIT = { done: 0, internal: 1, usage: 2, cancelled: CANCELLED } as const;

/** How a verb ended that has several runs, of which some may have failed. */
interface Ended {
  code: number;
}

/**
 * Runs the command line once.
 * @param args what follows `brainlens`
 * @returns the exit code: 0 done, 1 internal failure, 2 bad usage or bad input, 130 cancelled
 */
export async function runCommandLine(args: readonly string[], streams: Streams): Promise<number> {
  const ended: Ended = { code: EXIT.done };
  try {
    await program(streams, ended).parseAsync([...spelledOut(args)], { from: 'user' });
    return ended.code;
  } catch (error) {
    return explain(error, args, streams);
  }
}

/** Further problems of a file that are shown below the first. */
const MOST_PROBLEMS = 10;

function explain(error: unknown, args: readonly string[], { stderr }: Streams): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    stderr.write(`brainlens: ${usageMessage(error, helpOf(args))}\n`);
    return EXIT.usage;
  }
  if (error instanceof UserError) {
    stderr.write(`brainlens: ${error.message}\n`);
    for (const line of error.more.slice(0, MOST_PROBLEMS)) stderr.write(`${line}\n`);
    return EXIT.usage;
  }
  if (error instanceof Cancelled) {
    stderr.write(`brainlens: ${describeCancel(error.kept)}.\n`);
    return EXIT.cancelled;
  }
  stderr.write(`brainlens: internal failure: ${messageOf(error)}\n`);
  if (error instanceof Error && error.stack !== undefined) stderr.write(`${error.stack}\n`);
  return EXIT.internal;
}

/** Commander's message and suggestion on one line. */
function usageMessage({ code, message }: CommanderError, help: string): string {
  if (message === '(outputHelp)') return 'no verb was given. See brainlens --help.';
  const line = messageOf(message).replace(/^error: /, '');
  if (line.includes('Did you mean')) return `${line} See ${help}.`;
  const lists =
    code === 'commander.excessArguments' ? ' Lists of numbers are separated by commas, without blanks.' : '';
  return `${line.replace(/\.+$/, '')}.${lists} See ${help}.`;
}

/** The help that belongs to what was typed: that of the verb, where there is one. */
function helpOf(args: readonly string[]): string {
  const typed = args.slice(0, 2).join(' ');
  const one = allVerbs();
  const found = one.find((id) => id === typed) ?? one.find((id) => id === args[0]);
  return found === undefined ? 'brainlens --help' : `brainlens ${found} --help`;
}

function allVerbs(): string[] {
  return [...catalog.map(({ id }) => id), ...OTHER_VERBS];
}

/** `help`, `help run` and `version` as the options that say the same. */
function spelledOut(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  const known = rest.length === 0 || allVerbs().some((id) => id.split(' ')[0] === rest[0]);
  if (first === 'help') return known ? [...rest, '--help'] : rest;
  return first === 'version' && rest.length === 0 ? ['--version'] : args;
}

function program(streams: Streams, ended: Ended): Command {
  const root = new Command('brainlens')
    .description(
      'Does this language model work like the human language system? The analyses of Brainlens, without VS Code.',
    )
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      // Errors are printed once, on one line, by `explain`.
      writeErr: () => undefined,
    });
  addInfo(root, streams);
  for (const analysis of catalog) addAnalysis(root, analysis, streams);
  addStudy(root, streams, ended);
  addShard(root, streams);
  addStatus(root, streams, ended);
  addReport(root, streams);
  return root;
}

function addInfo(root: Command, streams: Streams): void {
  const command = root
    .command('info')
    .description('What a model is: family, size, stored type, memory that a run needs.')
    .argument('<model>', 'a model folder, a .gguf or an .onnx file');
  addCommon(command, 'a result folder that keeps the answer (default: none is written)');
  command.action((model: string, options: CommonOptions) => info(model, options, streams));
}

function addAnalysis(root: Command, analysis: AnalysisSpec, streams: Streams): void {
  const command = verb(root, analysis.id).description(analysis.describe).allowExcessArguments(false);
  addSpecOptions(command, analysis);
  addCommon(command, resultFolder(analysis.id));
  command.action(() => runAnalysis(analysis, specInput(command, analysis), command.opts(), streams));
}

/** Adds a verb; of two words the first is a command of its own, which lists what belongs to it. */
function verb(root: Command, id: string): Command {
  const words = id.split(' ');
  const last = words.pop()!;
  let parent = root;
  for (const word of words) {
    parent =
      parent.commands.find((command) => command.name() === word) ??
      parent
        .command(word)
        .description(GROUPS[word] ?? '')
        .helpCommand(false);
  }
  return parent.command(last);
}

function addReport(root: Command, streams: Streams): void {
  root
    .command('report')
    .description('Writes a result as one self-contained HTML file with the same figures as the panel.')
    .argument('<result>', 'a result folder')
    .option('--out <file>', 'the HTML file (default: report.html in the result folder)')
    .option('--quiet', 'no progress, only warnings and errors')
    .action((folder: string, options: { out?: string }) => report(folder, options, streams));
}

function addStudy(root: Command, streams: Streams, ended: Ended): void {
  const command = root
    .command('run')
    .description('Runs every analysis of a study that is out of date, in the order of what needs what.')
    .argument('<study>', 'a study file, such as my.study.yaml')
    .option('--force', 'run what is up to date, too')
    .option('--dry-run', 'only say what would run, and why')
    .option('--only <name>', 'one analysis of the study, with what it needs')
    .option('--results <folder>', 'folder of results below this one (default: what the study says, else .brainlens)');
  addSettings(command);
  command
    .addOption(
      new Option('--engine <where>', 'where shards run: slurm submits them to the cluster (default: local)').choices([
        'local',
        'slurm',
      ]),
    )
    .option(
      '--expect <digest>',
      'with --engine slurm: SHA-256 of what --dry-run printed; other scripts are not submitted',
    )
    .option('--shards <n>', 'divide each analysis that can be into so many shards; the numbers stay the same')
    .option('--at-once <n>', 'shards at the same time; cores and memory are divided among them (default: one per core)')
    .option('--json', 'the runs with their states and folders on standard output; lines go to standard error')
    .option('--quiet', 'no progress, only a line for each run, warnings and errors')
    .action(async (file: string, options: StudyOptions) => {
      ended.code = await runStudy(file, options, streams);
    });
}

function addShard(root: Command, streams: Streams): void {
  const command = root
    .command('shard')
    .description(
      'One shard of one run of a study, or the run from what its shards made: what the scripts of jobs call.',
    )
    .argument('<study>', 'a study file, such as my.study.yaml')
    .argument('<run>', 'the name of the run: encoding, or encoding-smol where each model has one')
    .option('--stage <name>', 'the part of the work that is divided: firing, features, layers, sweep')
    .option('--shard <i/n>', 'which share of it, such as 3/8')
    .option('--reduce', 'make the result; what no shard has made is made, too')
    .option('--force', 'with --reduce: replace a result that is not of this study')
    .option('--results <folder>', 'folder of results below this one (default: what the study says, else .brainlens)');
  addSettings(command);
  command
    .option('--quiet', 'no progress, only a line at the end, warnings and errors')
    .action((file: string, run: string, options: ShardOptions) => runStudyShard(file, run, options, streams));
}

function addStatus(root: Command, streams: Streams, ended: Ended): void {
  root
    .command('status')
    .description('How studies stand on the cluster: shards done, running, waiting and failed, progress, time left.')
    .argument('[what]', 'a study file or a result folder (default: every study here that was submitted)')
    .option('--cancel', 'cancel what waits or runs (scancel); what was made stays')
    .option('--results <folder>', 'folder of results below this one (default: what the study says, else .brainlens)')
    .option('--json', 'all of it as JSON on standard output')
    .action(async (what: string | undefined, options: StatusOptions) => {
      ended.code = await status(what, options, streams);
    });
}

function resultFolder(id: string): string {
  return `the result folder (default: .brainlens/${id.replaceAll(' ', '-')}-<yyyymmdd-hhmmss>)`;
}

function addCommon(command: Command, out: string): void {
  command.option('--out <dir>', out).option('--force', 'replace the result that lies in --out');
  addSettings(command);
  command
    .option('--json', 'result.json on standard output; progress stays on standard error')
    .option('--quiet', 'no progress, only warnings and errors');
}

/** Options that a run and a study share. */
function addSettings(command: Command): void {
  command
    .option('--seed <n>', 'the one seed (default: 0)')
    .option('--threads <n>', 'cores (default: all)')
    .option('--memory <amount>', 'budget that decides between resident and streaming, e.g. 4GB (default: 60 % of RAM)')
    .addOption(
      new Option('--executor <way>', 'force a way to run (default: auto)').choices(['auto', 'resident', 'streaming']),
    )
    .addOption(
      new Option('--provider <name>', 'where models run; not every platform has each (default: cpu)').choices(
        PROVIDERS,
      ),
    )
    .option('--no-self-check', 'do not look whether a model makes sense of plain English before it runs');
}

function version(): string {
  return typeof BRAINLENS_VERSION === 'string' ? BRAINLENS_VERSION : 'development';
}
