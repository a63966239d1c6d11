/** A made-up world for executions: a clock that jumps, canned HTTP answers, and a record of all that was done to it. */
import { setImmediate as turn } from 'node:timers/promises';
import { compileWorkflow } from '#local/workflows/language/compile.ts';
import type {
  CallbackOutcome,
  Effects,
  HttpOutcome,
  HttpRequest,
  LogEntry,
} from '#local/workflows/language/effects.ts';
import { runExecution, type ExecutionOutcome } from '#local/workflows/language/execute.ts';
import { createMemoryJournal, type Journal } from '#local/workflows/language/journal.ts';
import type { Program } from '#local/workflows/language/program.ts';

/** 2026-08-01T12:00:00Z */
export const START_MS = Date.UTC(2026, 7, 1, 12);

export type HttpHandler = (request: HttpRequest) => HttpOutcome | Promise<HttpOutcome>;

export interface World extends Effects {
  readonly requests: HttpRequest[];
  readonly logs: LogEntry[];
  /** Seconds that were waited, one entry for each wait. */
  readonly waits: number[];
  callbackOutcome: CallbackOutcome;
}

export function createWorld(http: HttpHandler = () => jsonResponse({})): World {
  let nowMs = START_MS;
  let uuids = 0;
  const sleepers: { atMs: number; wake: () => void }[] = [];
  let ticking = false;
  const tick = async (): Promise<void> => {
    ticking = true;
    while (sleepers.length > 0) {
      await turn();
      sleepers.sort((left, right) => left.atMs - right.atMs);
      const next = sleepers.shift();
      nowMs = Math.max(nowMs, next?.atMs ?? nowMs);
      next?.wake();
    }
    ticking = false;
  };
  const world: World = {
    requests: [],
    logs: [],
    waits: [],
    callbackOutcome: { kind: 'timeout' },
    now: () => nowMs,
    uuid: () => `00000000-0000-4000-8000-${String((uuids += 1)).padStart(12, '0')}`,
    sleepUntil(atMs) {
      world.waits.push((atMs - nowMs) / 1000);
      return new Promise((wake) => {
        sleepers.push({ atMs, wake });
        if (!ticking) void tick();
      });
    },
    async http(request) {
      world.requests.push(request);
      return http(request);
    },
    log: (entry) => void world.logs.push(entry),
    callbacks: {
      create: async (method) => `https://callbacks.test/${method}`,
      receive: async () => world.callbackOutcome,
    },
  };
  return world;
}

export function jsonResponse(body: unknown, status = 200, headers: Record<string, string> = {}): HttpOutcome {
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: new Uint8Array(Buffer.from(JSON.stringify(body))),
  };
}

export function textResponse(text: string, type = 'text/plain', status = 200): HttpOutcome {
  return { kind: 'response', status, headers: { 'content-type': type }, body: new Uint8Array(Buffer.from(text)) };
}

/** The program of a source that must compile. */
export function programOf(source: string): Program {
  const compiled = compileWorkflow(source);
  if (compiled.kind === 'compiled') return compiled.program;
  throw new Error(compiled.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join('\n'));
}

/** What is wrong with a source, as `line: message`. */
export function problemsOf(source: string): string[] {
  const compiled = compileWorkflow(source);
  return compiled.kind === 'compiled' ? [] : compiled.problems.map(({ line, message }) => `${line}: ${message}`);
}

export interface RunOptions {
  readonly world?: Effects;
  readonly argument?: unknown;
  /** The argument as JSON text, where `argument` would lose something. */
  readonly argumentText?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly journal?: Journal;
}

export function run(source: string | Program, options: RunOptions = {}): Promise<ExecutionOutcome> {
  const never = new AbortController().signal;
  return runExecution({
    program: typeof source === 'string' ? programOf(source) : source,
    argument: options.argumentText ?? (options.argument === undefined ? '' : JSON.stringify(options.argument)),
    environment: options.environment ?? {},
    effects: options.world ?? createWorld(),
    journal: options.journal ?? createMemoryJournal(),
    cancel: never,
    stop: never,
  }).outcome;
}

/** The result of a run that must succeed. */
export async function resultOf(source: string | Program, options: RunOptions = {}): Promise<unknown> {
  const outcome = await run(source, options);
  if (outcome.kind === 'succeeded') return JSON.parse(outcome.result);
  throw new Error(outcome.kind === 'failed' ? `${outcome.error.context}\n${outcome.error.payload}` : outcome.kind);
}

/** The error of a run that must fail: payload as a value, and context. */
export async function errorOf(
  source: string | Program,
  options: RunOptions = {},
): Promise<{ payload: unknown; context: string; trace: string[] }> {
  const outcome = await run(source, options);
  if (outcome.kind !== 'failed') throw new Error(`expected a failure, got ${JSON.stringify(outcome)}`);
  const { payload, context, stackTrace } = outcome.error;
  const trace = stackTrace.map(({ routine, step, position }) => `${routine}.${step}:${position.line}`);
  return { payload: JSON.parse(payload), context, trace };
}

/** The value of an expression, or the message of what it raises. */
export async function valueOf(expression: string, argument: unknown = null): Promise<unknown> {
  const source = JSON.stringify({
    main: { params: ['x'], steps: [{ answer: { return: `\${${expression}}` } }] },
  });
  const outcome = await run(source, { argument });
  if (outcome.kind === 'succeeded') return JSON.parse(outcome.result);
  if (outcome.kind !== 'failed') return outcome.kind;
  const payload: unknown = JSON.parse(outcome.error.payload);
  return typeof payload === 'object' && payload !== null && 'message' in payload ? payload.message : payload;
}
