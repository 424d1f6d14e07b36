import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { RUN_STATUSES } from '../../experiments/store/filter';
import type { RunFilter } from '../../experiments/store/filter';

/** The filter options as commander reads them. */
export interface FilterOptions {
  id?: string[];
  study?: string[];
  method?: string[];
  stream?: string[];
  scenario?: string[];
  label?: string[];
  seeds?: number[];
  status?: RunFilter['statuses'];
}

/** Adds the options that choose runs. */
export function withFilters(command: Command): Command {
  return command
    .addOption(list('--study <name...>', 'runs of these studies'))
    .addOption(list('--method <name...>', 'runs of these methods'))
    .addOption(list('--stream <name...>', 'runs on these streams'))
    .addOption(list('--scenario <name...>', 'runs in these scenarios'))
    .addOption(new Option('--label <text...>', 'runs whose label contains one of these'))
    .addOption(
      new Option('--seeds <number...>', 'runs of these seeds').argParser((text, before: number[] | undefined) =>
        wholeNumbers(text, before),
      ),
    )
    .addOption(list('--status <name...>', `runs that ended like this: ${RUN_STATUSES.join(', ')}`).argParser(statuses))
    .addOption(list('--id <text...>', 'runs whose id begins with one of these'));
}

/** The filter that the options ask for. */
export function filterOf({ id, study, method, stream, scenario, label, seeds, status }: FilterOptions): RunFilter {
  return {
    ids: id,
    studies: study,
    methods: method,
    streams: stream,
    scenarios: scenario,
    labels: label,
    seeds,
    statuses: status,
  };
}

/** An option that takes a list; commas and spaces alike. */
export function list(flags: string, description: string): Option {
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

/** Whole numbers, with commas or spaces; after those of an earlier argument. */
export function wholeNumbers(text: string, before: readonly number[] = []): number[] {
  const values = parts(text).map((part) => (/^-?\d+$/.test(part) ? Number(part) : NaN));
  if (values.every(Number.isSafeInteger)) return [...before, ...values];
  throw new InvalidArgumentError('They must be whole numbers separated by commas or spaces, e.g. 42,43,44.');
}

function parts(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || []);
}
