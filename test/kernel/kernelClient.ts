import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** The project's root, seen from the compiled test. */
export const projectRoot = path.resolve(__dirname, '..', '..', '..');
export const kernelEntry = path.join(projectRoot, 'kernel-setup', 'kernel', 'main.cjs');

// The client speaks to the kernel through the same zeromq that tslab uses.
const zmq = createRequire(require.resolve('tslab/package.json'))('zeromq');
const delimiter = '<IDS|MSG>';

/** A Jupyter message, as far as the tests look at it. */
export interface Message {
  type: string;
  parent: string;
  content: any;
}

/** What came back for one cell. */
export interface CellResult {
  /** `ok`, `error` or `aborted`, from the execute_reply. */
  status: string;
  /** The whole content of the execute_reply. */
  reply: any;
  /** Every iopub message of the cell, in order, without `status`. */
  outputs: Message[];
  /** All text of a stream. */
  stream(name: 'stdout' | 'stderr'): string;
  /** Milliseconds from request to reply. */
  milliseconds: number;
}

/** How to start a kernel for a test; everything may be left out. */
export interface KernelOptions {
  entry?: string;
  /** Arguments before the connection file. */
  args?: string[];
  folder?: string;
  env?: Record<string, string>;
  connectionFile?: string;
}

/** A real kernel process with a small Jupyter client: what JupyterLab would see, without Python. */
export class Kernel {
  private readonly received: Message[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly process: ChildProcess,
    readonly connectionFile: string,
    private readonly key: string,
    private readonly shell: any,
    private readonly iopub: any,
    private readonly control: any,
    private readonly log: { text: string },
  ) {
    void this.listen(shell);
    void this.listen(iopub);
    void this.listen(control);
  }

