import { Command, InvalidArgumentError, Option } from 'commander';
import type { RunFilter } from '../../experiments/store/filter';
import type { SeedGateOptions } from '../../metrics';
import { GATE_LIMITS } from '../../metrics/gate';
import { list, wholeNumbers } from '../results/filterOptions';

/** Where one side comes from, and which of its runs are meant. */
export interface SideRequest {
  /** A store or a results file. */
  place: string;
  /** Its runs that are meant. */
  filters: readonly RunFilter[];
}

/** What the command line asks for. */
export interface GateRequest {
  /** The new model. */
  challenger: SideRequest;
  /** The model in use. */
  champion: SideRequest;
  /** Limits, rule, seeds. */
  options: SeedGateOptions;
  /** Whether the verdict is written as JSON. */
  json: boolean;
}

interface Options extends SeedGateOptions {
  study?: string[];
  method?: string[];
  stream?: string[];
  scenario?: string[];
  label?: string[];
  id?: string[];
  challengerMethod?: string[];
  challengerLabel?: string[];
  challengerId?: string[];
  championMethod?: string[];
  championLabel?: string[];
  championId?: string[];
  seeds?: number[];
  json?: boolean;
}

/**
 * The command. Where the arguments are wrong, and for `--help`, `parse` throws a CommanderError after it has written what is to be
 * said.
 *
 * @param ask hears what was asked for
 */
export function gateCommand(ask: (request: GateRequest) => void): Command {
  const command = new Command('gate')
    .description(
      'Decides whether a new model (challenger) may replace the one in use (champion): it forgets little, and is not worse. Both are ' +
        'stores of runs (folders) or results files; runs are compared seed by seed.',
    )
    .argument('<challenger>', 'store or results file of the new model')
    .argument('<champion>', 'store or results file of the model in use')
    .showHelpAfterError('(--help shows all options)')
    .exitOverride()
    .addHelpText('after', '\nExit status: 0 passes, 1 does not pass, 2 cannot be judged.');
  addLimits(command);
  addChoice(command);
  return command
    .option('--json', 'write the verdict as JSON')
    .action((challenger: string, champion: string, options: Options) => ask(requestOf(challenger, champion, options)));
}

function addLimits(command: Command): void {
  const { maxFm, accTolerance, bwtTolerance } = GATE_LIMITS;
  command
    .addOption(share('--max-fm <share>', `largest forgetting FM, a share of accuracy (default: ${maxFm})`))
    .addOption(share('--acc-tolerance <share>', `how far ACC may lie below the champion's (default: ${accTolerance})`))
    .addOption(share('--bwt-tolerance <share>', `how far BWT may lie below the champion's (default: ${bwtTolerance})`))
    .addOption(
      new Option(
        '--rule <name>',
        'interval: the unfavourable end of the interval over the seeds decides; point: the mean alone (default: interval)',
      ).choices(['interval', 'point']),
    )
    .addOption(
      new Option('--level <share>', 'level of the interval (default: 0.95)').argParser(
        within(0.5, 0.9999, 'It must be a number from 0.5 to 0.9999, e.g. 0.95.'),
      ),
    )
    .option('--allow-missing', 'leave out seeds that failed or that one side lacks; without it, they cannot be judged');
}

function addChoice(command: Command): void {
  command
    .addOption(list('--study <name...>', 'runs of these studies'))
    .addOption(list('--method <name...>', 'runs of these methods'))
    .addOption(list('--stream <name...>', 'runs on these streams'))
    .addOption(list('--scenario <name...>', 'runs in these scenarios'))
    .addOption(new Option('--label <text...>', 'runs whose label contains one of these'))
    .addOption(
      new Option('--seeds <number...>', 'the seeds to compare (default: all of either side)').argParser(
        (text, before: number[] | undefined) => wholeNumbers(text, before),
      ),
    )
    .addOption(list('--id <text...>', 'runs whose id begins with one of these'));
  for (const side of ['challenger', 'champion']) {
    command
      .addOption(list(`--${side}-method <name...>`, `runs of these methods as the ${side}`))
      .addOption(new Option(`--${side}-label <text...>`, `runs whose label contains one of these as the ${side}`))
      .addOption(list(`--${side}-id <text...>`, `runs whose id begins with one of these as the ${side}`));
  }
}

function requestOf(challenger: string, champion: string, given: Options): GateRequest {
  const { study, method, stream, scenario, label, id, json = false } = given;
  const { maxFm, accTolerance, bwtTolerance, rule, level, seeds, allowMissing } = given;
  const both: RunFilter = { studies: study, methods: method, streams: stream, scenarios: scenario, labels: label, ids: id };
  const own = { methods: given.challengerMethod, labels: given.challengerLabel, ids: given.challengerId };
  const other = { methods: given.championMethod, labels: given.championLabel, ids: given.championId };
  return {
    challenger: { place: challenger, filters: [both, own] },
    champion: { place: champion, filters: [both, other] },
    options: { maxFm, accTolerance, bwtTolerance, rule, level, seeds, allowMissing },
    json,
  };
}

function share(flags: string, description: string): Option {
  return new Option(flags, description).argParser(within(0, 1, 'It must be a share of accuracy from 0 to 1, e.g. 0.05.'));
}

function within(low: number, high: number, message: string): (text: string) => number {
  return (text) => {
    const value = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(message);
  };
}
