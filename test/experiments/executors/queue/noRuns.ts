import { worker } from 'workerpool';
import { fullResult } from '../../store/scale';

/** Stands for the library's script: gives a result at once. */
worker({ run: fullResult });
