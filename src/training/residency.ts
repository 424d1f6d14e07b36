import { backend } from '../backend';
import type { Value } from '../backend';
import type { TrainingData } from './data';

/** A task's samples on the device, in stored order. */
export interface DeviceData {
  /** Inputs, float32 [size, inputSize]. */
  readonly images: Value;
  /** Labels, int32 [size]. */
  readonly labels: Value;
  /** The task of each sample, int32 [size]; undefined where all are of one. */
  readonly tasks: Value | undefined;
}

/**
 * Keeps the data of the task that trains on the device, whatever scope is open, so that a step gathers its batch there. Put
 * there on first use, in parts (see `Backend.upload`), until `release`.
 */
export class Residency {
  private onDevice: DeviceData | undefined;

  /** @param inputSize numbers per input */
  constructor(
    private readonly data: TrainingData,
    private readonly inputSize: number,
  ) {}

  /** The samples on the device. */
  get samples(): DeviceData {
    if (!this.onDevice) {
      const { upload, keep, kernels } = backend();
      const { data, inputSize } = this;
      const whole = (numbers: Int32Array) => keep(kernels.tensor(numbers, [data.size]));
      const [labels, tasks] = [data.labels(), data.taskIds?.()];
      const images = keep(upload(data.size, inputSize, (part, start, count) => data.fill(part, start, count)));
      this.onDevice = { images, labels: whole(labels), tasks: tasks && whole(tasks) };
    }
    return this.onDevice;
  }

  /** Frees what lies on the device; the next look at `samples` puts it there again. */
  release(): void {
    if (this.onDevice) {
      const { images, labels, tasks } = this.onDevice;
      backend().dispose(images, labels, ...(tasks ? [tasks] : []));
    }
    this.onDevice = undefined;
  }
}
