import { isAccuracy } from '../metrics/accuracyMatrix';
import { checkChoice, checkList, checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { axis, requireSome, type Figure } from './figure';
import { fittedAxis } from './fittedAxis';
import { frame } from './layout';
import { lineTraces, overlapNote } from './lines';
import { checkDistinct, checkNamed, groupByMethod, intervalNote, inWords, nameOf, summarise } from './runs';

/** Accuracy on one task (or the mean over tasks) while it is being learnt. */
export interface LearningCurve {
  /** The method's name, which decides its colour; `from-scratch` for a network without earlier tasks. */
  method: string;
  /** Shown instead of the method's name. Curves with the same method and label are averaged. */
  label?: string;
  /** Id of the run, which is its name in a store: the figure says from which runs it is. */
  id?: string;
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
  checkChoice('learningCurvesFigure', 'spacing', spacing, ['even', 'linear']);
  requireSome('learningCurvesFigure', 'curves', curves);
  curves.forEach((curve, k) => checkCurve(curve, k, curves[0]?.steps));
  checkDistinct('learningCurvesFigure', curves);
  const steps = curves[0].steps;
  const x = spacing === 'even' ? steps.map((_, k) => k) : [...steps];
  const groups = groupByMethod(curves);
  const lines = groups.map((group) => {
    const values = steps.map((_, k) => summarise(group.items.map((curve) => curve.accuracies[k])));
    const hover = values.map((value, k) =>
      value
        ? `${group.label}: after ${steps[k]} training ${steps[k] === 1 ? 'step' : 'steps'},<br>accuracy is ${inWords(value)}`
        : '',
    );
    return { group, x, values, hover, inLegend: true };
  });
  const ticks = spacing === 'even' ? { tickvals: x, ticktext: steps.map(String) } : {};
  const scale = fittedAxis(lines.flatMap(({ values }) => values));
  const data = lineTraces(lines, scale.span);
  return {
    data,
    layout: frame(
      'learningCurvesFigure',
      {
        title,
        from: curves,
        notes: [...intervalNote('Bands', groups), ...scale.note, ...overlapNote(data)],
        legend: groups.map(({ name }) => name),
        plotHeight: 244,
      },
      { xaxis: axis('training steps on the new task', ticks), yaxis: scale.make('accuracy', {}) },
    ),
  };
}

function checkCurve(curve: LearningCurve, position: number, steps: readonly number[]): void {
  const place = `learningCurvesFigure: curves[${position}]`;
  if (typeof curve !== 'object' || curve === null)
    throw problem(place, `it is ${shown(curve)}`, 'pass objects {method, steps, accuracies}');
  checkNamed(place, curve);
  const subject = `learningCurvesFigure: curve '${nameOf(curve)}'`;
  checkList(subject, 'steps', curve.steps);
  curve.steps.forEach((step, k) => checkNumber(subject, `steps[${k}]`, step, { min: 0 }));
  if (curve.steps.length !== steps.length || curve.steps.some((step, k) => step !== steps[k])) {
    throw problem(subject, `its steps are ${shown(curve.steps)}, others' ${shown(steps)}`, 'use the same steps for all curves');
  }
  checkList(subject, 'accuracies', curve.accuracies);
  const right = Array.from(curve.accuracies).every((value) => value === null || isAccuracy(value));
  if (curve.accuracies.length !== steps.length || !right) {
    throw problem(
      subject,
      `its accuracies are ${shown(curve.accuracies)}`,
      `pass ${steps.length} shares between 0 and 1, or null`,
    );
  }
}
