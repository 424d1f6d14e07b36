export { Parameter } from './parameter';
export type { Gradients } from './parameter';
