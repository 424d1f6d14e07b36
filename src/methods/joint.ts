import type { Phase } from '../training';
import { Cumulative } from './cumulative';
import type { MethodEntry } from './entry';

/**
 * Joint training (van de Ven & Tolias 2019): a network that never saw anything learns all tasks at once. Here it does so after each
 * task, with the tasks so far, so that each column of the accuracy matrix is a joint training of its own: the reference of
 * intransigence (Chaudhry et al. 2018), and in the last column the usual upper bound.
 *
 * Differs from Cumulative in that every task begins with the weights the network had at the very start, and with a fresh optimiser;
 * outputs that came since start as if all had come at once.
 */
export class Joint extends Cumulative {
  override readonly method = 'joint';

  protected override phases(): Phase[] {
    const begin = () => {
      this.stepsWith.dispose();
      this.model.restart();
    };
    return [{ ...this.pass, begin }];
  }

  /** All it keeps is in the network. */
  protected override memoryState(): object {
    return {};
  }
}

/** What the library knows of the method. */
export const joint: MethodEntry = {
  name: 'joint',
  label: 'Joint',
  paper: 'upper bound, e.g. van de Ven & Tolias 2019',
  tested: 'every task begins with the first weights; the samples are those of all tasks',
  style: { color: '#111111', symbol: 'star-square' },
  create: (model, options) => new Joint(model, options),
  needs: Joint.needs,
  relativeCost: 3,
  why: 'all data so far is learnt at once, from scratch',
  useWhen: 'you need the upper bound',
  breaksWhen: 'data may not be kept',
  ruleOfThumb: 'the reference of intransigence; give it as many epochs as the methods have',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
