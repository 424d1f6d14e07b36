import { Command, Option } from 'commander';
import type { RunFilter } from '../../experiments/store/filter';
import { COMPARED_METRICS } from '../comparisons';
import type { Comparing } from '../comparisons';
import { filterOf, withFilters } from './filterOptions';
import type { FilterOptions } from './filterOptions';

/** What the command line asks for. */
export type ResultsRequest = { store: string | undefined; filter: RunFilter } & (
  | { command: 'list' }
  | ({ command: 'compare' } & Comparing)
  | { command: 'show'; id: string }
  | { command: 'export'; file: string }
  | ({ command: 'report'; file: string } & Comparing)
  | { command: 'merge'; from: string[] }
);

interface Options extends FilterOptions {
  store?: string;
}

type ComparingOptions = Options & Comparing;

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
  const add = (usage: string, about: string) => withStore(withFilters(command.command(usage).description(about)));
  add('list', 'a line a run').action((options: Options) => ask({ command: 'list', ...read(options) }));
  withComparing(add('compare', 'tables with mean and interval over the seeds, a row a configuration')).action(
    ({ metric, baseline, ...options }: ComparingOptions) => ask({ command: 'compare', metric, baseline, ...read(options) }),
  );
  add('export <file>', 'a row a run as .csv, or a results file as .json').action((file: string, options: Options) =>
    ask({ command: 'export', file, ...read(options) }),
  );
  withComparing(add('report <file>', 'one .html page with tables, figures and all runs; it needs no connection')).action(
    (file: string, { metric, baseline, ...options }: ComparingOptions) =>
      ask({ command: 'report', file, metric, baseline, ...read(options) }),
  );
  withStore(command.command('show <id>').description('all that is known of one run, as JSON')).action(
    (id: string, options: Options) => ask({ command: 'show', id, ...read(options) }),
  );
  withStore(
    command.command('merge <from...>').description('put the runs of other stores and results files into the store'),
  ).action((from: string[], options: Options) => ask({ command: 'merge', from, ...read(options) }));
  return command;
}

function withComparing(command: Command): Command {
  return command
    .option('--baseline <name>', 'method or label of the row that the others are compared with, seed by seed')
    .addOption(new Option('--metric <name>', 'what differences and ranks are of (default: acc)').choices(COMPARED_METRICS));
}

function withStore(command: Command): Command {
  return command.option('--store <folder>', 'the store (default: .cache/runs)');
}

function read({ store, ...filter }: Options): { store: string | undefined; filter: RunFilter } {
  return { store, filter: filterOf(filter) };
}
