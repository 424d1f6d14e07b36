import { bars } from './bars';
import { heatmap, image } from './cells';
import type { Loose, Place } from './scale';
import { scatter } from './scatter';

/** A trace as SVG elements, or null for a type that the picture does not know. */
export function drawTrace(trace: Loose, place: Place): string | null {
  switch (trace.type ?? 'scatter') {
    case 'scatter':
      return scatter(trace, place);
    case 'bar':
      return bars(trace, place);
    case 'heatmap':
      return heatmap(trace, place);
    case 'image':
      return image(trace, place);
    default:
      return null;
  }
}
