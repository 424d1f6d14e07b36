import { backend } from '../backend';
import type { Value } from '../backend';
import type { TaskLoader } from '../data/loader';

/** A task's samples on the device, in stored order. */
export interface DeviceData {
  /** Inputs, float32 [size, inputSize]. */
  readonly images: Value;
  /** Labels, int32 [size]. */
  readonly labels: Value;
}

/**
 * Keeps the data of the task that trains on the device, whatever scope is open, so that a step gathers its batch there. Put
 * there on first use, in parts (see `Backend.upload`), until `release`.
 */
export class Residency {
  private onDevice: DeviceData | undefined;

  constructor(private readonly loader: TaskLoader) {}

  /** The samples on the device. */
  get data(): DeviceData {
    if (!this.onDevice) {
      const { upload, keep, kernels } = backend();
      const { loader } = this;
      const images = upload(loader.size, loader.task.inputSize, (part, start, count) => loader.fill(part, start, count));
      this.onDevice = { images: keep(images), labels: keep(kernels.tensor(loader.labels(), [loader.size])) };
    }
    return this.onDevice;
  }

  /** Frees what lies on the device; the next look at `data` puts it there again. */
  release(): void {
    if (this.onDevice) backend().dispose(this.onDevice.images, this.onDevice.labels);
    this.onDevice = undefined;
  }
}
