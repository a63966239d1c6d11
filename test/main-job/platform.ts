// Owns a whole platform for tests: `trib up` on an empty data folder, its commands as a person types them, its end.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFree } from '#cli/up/ports.ts';
import { type CommandResult, runTrib } from '#test/cli/trib.ts';

/** What the ready line says, as far as tests use it. */
export interface Ready {
  readonly ready: true;
  readonly project: string;
  readonly region: string;
  readonly console: string;
  readonly collect: string;
  readonly cloud: string;
  readonly privacy: string;
  readonly metadata: string;
  readonly operator: string;
  readonly writeKey: string;
  readonly tokens: Readonly<Record<string, string>>;
}

export interface TestPlatform {
  readonly dataFolder: string;
  readonly basePort: number;
  /** Starts it, detached, without the demo unless that is asked for. @throws when no ready line comes */
  up(demo?: '--demo'): Promise<Ready>;
  /** Runs `trib` with these arguments. */
  trib(...args: readonly string[]): Promise<CommandResult>;
  /** Rows of a query. @throws when it fails */
  sql<Row>(query: string): Promise<readonly Row[]>;
  /** The last line of a command's output, read as JSON. */
  json<Answer>(...args: readonly string[]): Promise<Answer>;
  /** Process ids of everything that runs. */
  processes(): Promise<readonly { readonly name: string; readonly pid: number }[]>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** A platform on a data folder and ports of its own; nothing runs before `up`. */
export async function createTestPlatform(): Promise<TestPlatform> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tributary-'));
  const basePort = await freeBasePort();

  const trib = (...args: readonly string[]): Promise<CommandResult> => runTrib(args, { TRIBUTARY_DATA: dataFolder });
  const json = async <Answer>(...args: readonly string[]): Promise<Answer> => {
    const { stdout, stderr, exitCode } = await trib(...args);
    const line = stdout.trim().split('\n').at(-1) ?? '';
    if (line === '') throw new Error(`trib ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    // The shape is what the calling test asserts on.
    return JSON.parse(line.startsWith('{') || line.startsWith('[') ? line : stdout) as Answer;
  };

  return {
    dataFolder,
    basePort,
    trib,
    json,
    async up(demo) {
      const { stdout, stderr } = await trib('up', demo ?? '--no-demo', '--detach', '--port', String(basePort));
      const ready = stdout.trim().split('\n').at(-1) ?? '';
      if (!ready.startsWith('{')) throw new Error(`no ready line: ${stderr}`);
      return JSON.parse(ready) as Ready;
    },
    async sql<Row>(query: string) {
      const { stdout, stderr, exitCode } = await trib('sql', '--json', query);
      if (exitCode !== 0) throw new Error(`${query}: ${stderr}`);
      return JSON.parse(stdout) as readonly Row[];
    },
    async processes() {
      const status = await json<{ processes: { name: string; pid: number }[] }>('status', '--json');
      return status.processes;
    },
    async remove() {
      await trib('down');
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Below the ports that systems lend to connections: one of those may be taken at any moment. */
const FIRST_PORT = 12_000;
const PORTS_EACH = 8;
const PLATFORMS = 2400;

/** A base port that is free together with those that follow from it. */
async function freeBasePort(): Promise<number> {
  for (;;) {
    const base = FIRST_PORT + PORTS_EACH * randomInt(PLATFORMS);
    const free = await Promise.all(Array.from({ length: PORTS_EACH }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return base;
  }
}
