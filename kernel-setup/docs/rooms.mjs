// A TypeDoc plugin. Each name of the reference stands under the room of src/ it comes from, and the rooms in the order of
// src/index.ts. A member written inside another type (`Promise<{ loss: number }>`) needs no docstring of its own. A hook's
// default names what it does not use with an underscore, which means nothing to those who override it.
import { readFileSync } from 'node:fs';
import { Converter, makeRecursiveVisitor, ReflectionCategory, ReflectionKind } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_PARAMETER, (_, parameter) => {
    parameter.name = parameter.name.replace(/^_(?!_)/, '');
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    project.categories = roomsOf(project);
    const inner = project.getReflectionsByKind(ReflectionKind.Property).filter(isInner);
    const names = new Set(inner.map((member) => member.getFriendlyFullName()));
    app.options.setValue('intentionallyNotDocumented', [...names]);
    app.options.setValue('intentionallyNotExported', savedForms(project));
  });
}

function roomsOf(project) {
  const index = readFileSync(new URL('../../src/index.ts', import.meta.url), 'utf8');
  const rooms = new Map([...index.matchAll(/from '\.\/(\w+)/g)].map(([, room]) => [room, new ReflectionCategory(room)]));
  for (const name of project.children) {
    const room = project.getSymbolIdFromReflection(name).packagePath.split('/')[1];
    if (!rooms.has(room)) rooms.set(room, new ReflectionCategory(room)); // known to a type only, which another room hands on
    rooms.get(room).children.push(name);
  }
  return [...rooms.values()].filter(({ children }) => children.length > 0);
}

/** TypeDoc itself passes over what lies inside a parameter's type, and complains about names it did not ask for. */
function isInner(member) {
  if (member.hasComment() || !member.parent.kindOf(ReflectionKind.TypeLiteral)) return false;
  const owner = member.parent.parent;
  if (owner.kindOf(ReflectionKind.TypeAlias) && owner.type.type === 'reflection') return false; // not a part of a union
  for (let above = member.parent; above; above = above.parent) if (above.kindOf(ReflectionKind.Parameter)) return false;
  return true;
}

/** Types that are not exported and tell what a saved state holds inside: read by `restore`, by nobody else. */
function savedForms(project) {
  const found = new Set();
  const visitor = makeRecursiveVisitor({
    reference({ reflection, qualifiedName }) {
      if (!reflection && /^(Saved\w+|\w+State)$/.test(qualifiedName)) found.add(qualifiedName);
    },
  });
  for (const { type } of Object.values(project.reflections)) type?.visit(visitor);
  return [...found];
}
