import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..', '..'); // of the project; this file runs from dist/test/package

/** What npm packs, and the package.json in it. */
export interface Packed {
  /** Files by their paths in the package. */
  files: string[];
  /** Bytes on the disk. */
  size: number;
  manifest: Record<'dependencies' | 'peerDependencies', Record<string, string>> & Record<string, unknown>;
}

/** An empty project outside the repository, which the package is installed into. */
export class Consumer {
  readonly folder = mkdtempSync(join(tmpdir(), 'consumer-'));
  readonly packed: Packed;

  constructor() {
    writeFileSync(join(this.folder, 'package.json'), '{"name": "consumer", "private": true}\n');
    this.packed = this.unpack();
    for (const name of Object.keys(this.packed.manifest.dependencies)) this.add(name);
  }

  /**
   * Installs a package with all that it needs, at the versions of package-lock.json: as links into the project's own
   * node_modules, because npm would ask the registry. What the packed library may not find, because package.json does not say that
   * it needs it, it does not find here.
   */
  add(name: string): void {
    const place = join(this.folder, 'node_modules', name);
    if (existsSync(place)) return;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), place, 'junction');
  }

  /** Writes a file and runs it with Node. */
  run(name: string, code: string, environment: Record<string, string> = {}): { status: number | null; output: string } {
    writeFileSync(join(this.folder, name), code);
    const env: NodeJS.ProcessEnv = { ...process.env, CL_DATA_DIR: '', CL_BACKEND: '', ...environment };
    delete env.NODE_TEST_CONTEXT;
    return this.spawn([name], env);
  }

  /** Writes a file and checks its types with the project's compiler; gives what it says. */
  check(name: string, code: string, options: readonly string[]): string {
    writeFileSync(join(this.folder, name), code);
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    return this.spawn([tsc, '--noEmit', '--strict', '--target', 'es2022', ...options, name]).output;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private spawn(args: string[], env = process.env): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.folder, env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  /** What npm packs, at its place in node_modules. */
  private unpack(): Packed {
    const args = ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', this.folder];
    const { status, stdout, stderr } = npm(args, ROOT);
    if (status !== 0) throw new Error(stderr);
    const [{ filename, files, unpackedSize }] = JSON.parse(stdout) as { filename: string; files: { path: string }[]; unpackedSize: number }[]; // prettier-ignore
    const untarred = spawnSync('tar', ['-xzf', filename], { cwd: this.folder, encoding: 'utf8' });
    if (untarred.status !== 0) throw new Error(untarred.stderr);
    const place = join(this.folder, 'node_modules', 'continual-learning');
    cpSync(join(this.folder, 'package'), place, { recursive: true });
    rmSync(join(this.folder, 'package'), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Packed['manifest'];
    return { files: files.map(({ path }) => path), size: unpackedSize, manifest };
  }
}

/** npm as it started the tests, else the one on PATH. */
function npm(args: string[], cwd: string) {
  const script = process.env.npm_execpath;
  const own = script !== undefined && /npm-cli\.c?js$/.test(script);
  const command: [string, string[]] = own ? [process.execPath, [script, ...args]] : ['npm', args];
  return spawnSync(...command, { cwd, encoding: 'utf8', shell: !own && process.platform === 'win32' });
}
