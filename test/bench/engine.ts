import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { problem } from '../../src/utils/errors';
import type { Hello, Measured, Request, StepRequest } from './protocol';
import { canPin, type EngineSpec } from './engines';

/** Longest wait for an answer, compiling included; an engine that is silent for longer is given up. */
const ANSWER_MS = 180_000;

/** An engine in a process of its own, which waits without work while others are measured. */
export class Engine {
  /** Why the engine answers no more; undefined while it does. */
  failure: string | undefined;
  private readonly waiting: ((line: string | undefined) => void)[] = [];
  private readonly answers: string[] = [];
  private complaints = '';

  private constructor(
    readonly spec: EngineSpec,
    private readonly child: ChildProcess,
  ) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.take(line));
    child.stderr!.on('data', (text) => (this.complaints = `${this.complaints}${text}`.slice(-2000)));
    child.stdin!.on('error', () => undefined); // the exit tells why
    child.on('error', (error) => this.end(error.message));
    child.on('close', (code, signal) => this.end(`its process ended with ${signal ?? code}: ${lastLine(this.complaints)}`));
  }

  /**
   * Starts an engine and waits until it is ready.
   *
   * @param dataFolder where `writeData` wrote
   * @throws when the process cannot be started or ends at once, with its last words
   */
  static async start(spec: EngineSpec, dataFolder: string): Promise<{ engine: Engine; hello: Hello }> {
    const [command, ...args] = [...pinning(spec), ...spec.command, '--data', dataFolder];
    const env = { ...process.env, ...spec.environment };
    const engine = new Engine(spec, spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] }));
    const { ready } = (await engine.answer()) as unknown as { ready: Hello };
    return { engine, hello: ready };
  }

  /** Times a configuration. Throws when the engine cannot do it. */
  async measure(request: StepRequest): Promise<Measured> {
    return (await this.ask({ op: 'steps', ...request })) as unknown as Measured;
  }

  /** Most memory its process ever held, in MB (2^20 bytes). */
  async peakMb(): Promise<number> {
    return (await this.ask({ op: 'peak' })).peakMb as number;
  }

  /** Ends the process. */
  stop(): void {
    this.child.stdin!.end();
    this.child.kill();
  }

  private ask(request: Request): Promise<Record<string, unknown>> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  private async answer(): Promise<Record<string, unknown>> {
    const line = await this.nextLine();
    if (line === undefined) throw problem(this.spec.name, this.failure!);
    const answer = JSON.parse(line) as Record<string, unknown>;
    if (typeof answer.error === 'string') throw problem(this.spec.name, answer.error);
    return answer;
  }

  private nextLine(): Promise<string | undefined> {
    if (this.answers.length) return Promise.resolve(this.answers.shift());
    if (this.failure) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const tooLong = setTimeout(() => {
        this.end(`no answer within ${ANSWER_MS / 1000} s`);
        this.child.kill('SIGKILL');
      }, ANSWER_MS);
      this.waiting.push((line) => {
        clearTimeout(tooLong);
        resolve(line);
      });
    });
  }

  private take(line: string): void {
    const next = this.waiting.shift();
    if (next) next(line);
    else this.answers.push(line);
  }

  private end(reason: string): void {
    this.failure ??= reason;
    for (const resolve of this.waiting.splice(0)) resolve(undefined);
  }
}

/** One thread means one core: where the system has `taskset`, the whole process is bound to core 0. */
export function pinning({ threads }: EngineSpec): string[] {
  return threads === 1 && canPin() ? ['taskset', '-c', '0'] : [];
}

function lastLine(text: string): string {
  return text.trim().split('\n').pop() || 'no message';
}
