import { CLTrainer } from '../training';
import type { MethodNeeds } from '../training';
import type { MethodEntry } from './entry';

/** Plain fine-tuning: learns each task as if there were no others. The lower bound every method is compared with. */
export class NaiveTrainer extends CLTrainer {
  static override readonly needs: MethodNeeds = {
    forgetsIn: {
      'task-incremental': 'the lower bound',
      'domain-incremental': 'the lower bound',
      'class-incremental': 'the lower bound',
    },
  };
  override readonly method = 'naive';
}

/** What the library knows of the method. */
export const naive: MethodEntry = {
  name: 'naive',
  label: 'Naive',
  style: { color: '#D55E00', symbol: 'circle' },
  create: (model, options) => new NaiveTrainer(model, options),
  needs: NaiveTrainer.needs,
  relativeCost: 1,
  why: 'the lower bound',
  useWhen: 'you need the lower bound, or old tasks do not matter',
  breaksWhen: 'old tasks matter at all',
  ruleOfThumb: 'always run it: what it forgets is what there is to gain',
  studiesTransfer: true,
};
