import { checkText, withDefaults } from '../utils/errors';
import { assemble, DATASET_DEFAULTS, type DatasetArrays } from './assemble';
import type { Dataset } from './dataset';

/**
 * Makes a data set from a user's own arrays, checked: sizes fit, values are numbers in their range, labels are whole numbers
 * that have a class. The result goes into `splitScenario`, `classScenario`, `permutedScenario` or `rotatedScenario`.
 *
 * @example
 * datasetFromArrays({ name: 'flowers', train: { inputs: [[5.1, 3.5], [6.2, 2.9]], labels: [0, 1] }, test: … })
 *
 * @throws when anything does not fit, naming the array, the value and its place
 */
export function datasetFromArrays(given: DatasetArrays): Dataset {
  const options = withDefaults<Partial<DatasetArrays>>('datasetFromArrays', given, DATASET_DEFAULTS);
  checkText('datasetFromArrays', 'name', options.name);
  return assemble(options as DatasetArrays, [{ train: given.train, test: given.test }]);
}
