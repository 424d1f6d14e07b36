import assert from 'node:assert/strict';
import { relative, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const ROOT = resolve(__dirname, '..', '..'); // of the project; this file runs from dist/test

/** What a program outside calls, by the name of its file: TypeDoc, eslint and Node's test runner. */
const CALLED_FROM_OUTSIDE = /^kernel-setup\/(docs\/rooms|lint\/eslint\.config|lib\/reporter)\.mjs$/;

function languageService(config: string) {
  const { options, fileNames } = ts.getParsedCommandLineOfConfigFile(resolve(ROOT, config), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => assert.fail(ts.flattenDiagnosticMessageText(messageText, '\n')),
  })!;
  const host: ts.LanguageServiceHost = {
    ...ts.sys,
    getCompilationSettings: () => options,
    getScriptFileNames: () => fileNames,
    getScriptVersion: () => '1',
    getScriptSnapshot: (file) => {
      const text = ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => ROOT,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  };
  return { service: ts.createLanguageService(host), fileNames };
}

/** What a file imports by name, or exports of another file. */
function namesOf(file: ts.SourceFile): ts.Node[] {
  return file.statements.flatMap((statement) => {
    if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements.map((one) => one.name) : [];
      return name ? [name, ...named] : named;
    }
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) return [];
    const { exportClause } = statement;
    return exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.map((one) => one.name) : [];
  });
}

/**
 * Exported values that no other file of the program uses, as `file: name`. What `entry` exports is public, and used. Types are
 * left out: whoever calls a function may name its types; so is CommonJS, whose exports TypeScript does not follow.
 */
function unusedExports(config: string, entry?: string): string[] {
  const { service, fileNames } = languageService(config);
  const program = service.getProgram()!;
  const checker = program.getTypeChecker();
  const exportsOf = (file: string) => {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    return symbol ? checker.getExportsOfModule(symbol) : [];
  };
  const source = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const open = new Set(entry ? exportsOf(resolve(ROOT, entry)).map(source) : []);
  const imported = new Set(fileNames.flatMap((file) => namesOf(program.getSourceFile(file)!)).map((name) => source(checker.getSymbolAtLocation(name)!))); // prettier-ignore
  const modules = fileNames.filter((file) => !file.endsWith('.cjs'));
  return modules.flatMap((file) =>
    exportsOf(file)
      .filter((symbol) => source(symbol).flags & ts.SymbolFlags.Value && !open.has(source(symbol)))
      .filter((symbol) => !imported.has(source(symbol))) // nearly all: looking for all uses of each takes four times as long
      .filter(({ declarations = [] }) => declarations.some((one) => one.getSourceFile().fileName === file))
      .filter(({ declarations = [] }) => {
        const name = ts.getNameOfDeclaration(declarations[0]) ?? declarations[0];
        const uses = service.findReferences(file, name.getStart()) ?? [];
        return !uses.some(({ references }) => references.some(({ fileName }) => fileName !== file));
      })
      .map(({ name }) => `${relative(ROOT, file)}: ${name}`),
  );
}

test('every export of src/ and test/ is public or used in another file', () => {
  assert.deepEqual(unusedExports('tsconfig.json', 'src/index.ts'), []);
});

test('every export of kernel-setup/ is used in another file', () => {
  const unused = unusedExports('kernel-setup/lint/tsconfig.json').filter((one) => !CALLED_FROM_OUTSIDE.test(one.split(':')[0]));
  assert.deepEqual(unused, []);
});
