import { CLTrainer } from '../training/trainer';

/** Plain fine-tuning: learns each task as if there were no others. The lower bound every method is compared with. */
export class NaiveTrainer extends CLTrainer {
  override readonly method = 'naive';
}
