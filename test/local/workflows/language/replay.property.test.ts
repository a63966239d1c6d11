import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Effects } from '#local/workflows/language/effects.ts';
import { runExecution, type ExecutionOutcome } from '#local/workflows/language/execute.ts';
import { createMemoryJournal, type JournalEntry } from '#local/workflows/language/journal.ts';
import type { Program } from '#local/workflows/language/program.ts';
import { jsonResponse, programOf } from './world.ts';

// ---- random workflows ----

type Plan =
  | { readonly kind: 'get' | 'stamp' | 'sleep' | 'log' | 'sub' }
  | { readonly kind: 'for' | 'parallel-for'; readonly times: number; readonly body: readonly Plan[] }
  | { readonly kind: 'branches' | 'try'; readonly body: readonly Plan[]; readonly other: readonly Plan[] };

const { plans } = fc.letrec<{ plans: readonly Plan[]; plan: Plan }>((tie) => {
  const body = tie('plans');
  const times = fc.integer({ min: 1, max: 3 });
  return {
    plans: fc.array(tie('plan'), { minLength: 1, maxLength: 3, depthIdentifier: 'steps' }),
    plan: fc.oneof(
      { maxDepth: 3, depthSize: 'small', depthIdentifier: 'steps' },
      fc.constantFrom('get', 'stamp', 'sleep', 'log', 'sub').map((kind): Plan => ({ kind })),
      fc.record({ kind: fc.constantFrom('for', 'parallel-for'), times, body }) as fc.Arbitrary<Plan>,
      fc.record({ kind: fc.constantFrom('branches', 'try'), body, other: body }) as fc.Arbitrary<Plan>,
    ),
  };
});

/** Writes a plan as steps; `depth` is how many parallel steps are around. */
class Writer {
  #count = 0;