  /** Starts the project's kernel (or `entry`) and waits until it answers. */
  static async start(options: KernelOptions = {}): Promise<Kernel> {
    const ports = await freePorts(5);
    const key = randomBytes(16).toString('hex');
    const names = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'];
    const connection = {
      transport: 'tcp',
      ip: '127.0.0.1',
      key,
      signature_scheme: 'hmac-sha256',
      ...Object.fromEntries(names.map((name, i) => [name, ports[i]])),
    };
    const file =
      options.connectionFile ?? path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-test-')), `kernel-${key}.json`);
    fs.writeFileSync(file, JSON.stringify(connection));
    const child = spawn(process.execPath, [options.entry ?? kernelEntry, ...(options.args ?? []), file], {
      cwd: options.folder ?? path.join(projectRoot, 'notebooks'),
      env: { ...process.env, JPY_SESSION_NAME: '', NODE_OPTIONS: '--enable-source-maps', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = { text: '' };
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (data) => (log.text += data));
    const shell = new zmq.Dealer({ linger: 0 });
    const iopub = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    const control = new zmq.Dealer({ linger: 0 });
    iopub.subscribe();
    shell.connect(`tcp://127.0.0.1:${ports[0]}`);
    control.connect(`tcp://127.0.0.1:${ports[3]}`);
    iopub.connect(`tcp://127.0.0.1:${ports[1]}`);
    const kernel = new Kernel(child, file, key, shell, iopub, control, log);
    try {
      await kernel.waitUntilReady(`tcp://127.0.0.1:${ports[1]}`);
    } catch (error) {
      await kernel.kill(); // else its process would keep the test's own from ending
      throw error;
    }
    return kernel;
  }

  /** What the kernel process itself printed (JupyterLab shows it in its own terminal). */
  get processOutput(): string {
    return this.log.text;
  }

  /** Runs one cell and waits for its reply and its last output. */
  async run(code: string, options: { stop_on_error?: boolean; timeout?: number } = {}): Promise<CellResult> {
    return this.finished(this.send(code, options), options.timeout);
  }

  /** Sends a cell without waiting; `finished` waits for it. */
  send(code: string, options: { stop_on_error?: boolean } = {}): string {
    return this.request('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: options.stop_on_error ?? true,
    });
  }

  async finished(id: string, timeout = 30_000): Promise<CellResult> {
    const began = Date.now();
    const mine = () => this.received.filter((message) => message.parent === id);
    const isIdle = (message: Message) => message.type === 'status' && message.content.execution_state === 'idle';
    await this.until(
      () => mine().some((m) => m.type === 'execute_reply') && mine().some(isIdle),
      timeout,
      `the reply to a cell (seen: ${mine()
        .map((m) => m.type)
        .join(', ')})`,
    );
    const reply = mine().find((message) => message.type === 'execute_reply')!.content;
    const outputs = mine().filter((message) => !['status', 'execute_reply'].includes(message.type));
    const stream = (name: string) =>
      outputs
        .filter((m) => m.type === 'stream' && m.content.name === name)
        .map((m) => m.content.text)
        .join('');
    return { status: reply.status, reply, outputs, stream, milliseconds: Date.now() - began };
  }

  /** Waits until `outputs` of a running cell satisfy `condition`. */
  async seen(id: string, condition: (outputs: Message[]) => boolean, timeout = 20_000): Promise<void> {
    await this.until(
      () => condition(this.received.filter((message) => message.parent === id)),
      timeout,
      'an output of the running cell',
    );
  }

  /** What Tab offers at the end of a text. */
  async offered(code: string): Promise<string[]> {
    return (await this.answer('complete', { code, cursor_pos: code.length })).matches;
  }

  /** What Shift-Tab shows where `|` stands in a text; '' where it has nothing to show. */
  async shown(text: string): Promise<string> {
    const [before, after] = text.split('|');
    const content = { code: before + after, cursor_pos: before.length, detail_level: 0 };
    return (await this.answer('inspect', content)).data['text/plain'] ?? '';
  }

  private async answer(what: 'complete' | 'inspect', content: object): Promise<any> {
    const id = this.request(`${what}_request`, content);
    const reply = () => this.received.find(({ parent, type }) => parent === id && type === `${what}_reply`);
    await this.until(() => reply() !== undefined, 30_000, `an answer to ${what}`);
    return reply()!.content;
  }

  /** The Interrupt button: what Jupyter sends to a kernel with `interrupt_mode` message. */
  interrupt(): void {
    this.request('interrupt_request', {}, this.control);
  }

  /** The Interrupt button of a kernel with `interrupt_mode` signal. */
  interruptBySignal(): void {
    this.process.kill('SIGINT');
  }

  /** Asks the kernel to end, as Jupyter does before it uses force. */
  shutdown(): void {
    this.request('shutdown_request', { restart: false }, this.control);
  }

  /** How the process ends: its exit code or signal; null while it runs on after `timeout` ms. */
  async ended(timeout: number): Promise<number | string | null> {
    const end = () => this.process.exitCode ?? this.process.signalCode;
    if (end() === null) await Promise.race([once(this.process, 'exit'), new Promise((resolve) => setTimeout(resolve, timeout))]);
    return end();
  }

  /** Ends the process at once, as a crash does, and closes the sockets. */
  async kill(): Promise<void> {
    const gone =
      this.process.exitCode !== null || this.process.signalCode !== null
        ? null
        : new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
    for (const socket of [this.shell, this.iopub, this.control]) socket.close();
  }

  private request(type: string, content: object, socket = this.shell): string {
    const id = randomBytes(16).toString('hex');
    const header = {
      msg_id: id,
      session: 'test',
      username: 'test',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.3',
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac('sha256', this.key).update(parts.join('')).digest('hex');
    void socket.send([delimiter, signature, ...parts]);
    return id;
  }

  private async listen(socket: any): Promise<void> {
    for await (const raw of socket) {
      const texts = raw.map(String);
      const from = texts.indexOf(delimiter) + 2;
      const [header, parent, , content] = texts.slice(from, from + 4).map((text: string) => JSON.parse(text));
      this.received.push({ type: header.msg_type, parent: parent.msg_id ?? '', content });
      for (const wake of this.waiting) wake();
    }
  }

  private async until(condition: () => boolean, timeout: number, what: string): Promise<void> {
    const end = Date.now() + timeout;
    while (!condition()) {
      if (this.process.exitCode !== null || this.process.signalCode !== null)
        throw new Error(
          `the kernel ended (${this.process.exitCode ?? this.process.signalCode}) while the test waited for ${what}; it printed:\n${this.log.text}`,
        );
      if (Date.now() > end) throw new Error(`no answer within ${timeout} ms: ${what}; the kernel printed:\n${this.log.text}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, 50);
        this.waiting.add(wake);
      });
    }
  }

  /** Both sockets connect in the background: asks until the answer and its `idle` status have come through. */
  private async waitUntilReady(iopub: string): Promise<void> {
    for (let attempt = 0; attempt < 60; attempt++) {
      if (attempt % 10 === 9) {
        this.iopub.disconnect(iopub); // a connection that failed before the kernel listened may never be made again
        this.iopub.connect(iopub);
      }
      const id = this.request('kernel_info_request', {});
      try {
        const types = () => this.received.filter((m) => m.parent === id).map((m) => m.type);
        await this.until(() => types().includes('kernel_info_reply') && types().includes('status'), 500, 'kernel_info_reply');
        return;
      } catch (error) {
        if (this.process.exitCode !== null) throw error;
      }
    }
    throw new Error(`the kernel did not answer within 30 s; it printed:\n${this.log.text}`);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
