export {
  architectureCompatibility,
  architectureFor,
  architectureNames,
  findArchitecture,
  registerArchitecture,
} from './architectures';
export type { ArchitectureEntry, ModelNeeds } from './architectures';
export type { Frame, Labels, Rows } from './inputs';
export { BatchNorm } from './layers/batchNorm';
export type { BatchNormOptions } from './layers/batchNorm';
export { Conv2D } from './layers/conv2d';
export type { Conv2DOptions, ImageShape } from './layers/conv2d';
export type { Initialisation } from './layers/initialisation';
export { Linear } from './layers/linear';
export type { LinearOptions } from './layers/linear';
export { pool } from './layers/pooling';
export type { Pooling } from './layers/pooling';
export { meanCrossEntropy } from './losses';
export { DomainMLP, MLP } from './mlp';
export type { MLPOptions } from './mlp';
export { countParameters, Model } from './model';
export type { Architecture, TaskOfRows } from './model';
export { MultiHeadMLP } from './multiHeadMlp';
export type { Passes } from './passes';
export { PNNColumn } from './pnnColumn';
export type { Answer, KnownTask, Prediction, PredictOptions, RawInputs } from './predict';
export { ProgressiveNeuralNet } from './progressiveNeuralNet';
export { SingleHeadMLP } from './singleHeadMlp';
export type { SingleHeadMLPOptions } from './singleHeadMlp';
export type { ModelState, ParameterState } from './state';
export { Trunk } from './trunk';
export type { ConvBlock, Layer, NetworkConfig, NetworkOptions, Normalisation } from './trunk';