  steps(list: readonly Plan[], depth: number): object[] {
    return list.flatMap((plan) => this.#plan(plan, depth)).map((body) => ({ [this.#name('s')]: body }));
  }

  #name(prefix: string): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }

  #plan(plan: Plan, depth: number): object[] {
    const id = this.#name('v');
    switch (plan.kind) {
      case 'get':
        return [{ call: 'http.get', args: { url: `https://a.test/${id}` }, result: id }, add(`${id}.body.n`)];
      case 'stamp':
        // What is sent is remembered: if it were made up anew after a crash, the echo would differ.
        return [
          { assign: [{ [id]: '${uuid.generate() + string(sys.now())}' }] },
          { call: 'http.post', args: { url: `https://a.test/${id}`, body: { echo: `\${${id}}` } }, result: `e${id}` },
          { switch: [{ condition: `\${e${id}.body.echo != ${id}}`, raise: 'made up anew' }] },
        ];
      case 'sleep':
        return [{ call: 'sys.sleep', args: { seconds: 3 } }, add('1')];
      case 'log':
        return [{ call: 'sys.log', args: { text: id } }];
      case 'sub':
        return [add('sub(2)')];
      case 'for':
        return [{ for: { value: id, range: [1, plan.times], steps: this.steps(plan.body, depth) } }];
      case 'try':
        return [
          {
            try: { steps: [...this.steps(plan.body, depth), { [this.#name('s')]: { raise: 'caught' } }] },
            except: { as: id, steps: this.steps(plan.other, depth) },
          },
        ];
      default:
        return this.#parallel(plan, depth);
    }
  }

  #parallel(plan: Extract<Plan, { body: unknown }>, depth: number): object[] {
    if (depth >= 2) return this.#plan({ kind: 'get' }, depth);
    const shared = ['sum', 'seen'];
    const body = this.steps(plan.body, depth + 1);
    if ('times' in plan)
      return [{ parallel: { shared, for: { value: this.#name('v'), range: [1, plan.times], steps: body } } }];
    const other = this.steps(plan.other, depth + 1);
    return [{ parallel: { shared, branches: [{ left: { steps: body } }, { right: { steps: other } }] } }];
  }
}

/** `sum` comes out the same in any order, `seen` tells the order. */
function add(expression: string): object {
  return { assign: [{ sum: `\${sum + ${expression}}` }, { seen: '${list.concat(seen, sum)}' }] };
}

function workflowOf(list: readonly Plan[]): Program {
  const writer = new Writer();
  return programOf(
    JSON.stringify({
      main: {
        steps: [
          { init: { assign: [{ sum: 0 }, { seen: [] }] } },
          ...writer.steps(list, 0),
          { answer: { return: ['${sum}', '${seen}'] } },
        ],
      },
      sub: {
        params: ['n'],
        steps: [
          { get: { call: 'http.get', args: { url: 'https://a.test/sub' }, result: 'r' } },
          { wait: { call: 'sys.sleep', args: { seconds: '${n}' } } },
          { back: { return: '${r.body.n + n}' } },
        ],
      },
    }),
  );
}

// ---- a world that can die ----

interface Mortal {
  readonly effects: Effects;
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves when it dies. */
  readonly dead: Promise<void>;
  /** What was done to the world, by URL or text. */
  readonly done: Map<string, number>;
  readonly boundaries: () => number;
}

const never = new Promise<never>(() => undefined);

/** Answers in a random order; dies at the boundary given: the start or the end of an effect, or either side of an append. */
function mortalWorld(random: () => number, dieAt: number, journal: JournalEntry[]): Mortal {
  let boundaries = 0;
  let isDead = false;
  let die = (): void => undefined;
  const dead = new Promise<void>((resolve) => {
    die = resolve;
  });
  const done = new Map<string, number>();
  const pending: (() => void)[] = [];
  const boundary = (): boolean => {
    boundaries += 1;
    if (boundaries === dieAt) {
      isDead = true;
      die();
    }
    return isDead;
  };
  const pump = (): void => {
    const [answer] = pending.splice(Math.floor(random() * pending.length), 1);
    if (answer !== undefined && !isDead) answer();
    if (pending.length > 0) setImmediate(pump);
  };
  const later = async <Answer>(what: string, answer: Answer): Promise<Answer> => {
    if (boundary()) return never;
    done.set(what, (done.get(what) ?? 0) + 1);
    await new Promise<void>((resolve) => {
      pending.push(resolve);
      if (pending.length === 1) setImmediate(pump);
    });
    return boundary() ? never : answer;
  };
  let nowMs = Math.floor(random() * 1e9);
  return {
    dead,
    done,
    boundaries: () => boundaries,
    async append(entries) {
      if (isDead || boundary()) return never;
      journal.push(...entries);
      return boundary() ? never : undefined;
    },
    effects: {
      now: () => (nowMs += 1),
      uuid: () => String(random()),
      sleepUntil: (atMs) => later(`sleep ${atMs}`, undefined),
      http: (request) => {
        const echo = echoOf(request.body);
        const isSafe =
          echo === undefined ||
          journal.some((entry) => entry.name === 'uuid' && echo.includes(JSON.stringify(entry.outcome).slice(1, -1)));
        assert.ok(isSafe, 'what a request carries is in the journal before the request is made');
        return later(request.url, jsonResponse({ echo, n: request.url.length }));
      },
      log: () => undefined,
      callbacks: { create: () => later('callback', ''), receive: () => later('await', { kind: 'timeout' }) },
    },
  };
}

function echoOf(body: Uint8Array | undefined): string | undefined {
  return body === undefined ? undefined : (JSON.parse(Buffer.from(body).toString()) as { echo: string }).echo;
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

/** Runs on from a journal until it ends or dies; undefined when it died. */
async function live(program: Program, world: Mortal, journal: JournalEntry[]): Promise<ExecutionOutcome | undefined> {
  const before = [...journal];
  const signal = new AbortController().signal;
  const { outcome } = runExecution({
    program,
    argument: '',
    environment: {},
    effects: world.effects,
    journal: { read: () => before, append: (entries) => world.append(entries) },
    cancel: signal,
    stop: signal,
  });
  return Promise.race([outcome, world.dead.then(() => undefined)]);
}

/** How many requests a journal has answers to. */
function answersIn(journal: readonly JournalEntry[]): number {
  return journal.filter((entry) => entry.name === 'http').length;
}

function sumOf(outcome: ExecutionOutcome | undefined): unknown {
  assert.equal(outcome?.kind, 'succeeded', JSON.stringify(outcome));
  return (JSON.parse(outcome.result) as unknown[])[0];
}

test('an execution killed at any boundary goes on to the same result, and does nothing journalled twice', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.integer({ min: 1, max: 1e6 }), async (list, seed) => {
      const program = workflowOf(list);
      const whole: JournalEntry[] = [];
      const untouched = mortalWorld(randomFrom(seed), Infinity, whole);
      const expected = sumOf(await live(program, untouched, whole));
      const requests = answersIn(whole);

      for (let dieAt = 1; dieAt <= untouched.boundaries(); dieAt += 1) {
        const journal: JournalEntry[] = [];
        const first = mortalWorld(randomFrom(seed + dieAt), dieAt, journal);
        let outcome = await live(program, first, journal);
        let lives = 1;
        while (outcome === undefined) {
          const answered = answersIn(journal);
          // Every other life is short, so that resumed executions are killed too.
          const next = mortalWorld(randomFrom(seed + lives), lives % 2 === 1 ? 1 + (dieAt % 5) : Infinity, journal);
          outcome = await live(program, next, journal);
          lives += 1;
          const performed = [...next.done]
            .filter(([what]) => what.startsWith('http'))
            .reduce((sum, [, n]) => sum + n, 0);
          assert.ok(
            performed <= requests - answered,
            `performed ${performed} of the ${requests - answered} that were left`,
          );
        }
        assert.equal(sumOf(outcome), expected, `killed at ${dieAt}`);
        assert.equal(new Set(journal.map((entry) => entry.key)).size, journal.length, 'no question is answered twice');
      }
    }),
    { numRuns: 15 },
  );
});

test('a whole journal replays to the very same outcome, the order of branches included, without touching the world', async () => {
  const untouchable = (): never => assert.fail('the world was touched');
  const effects: Effects = {
    now: untouchable,
    uuid: untouchable,
    sleepUntil: untouchable,
    http: untouchable,
    log: untouchable,
    callbacks: { create: untouchable, receive: untouchable },
  };
  await fc.assert(
    fc.asyncProperty(plans, fc.integer({ min: 1, max: 1e6 }), async (list, seed) => {
      const program = workflowOf(list);
      const journal: JournalEntry[] = [];
      const outcome = await live(program, mortalWorld(randomFrom(seed), Infinity, journal), journal);
      const signal = new AbortController().signal;
      const replayed = runExecution({
        program,
        argument: '',
        environment: {},
        effects,
        journal: createMemoryJournal(journal),
        cancel: signal,
        stop: signal,
      });
      assert.deepEqual(await replayed.outcome, outcome);
    }),
    { numRuns: 100 },
  );
});
