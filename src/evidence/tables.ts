import { misfit } from '../experiments/form';
import type { Form } from '../experiments/form';
import { problem } from '../utils/errors';
import { formatDuration, formatNumber, textTable } from '../utils/format';
import { rowName } from './metrics';
import type { Published } from './protocol';
import type { ReproducedRow, Reproduction } from './reproduction';
import { TOLERANCE } from './verdict';

const HEAD = ['Row', 'Published', 'Ours', 'Seeds', 'A run', 'Difference', 'Verdict'];

/** What the columns are, below a table. */
const EXPLAINED = [
  'Percent. Ours: mean over the seeds ± half its 95 % confidence interval (Student t).',
  'Seeds: those that were run, of those the protocol asks for. A run: how long one took, the median.',
  `Reproduced: our mean lies within the published interval ± ${TOLERANCE} percentage point; without a published ± the figure itself.`,
  "As naive: naive training's published figure lies in that interval, too: the line cannot tell a method that works from none.",
];

/** What has to be there of a reproduction, so that it can be written. */
const REPRODUCTION: Form = {
  ...{ name: 'text', title: 'text', paper: 'text', settingsFrom: 'text', architecture: 'text', training: 'text' },
  ...{ publishedSeeds: 'text', seeds: 'number', differs: ['text'] },
  rows: [{ label: 'text', metric: 'text', verdict: 'text', seeds: ['number'], failed: ['text'] }],
};

/** A protocol's lines as cells, the head first. */
function cellsOf({ rows, seeds: asked }: Reproduction): string[][] {
  return [
    HEAD,
    ...rows.map((row) => [
      rowName(row),
      publishedText(row.published),
      oursText(row),
      `${row.seeds.length} of ${asked}`,
      row.seconds === undefined ? '–' : formatDuration(row.seconds),
      row.ours && row.published ? signed(row.ours.mean - row.published.value) : '–',
      verdictText(row),
    ]),
  ];
}

/** A table for a terminal with what has to be known of it. */
export function reproductionText(reproduction: Reproduction): string {
  const { title, paper, settingsFrom, architecture, training, publishedSeeds, duration, differs } = reproduction;
  return [
    `${reproduction.name}: ${title}`,
    `Paper: ${paper}. Seeds: ${publishedSeeds}.`,
    `Settings: ${settingsFrom}.`,
    `Network: ${architecture}.`,
    `Training: ${training}.`,
    `A run takes ${duration}, on one core.`,
    '',
    textTable(cellsOf(reproduction)),
    '',
    ...EXPLAINED,
    ...sourcesOf(reproduction).map((source) => `Published figures: ${source}.`),
    'Differs from the paper:',
    ...differs.map((sentence) => `- ${sentence}`),
  ].join('\n');
}

/** The same as Markdown, for a page. */
export function reproductionMarkdown(reproduction: Reproduction): string {
  const wrong = misfit(reproduction, REPRODUCTION);
  if (wrong !== undefined)
    throw problem('reproductionMarkdown', wrong, 'pass what loadReproductions or reproductionOf returned, one by one');
  const { name, title, paper, settingsFrom, architecture, training, publishedSeeds, differs } = reproduction;
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
  const [head, ...rows] = cellsOf(reproduction);
  return [
    `**${title}** (\`npm run reproduce -- ${name}\`): ${paper}; ${publishedSeeds} seeds. Network: ${architecture}. Training: ${training}.`,
    `Settings: ${settingsFrom}. Published figures: ${sourcesOf(reproduction).join('; ')}.`,
    '',
    line(head),
    line(head.map((_, i) => (i === 0 || i === head.length - 1 ? '---' : '---:'))),
    ...rows.map(line),
    '',
    `Differs: ${differs.join(' ')}`,
  ].join('\n');
}

/** A line a protocol: how many of its published figures are reproduced. */
export function listText(reproductions: readonly Reproduction[]): string {
  const count = ({ rows }: Reproduction, verdict: string) => String(rows.filter((row) => row.verdict === verdict).length);
  return textTable([
    ['Name', 'Protocol', 'Paper', 'A run', 'Rows', 'Reproduced', 'As naive', 'Not reached', 'No figure', 'No result', 'Not run'],
    ...reproductions.map((one) => [
      one.name,
      one.title,
      one.paper.replace(/(?<=\d{4}),.*/, ''),
      one.duration,
      String(one.rows.length),
      count(one, 'reproduced'),
      count(one, 'reproduced, as naive'),
      count(one, 'not reached'),
      count(one, 'no figure published'),
      count(one, 'no result'),
      count(one, 'not run'),
    ]),
  ]);
}

function sourcesOf({ rows }: Reproduction): string[] {
  return [...new Set(rows.flatMap(({ published }) => published?.source ?? []))];
}

function publishedText(published: Published | undefined): string {
  if (!published) return '–';
  const { value, spread, spreadIs } = published;
  return spread === undefined ? formatNumber(value, 2) : `${formatNumber(value, 2)} ± ${formatNumber(spread, 2)} (${spreadIs})`;
}

function oursText({ ours }: ReproducedRow): string {
  if (!ours) return '–';
  return ours.low === null
    ? formatNumber(ours.mean, 2)
    : `${formatNumber(ours.mean, 2)} ± ${formatNumber(ours.mean - ours.low, 2)}`;
}

function verdictText({ verdict, reason, failed }: ReproducedRow): string {
  const more = failed.length > 0 ? ` (${failed.length} ${failed.length === 1 ? 'run' : 'runs'} without result)` : '';
  return `${verdict}${reason === undefined ? '' : `: ${reason}`}${more}`;
}

const signed = (value: number) => (value > 0 ? '+' : '') + formatNumber(value, 2);
