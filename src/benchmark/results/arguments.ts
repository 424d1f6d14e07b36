import { Command, InvalidArgumentError, Option } from 'commander';
import { RUN_STATUSES } from '../../experiments/store/filter';
import type { RunFilter } from '../../experiments/store/filter';

/** What the command line asks for. */
export type ResultsRequest = { store: string | undefined; filter: RunFilter } & (
  | { command: 'list' }
  | { command: 'compare' }
  | { command: 'show'; id: string }
  | { command: 'export'; file: string }
  | { command: 'report'; file: string }
  | { command: 'merge'; from: string[] }
);

interface Options {
  store?: string;
  id?: string[];
  study?: string[];
  method?: string[];
  stream?: string[];
  scenario?: string[];
  label?: string[];
  seeds?: number[];
  status?: RunFilter['statuses'];
}

/**
 * The command with its subcommands. Where the arguments are wrong, and for `--help`, `parse` throws a CommanderError after it has
 * written what is to be said.
 *
 * @param ask hears what was asked for
 */
export function resultsCommand(ask: (request: ResultsRequest) => void): Command {
  const command = new Command('results')
    .description('Looks at runs that are kept in a store, as npm run benchmark fills it.')
    .showHelpAfterError('(--help shows all options)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit status: 0 all is well, 1 some of the runs failed, are damaged or differ, 2 what was asked for cannot be done.',
    );
  const add = (usage: string, about: string) => withFilters(command.command(usage).description(about));
  add('list', 'a line a run').action((options: Options) => ask({ command: 'list', ...read(options) }));
  add('compare', 'tables with mean and interval over the seeds, a row a configuration').action((options: Options) =>
    ask({ command: 'compare', ...read(options) }),
  );
  add('export <file>', 'a row a run as .csv, or a results file as .json').action((file: string, options: Options) =>
    ask({ command: 'export', file, ...read(options) }),
  );
  add('report <file>', 'one .html page with tables, figures and all runs; it needs no connection').action(
    (file: string, options: Options) => ask({ command: 'report', file, ...read(options) }),
  );
  withStore(command.command('show <id>').description('all that is known of one run, as JSON')).action(
    (id: string, options: Options) => ask({ command: 'show', id, ...read(options) }),
  );
  withStore(
    command.command('merge <from...>').description('put the runs of other stores and results files into the store'),
  ).action((from: string[], options: Options) => ask({ command: 'merge', from, ...read(options) }));
  return command;
}

function withStore(command: Command): Command {
  return command.option('--store <folder>', 'the store (default: .cache/runs)');
}

function withFilters(command: Command): Command {
  return withStore(command)
    .addOption(list('--study <name...>', 'runs of these studies'))
    .addOption(list('--method <name...>', 'runs of these methods'))
    .addOption(list('--stream <name...>', 'runs on these streams'))
    .addOption(list('--scenario <name...>', 'runs in these scenarios'))
    .addOption(new Option('--label <text...>', 'runs whose label contains one of these'))
    .addOption(
      list('--seeds <number...>', 'runs of these seeds').argParser((text, before) => [
        ...((before as number[] | undefined) ?? []),
        ...parts(text).map(wholeNumber),
      ]),
    )
    .addOption(list('--status <name...>', `runs that ended like this: ${RUN_STATUSES.join(', ')}`).argParser(statuses))
    .addOption(list('--id <text...>', 'runs whose id begins with one of these'));
}

function read({ store, id, study, method, stream, scenario, label, seeds, status }: Options): {
  store: string | undefined;
  filter: RunFilter;
} {
  return {
    store,
    filter: {
      ids: id,
      studies: study,
      methods: method,
      streams: stream,
      scenarios: scenario,
      labels: label,
      seeds,
      statuses: status,
    },
  };
}

/** An option that takes a list; commas and spaces alike. */
function list(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text, before) => [
    ...((before as string[] | undefined) ?? []),
    ...parts(text),
  ]);
}

function statuses(text: string, before: unknown): string[] {
  const wrong = parts(text).find((part) => !(RUN_STATUSES as readonly string[]).includes(part));
  if (wrong !== undefined) throw new InvalidArgumentError(`Allowed choices are ${RUN_STATUSES.join(', ')}.`);
  return [...((before as string[] | undefined) ?? []), ...parts(text)];
}

function wholeNumber(text: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('They must be whole numbers separated by commas or spaces, e.g. 42,43,44.');
}

function parts(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}
