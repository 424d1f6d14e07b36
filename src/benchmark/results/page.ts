import { accuracyCurvesFigure, criticalDifferenceFigure, metricBarsFigure } from '../../figures';
import type { Figure } from '../../figures';
import { plainFigure } from '../../figures/plainFigure';
import type { FinalRun } from '../../experiments/failedRun';
import { aggregate, METRIC_TEXTS } from '../../metrics';
import type { MetricName } from '../../metrics';
import { formatDuration } from '../../utils/format';
import { escapeHtml, inlineScript, scriptJson } from '../../utils/html';
import { PLOTLY_CONFIG, plotlyCode } from '../../utils/plotly';
import { differencesOf, rankingOf, rankingOver } from '../comparisons';
import type { Comparing, Differences } from '../comparisons';
import { notesOn, rowsOf, spread, tablesOf } from '../rows';
import type { Row, TableOfRuns } from '../rows';
import { runDetails } from './runDetails';
import { STYLE } from './style';

/** What a page is made of beside the runs. */
export interface PageNotes extends Comparing {
  /** Where the runs are kept. */
  store: string;
  /** When the page is made, ISO 8601. */
  date: string;
}

/** Figures in the page, in order. */
type Figures = { id: string; figure: Figure }[];

/**
 * One page with all that is to be said of runs: a table and two figures for each stream, and every run with its spec, machine and
 * accuracy matrix. Each number of a table links to the runs it was computed from. The page needs no connection and no other file,
 * and may not load any.
 *
 * @param runs results and failed runs
 */
export function reportPage(runs: readonly FinalRun[], { store, date, metric = 'acc', baseline }: PageNotes): string {
  const figures: Figures = [];
  const tables = tablesOf(runs);
  const sections = [
    ...tables.map((table, i) => section(table, i, figures, { metric, baseline })),
    ...overStreams(tables, metric, figures),
  ];
  const failed = runs.filter((run) => 'failed' in run).length;
  const count = `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${failed > 0 ? `, ${failed} of them without a result` : ''}`;
  const draw = figures.map(
    ({ id, figure }) =>
      `Plotly.newPlot(${scriptJson(id)}, ${scriptJson(figure.data)}, ${scriptJson(figure.layout)}, ${scriptJson(PLOTLY_CONFIG)});`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<title>Runs</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Runs</h1>
<p>${escapeHtml(count)} from ${escapeHtml(store)}, ${escapeHtml(date.slice(0, 16).replace('T', ' '))} UTC. A number leads to the runs it was computed from.</p>
${sections.join('\n')}
<h2>All runs</h2>
${runs.map(runDetails).join('\n')}
${inlineScript(plotlyCode(figures.flatMap(({ figure }) => figure.data)))}
<script>
${draw.join('\n')}
function openRun() { var run = document.getElementById(location.hash.slice(1)); if (run && 'open' in run) run.open = true; }
addEventListener('hashchange', openRun);
openRun();
</script>
</body>
</html>
`;
}

/** The ranks over all streams, where there are enough of them. */
function overStreams(tables: readonly TableOfRuns[], metric: MetricName, figures: Figures): string[] {
  const ranking = rankingOver(tables, metric);
  if (!ranking) return [];
  const title = `${METRIC_TEXTS[metric].label}: which methods differ over all streams`;
  const figure = criticalDifferenceFigure(ranking, { title, blocks: 'streams' });
  figures.push({ id: 'figure-streams', figure: plainFigure(figure, 'report') });
  return ['<section>\n<h2>All streams</h2>\n<div id="figure-streams"></div>\n</section>'];
}

/** Differences from the baseline, seed by seed. */
function differencesTable({ title, head, cells, notes }: Differences): string {
  const row = (tag: 'td' | 'th', texts: string[]) =>
    `<tr>${texts.map((text, i) => `<${tag}${i > 0 ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`).join('')}</tr>`;
  const table = `<table><thead>${row('th', head)}</thead><tbody>\n${cells.map((one) => row('td', one)).join('\n')}\n</tbody></table>`;
  return `<h3>${escapeHtml(title)}</h3>\n${cells.length > 0 ? table : ''}\n${notesHtml(notes)}`;
}

function notesHtml(notes: readonly string[]): string {
  return notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('\n');
}

function section({ head, runs }: TableOfRuns, index: number, figures: Figures, { metric = 'acc', baseline }: Comparing): string {
  const rows = rowsOf(runs);
  // Variants of one label are told apart as the table does it.
  const named = rows.flatMap(({ label, runs: done, failed }) => [...done, ...failed].map((run) => ({ ...run, label })));
  const taskNames = commonTaskNames(rows);
  const ranking = rankingOf(rows, metric);
  const title = `${METRIC_TEXTS[metric].label}: which methods differ`;
  const drawn = [
    metricBarsFigure(named),
    accuracyCurvesFigure(named, taskNames && { taskNames }),
    ...(ranking ? [criticalDifferenceFigure(ranking, { title })] : []),
  ].map((figure, k) => ({
    id: `figure-${index}-${k}`,
    figure: plainFigure(figure, 'report'),
  }));
  figures.push(...drawn);
  return `<section>
<h2>${escapeHtml(head)}</h2>
${tableOf(rows)}
${notesHtml(notesOn(rows))}
${baseline === undefined ? '' : differencesTable(differencesOf(rows, baseline, metric))}
${drawn.map(({ id }) => `<div id="${id}"></div>`).join('\n')}
</section>`;
}

/** The names of the tasks where all runs have the same; seeds may have orders of their own. */
function commonTaskNames(rows: readonly Row[]): readonly string[] | undefined {
  const names = rows.flatMap(({ runs }) => runs.map(({ taskNames }) => taskNames));
  return names.every((one) => one?.join('\n') === names[0]?.join('\n')) ? names[0] : undefined;
}

function tableOf(rows: readonly Row[]): string {
  const numbers = ['ACC', 'BWT', 'FM', 'Runtime'].map((name) => `<th class="number">${name}</th>`).join('');
  return `<table><thead><tr><th>Method</th>${numbers}<th>Runs</th></tr></thead><tbody>\n${rows.map(rowOf).join('\n')}\n</tbody></table>`;
}

function rowOf(row: Row): string {
  const { name, runs, failed } = row;
  const all = [...runs, ...failed];
  const place = `row-${all[0].id}`;
  const time = runs.length === 0 ? '–' : formatDuration(aggregate(runs.map(({ seconds }) => seconds)).mean);
  const numbers = [
    spread(runs, ({ metrics }) => metrics.acc),
    spread(runs, ({ metrics }) => metrics.bwt),
    spread(runs, ({ metrics }) => metrics.fm),
    time,
  ];
  // One run: the number leads to it. Several: it leads to the list of them at the end of its row.
  const target = all.length === 1 ? `run-${all[0].id}` : place;
  const links = all.map((run) => {
    const mark = 'failed' in run ? ` class="failed" title="${escapeHtml(run.failed)}"` : '';
    return `<a href="#run-${run.id}"${mark}>seed ${run.seed}</a>`;
  });
  const cells = numbers.map((text) => `<td class="number"><a href="#${target}">${escapeHtml(text)}</a></td>`).join('');
  return `<tr><td>${escapeHtml(name)}</td>${cells}<td id="${place}">${links.join(', ')}</td></tr>`;
}
