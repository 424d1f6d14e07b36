import { figureSvg } from '../../../src/figures/svg/svg';
import { plainFigure } from '../../../src/figures/plainFigure';

/** An element of an SVG: its name, attributes and text. */
export interface Element {
  name: string;
  text: string;
  [attribute: string]: string;
}

/** The elements of an SVG in order; text of `<tspan>`s is text of their `<text>`, joined by `|`. */
export function elementsOf(svg: string): Element[] {
  return [...svg.matchAll(/<(\w+)((?:\s[\w-]+="[^"]*")*)\s*(?:\/>|>(?:((?:[^<]|<\/?tspan[^>]*>)*)<\/\1>)?)/g)].map(
    ([, name, attributes, text]) => ({
      ...Object.fromEntries([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
      name,
      text: (text ?? '')
        .replace(/<tspan[^>]*>/g, '')
        .replace(/<\/tspan>$/, '')
        .replace(/<\/tspan>/g, '|'),
    }),
  );
}

/** The picture of a user's own figure as elements. */
export function drawn(data: Record<string, unknown>[], layout: Record<string, unknown> = {}): Element[] {
  return elementsOf(figureSvg(plainFigure({ data, layout }, 'test'))!);
}

/** The elements of one kind. */
export const only = (elements: readonly Element[], name: string) => elements.filter((element) => element.name === name);
