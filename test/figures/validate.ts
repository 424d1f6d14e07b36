import { readFileSync } from 'node:fs';
import { createContext, runInContext, type Context } from 'node:vm';
import type { Figure } from '../../src/figures';

/** What `Plotly.validate` finds wrong with a figure, in words; empty when it is valid. */
export function plotlyComplaints(figure: Figure): string[] {
  context ??= loadPlotly();
  const source = `JSON.stringify((Plotly.validate(...${JSON.stringify([figure.data, figure.layout])}) || []).map((fault) => fault.msg))`;
  return JSON.parse(runInContext(source, context) as string) as string[];
}

let context: Context | undefined;

/**
 * Loads the plotly.js that the library ships into a context of its own. `validate` compares a figure with Plotly's schema
 * and draws nothing, but Plotly asks the browser a few questions while it loads; these stand-ins answer them.
 */
function loadPlotly(): Context {
  class Element {
    style = { setProperty() {} };
    sheet = { insertRule() {}, cssRules: [] };
    setAttribute() {}
    appendChild(child: unknown) {
      return child;
    }
    addEventListener() {}
    getContext() {
      return { canvas: this, measureText: () => ({ width: 0 }), getExtension: () => null };
    }
  }
  const element = () => new Element();
  const document = {
    createElement: element,
    createElementNS: element,
    createTextNode: element,
    getElementById: () => null,
    documentElement: element(),
    head: element(),
    addEventListener() {},
  };
  const browser: Record<string, unknown> = {
    document,
    Element,
    HTMLElement: Element,
    CSSStyleDeclaration: class {
      setProperty() {}
    },
    DOMParser: class {
      parseFromString() {
        return { documentElement: element() };
      }
    },
    navigator: { userAgent: '' },
    location: { href: '' },
    URL: { createObjectURL: () => '' },
    addEventListener() {},
    matchMedia: () => ({ matches: false, addListener() {} }),
    Blob,
    performance,
    setTimeout,
    clearTimeout,
    TextDecoder,
    TextEncoder,
    console,
  };
  Object.assign(browser, { window: browser, self: browser });
  const created = createContext(browser);
  runInContext(readFileSync(require.resolve('plotly.js-dist'), 'utf8'), created, { filename: 'plotly.js' });
  return created;
}
