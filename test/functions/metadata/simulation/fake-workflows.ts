// Owns executions of the repository's own workflows by the interpreter of the local cloud, in virtual time.
import { readFileSync } from 'node:fs';
import { compileWorkflow } from '#local/workflows/language/compile.ts';
import type { Effects, HttpOutcome, HttpRequest } from '#local/workflows/language/effects.ts';
import { runExecution } from '#local/workflows/language/execute.ts';
import { createMemoryJournal } from '#local/workflows/language/journal.ts';
import type { Program } from '#local/workflows/language/program.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Execution {
  readonly workflow: string;
  readonly argument: string;
  state: 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  result: string;
  readonly cancel: AbortController;
}

/** Answers a request of an execution. */
export type Serve = (request: HttpRequest, caller: string) => Promise<HttpOutcome>;

const ENVIRONMENT = {
  TRIBUTARY_METADATA_URL: 'https://metadata.test',
  TRIBUTARY_AUDIENCE: 'https://tributary.test',
  GOOGLE_CLOUD_PROJECT_ID: 'p',
  GOOGLE_CLOUD_LOCATION: 'r',
};

export class FakeWorkflows implements Executions {
  readonly executions = new Map<string, Execution>();
  readonly #programs = new Map<string, Program>();
  readonly #time: VirtualTime;
  readonly #serve: Serve;
  #count = 0;

  constructor(time: VirtualTime, serve: Serve) {
    this.#time = time;
    this.#serve = serve;
  }

  async start(workflow: string, argument: object): Promise<string> {
    this.#time.touch();
    const id = `e${(this.#count += 1)}`;
    const name = `projects/p/locations/r/workflows/${workflow}/executions/${id}`;
    const execution: Execution = {
      workflow,
      argument: JSON.stringify(argument),
      state: 'ACTIVE',
      result: 'null',
      cancel: new AbortController(),
    };
    this.executions.set(name, execution);
    void this.#run(execution, name);
    return name;
  }

  async state(name: string): Promise<'active' | 'ended'> {
    this.#time.touch();
    return this.executions.get(name)?.state === 'ACTIVE' ? 'active' : 'ended';
  }

  /** Ends an execution for good in the middle of what it does, as if it had never been. */
  lose(name: string): void {
    const execution = this.executions.get(name);
    if (execution?.state !== 'ACTIVE') return;
    execution.state = 'CANCELLED';
    execution.cancel.abort();
  }

  /** The resource that `executions.get` answers. */
  resource(name: string): object | undefined {
    const execution = this.executions.get(name);
    return execution === undefined ? undefined : { name, state: execution.state, result: execution.result };
  }

  async #run(execution: Execution, name: string): Promise<void> {
    const { outcome } = runExecution({
      program: this.#program(execution.workflow),
      argument: execution.argument,
      environment: {
        ...ENVIRONMENT,
        GOOGLE_CLOUD_WORKFLOW_ID: execution.workflow,
        GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: name.slice(name.lastIndexOf('/') + 1),
      },
      effects: this.#effects(name),
      journal: createMemoryJournal(),
      cancel: execution.cancel.signal,
      stop: new AbortController().signal,
    });
    const ended = await outcome;
    this.#time.touch();
    if (execution.state !== 'ACTIVE') return;
    execution.state = ended.kind === 'succeeded' ? 'SUCCEEDED' : 'FAILED';
    if (ended.kind === 'succeeded') execution.result = ended.result;
    if (ended.kind === 'failed') execution.result = ended.error.payload;
  }

  #effects(name: string): Effects {
    const time = this.#time;
    return {
      now: () => time.now(),
      uuid: () => 'uuid',
      sleepUntil: (atMs) => time.sleep(atMs - time.now()),
      http: async (request) => {
        time.touch();
        await time.sleep(1);
        return this.#serve(request, name);
      },
      log: () => undefined,
      callbacks: { create: async () => '', receive: async () => ({ kind: 'timeout' }) },
    };
  }

  #program(workflow: string): Program {
    const known = this.#programs.get(workflow);
    if (known !== undefined) return known;
    const url = new URL(`../../../../workflows/${workflow}.yaml`, import.meta.url);
    const compiled = compileWorkflow(readFileSync(url, 'utf8'));
    if (compiled.kind !== 'compiled') throw new Error(`${workflow} does not compile`);
    this.#programs.set(workflow, compiled.program);
    return compiled.program;
  }
}
