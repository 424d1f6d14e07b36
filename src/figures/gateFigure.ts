import type { GateCheck, GateVerdict } from '../metrics/gate';
import { checkBoolean, checkList, checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import { axis, TEXT_GREY, type Figure } from './figure';
import { frame } from './layout';
import { layOutPanels, panelTitle, type Panel } from './panels';
import { plainText } from './text';

/** Options of `gateFigure`. */
export interface GateFigureOptions {
  /** Heading; default says the verdict. */
  title?: string;
}

const PASSED = '#009E73';
const FAILED = '#D55E00';

/**
 * The verdict of `passesGate` or `passesGateOverSeeds`: a panel per check with the challenger's value as a mark, over several seeds
 * with its interval, the limit as a line and the side that passes shaded.
 *
 * @param verdict what `passesGate` or `passesGateOverSeeds` returned
 */
export function gateFigure(verdict: GateVerdict, options?: GateFigureOptions): Figure {
  const { title } = withDefaults<GateFigureOptions>('gateFigure', options, { title: undefined });
  checkVerdict(verdict);
  const panels = layOutPanels(verdict.checks.length, verdict.checks.length, 0.06);
  return {
    data: verdict.checks.flatMap((check, k) => (check.value === null ? [] : [mark(check, panels[k])])),
    layout: frame(
      'gateFigure',
      {
        title: title ?? `The challenger ${verdict.passed ? 'passes' : 'does not pass'} the gate`,
        notes: [
          'Mark: the challenger. Line: the limit. Green: what passes.',
          ...(verdict.checks.some(hasInterval) ? ['Whiskers: the interval over the seeds, which has to lie in the green.'] : []),
        ],
        headings: true,
        plotHeight: 66,
      },
      {
        ...Object.assign({}, ...panels.map((panel, k) => panelAxes(panel, verdict.checks[k]))),
        shapes: verdict.checks.flatMap((check, k) => (check.limit === null ? [] : limitShapes(check, check.limit, panels[k]))),
        annotations: panels.map((panel, k) => panelTitle(panel, heading(verdict.checks[k]))),
      },
    ),
  };
}

function heading(check: GateCheck): string {
  // Only the sign is coloured: on white, green and orange words would be hard to read.
  const sign = `<span style="color: ${check.passed ? PASSED : FAILED}">${check.passed ? '✓' : '✕'}</span>`;
  return `<b>${plainText(check.name)}</b> ${sign} ${check.passed ? 'within the limit' : failure(check)}`;
}

function failure(check: GateCheck): string {
  if (check.value === null || check.limit === null) return 'not measured';
  return check.undecided ? 'undecided' : 'beyond the limit';
}

function hasInterval(check: GateCheck): check is GateCheck & { value: number; low: number; high: number } {
  return check.value !== null && check.low !== undefined && check.high !== undefined;
}

/** Throws unless this is a verdict, which may have been saved as JSON and read again. */
function checkVerdict(verdict: GateVerdict): void {
  if (typeof verdict !== 'object' || verdict === null) {
    throw problem('gateFigure', `the verdict is ${shown(verdict)}`, 'pass what passesGate returned');
  }
  checkBoolean('gateFigure', 'passed', verdict.passed);
  checkList('gateFigure', 'checks', verdict.checks);
  verdict.checks.forEach((check, k) => {
    const subject = `gateFigure: checks[${k}]`;
    if (typeof check !== 'object' || check === null) throw problem(subject, `it is ${shown(check)}`);
    checkText(subject, 'name', check.name);
    checkText(subject, 'text', check.text);
    checkBoolean(subject, 'passed', check.passed);
    for (const name of ['value', 'limit'] as const) if (check[name] !== null) checkNumber(subject, name, check[name]);
    for (const name of ['low', 'high'] as const) if (check[name] !== undefined) checkNumber(subject, name, check[name]);
    if (check.undecided !== undefined) checkBoolean(subject, 'undecided', check.undecided);
  });
}

/** What the number of a check is, for its axis. */
const MEANINGS: Readonly<Record<string, string>> = {
  FM: 'loss on the worst task',
  ACC: 'mean accuracy at the end',
  BWT: 'change of earlier tasks',
};

function mark(check: GateCheck, panel: Panel): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'markers',
    xaxis: panel.x,
    yaxis: panel.y,
    x: [check.value],
    y: [0],
    ...(hasInterval(check) && { error_x: whiskers(check) }),
    marker: { size: 16, symbol: check.passed ? 'circle' : 'x', color: check.passed ? PASSED : FAILED },
    hoverinfo: 'text',
    hovertext: [plainText(check.text)],
  };
}

/** The interval lies evenly around the value. */
function whiskers({ value, high }: { value: number; high: number }): Record<string, unknown> {
  return { type: 'data', array: [high - value], thickness: 1.5, width: 6, color: TEXT_GREY };
}

/** The side that passes, shaded, and the limit itself. FM has to stay below its limit, ACC and BWT above theirs. */
function limitShapes(check: GateCheck, limit: number, panel: Panel): Record<string, unknown>[] {
  const [low, high] = rangeOf(check);
  const good = check.name === 'FM' ? [low, limit] : [limit, high];
  const place = { xref: panel.x, yref: panel.y, y0: -1, y1: 1, layer: 'below' };
  return [
    { ...place, type: 'rect', x0: good[0], x1: good[1], fillcolor: 'rgba(0, 158, 115, 0.15)', line: { width: 0 } },
    { ...place, type: 'line', x0: limit, x1: limit, line: { color: TEXT_GREY, width: 2 } },
  ];
}

/** Value, interval and limit with room on both sides, at least 0.1 wide so that tiny differences do not look large. */
function rangeOf(check: GateCheck): [number, number] {
  const ends = [check.value, check.limit, check.low, check.high].filter((end): end is number => typeof end === 'number');
  if (ends.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const air = Math.max(0.05, 0.4 * (high - low));
  return [low - air, high + air];
}

function panelAxes(panel: Panel, check: GateCheck): Record<string, unknown> {
  return {
    [panel.xaxis]: axis(MEANINGS[check.name] ?? plainText(check.name), {
      anchor: panel.y,
      domain: panel.xDomain,
      range: rangeOf(check),
      nticks: 4,
      tickangle: 0,
    }),
    [panel.yaxis]: axis('', {
      anchor: panel.x,
      domain: panel.yDomain,
      range: [-1, 1],
      showgrid: false,
      showticklabels: false,
      fixedrange: true,
    }),
  };
}
