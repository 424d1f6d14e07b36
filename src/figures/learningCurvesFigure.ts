import { isAccuracy } from '../metrics/accuracyMatrix';
import { problem, withDefaults } from '../utils/errors';
import { accuracyAxis, axis, baseLayout, LEGEND_ABOVE, requireSome, type Figure } from './figure';
import { lineTraces } from './lines';
import { groupByMethod, inWords, summarise } from './runs';

/** Accuracy on one task (or the mean over tasks) while it is being learnt. */
export interface LearningCurve {
  /** The method's name, which decides its colour; `from-scratch` for a network without earlier tasks. */
  method: string;
  /** Shown instead of the method's name. Curves with the same method and label are averaged. */
  label?: string;
  /** Seed of the run. */
  seed?: number;
  /** Training steps (batches) done, ascending, from 0; the same list for all curves. */
  steps: readonly number[];
  /** Accuracy after each of `steps`; null where not measured. */
  accuracies: readonly (number | null)[];
}

/** Options of `learningCurvesFigure`. */
export interface LearningCurvesFigureOptions {
  /** Heading; default `How quickly a new task is learnt`. */
  title?: string;
  /** `even` puts the same distance between steps 0, 1, 10, 50, 100; `linear` is to scale. Default `even`. */
  spacing?: 'even' | 'linear';
}

const DEFAULTS: Required<LearningCurvesFigureOptions> = { title: 'How quickly a new task is learnt', spacing: 'even' };

/**
 * Accuracy against training steps, one line per method. A line that starts higher or rises earlier than that of a network
 * trained from scratch shows that earlier tasks helped. With several seeds, the band is the 95 % interval of the mean.
 *
 * @param curves one entry per method and seed, all with the same steps
 */
export function learningCurvesFigure(curves: readonly LearningCurve[], options?: LearningCurvesFigureOptions): Figure {
  const { title, spacing } = withDefaults('learningCurvesFigure', options, DEFAULTS);
  requireSome('learningCurvesFigure', 'curves', curves);
  curves.forEach((curve) => checkCurve(curve, curves[0].steps));
  const steps = curves[0].steps;
  const x = spacing === 'even' ? steps.map((_, k) => k) : [...steps];
  const lines = groupByMethod(curves).map((group) => {
    const values = steps.map((_, k) => summarise(group.items.map((curve) => curve.accuracies[k])));
    const hover = values.map((value, k) =>
      value
        ? `${group.label}: after ${steps[k]} training ${steps[k] === 1 ? 'step' : 'steps'},<br>accuracy is ${inWords(value)}`
        : '',
    );
    return { group, x, values, hover, inLegend: true };
  });
  const ticks = spacing === 'even' ? { tickvals: x, ticktext: steps.map(String) } : {};
  return {
    data: lineTraces(lines),
    layout: baseLayout(title, 380, {
      margin: { l: 56, r: 24, t: 88, b: 48 },
      showlegend: true,
      legend: { ...LEGEND_ABOVE, y: 0.905 },
      xaxis: axis('training steps on the new task', ticks),
      yaxis: accuracyAxis('accuracy'),
    }),
  };
}

function checkCurve(curve: LearningCurve, steps: readonly number[]): void {
  const subject = `learningCurvesFigure: curve '${curve.label ?? curve.method}'`;
  if (curve.steps.length !== steps.length || curve.steps.some((step, k) => step !== steps[k])) {
    throw problem(
      subject,
      `its steps are [${curve.steps.join(', ')}], others' [${steps.join(', ')}]`,
      'use the same steps for all curves',
    );
  }
  if (curve.accuracies.length !== steps.length || curve.accuracies.some((value) => value !== null && !isAccuracy(value))) {
    throw problem(
      subject,
      `its accuracies are [${curve.accuracies.join(', ')}]`,
      `pass ${steps.length} shares between 0 and 1, or null`,
    );
  }
}
