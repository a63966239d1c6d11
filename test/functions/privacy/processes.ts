// Owns the processes of a test: effects that are counted, and a process that is killed before or after any one of them.

/** What a killed process throws, from then on at whatever it tries. */
export class Killed extends Error {}

/** Where a process dies: before or after its effect number `at`, from 0. */
export interface KillPoint {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** A process: everything it works on goes through `through`. */
export class Process {
  readonly #kill: KillPoint | undefined;
  /** Called before everything that the process does outside of itself. */
  readonly #turn: (what: string) => Promise<void>;
  readonly #effects: string[] = [];
  #dead = false;

  constructor(kill?: KillPoint, turn: (what: string) => Promise<void> = async () => undefined) {
    this.#kill = kill;
    this.#turn = turn;
  }

  /** The effects so far, in order: `objects.create erasures-open/…`. */
  get effects(): readonly string[] {
    return this.#effects;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** The interface with its effects counted; what is not named an effect only fails once the process is dead. */
  through<Target extends object>(
    name: string,
    target: Target,
    effects: { readonly [Method in keyof Target]?: (...args: never[]) => string },
  ): Target {
    return new Proxy(target, {
      get: (inner, property, receiver) => {
        const value: unknown = Reflect.get(inner, property, receiver);
        if (typeof value !== 'function' || typeof property !== 'string') return value;
        const describe = effects[property as keyof Target] as ((...args: unknown[]) => string) | undefined;
        return (...args: unknown[]): unknown => {
          if (this.#dead) throw new Killed();
          const call = (): unknown => Reflect.apply(value, inner, args);
          if (describe !== undefined) return this.#effect(`${name}.${property} ${describe(...args)}`.trim(), call);
          const result = call();
          return result instanceof Promise ? this.#read(`${name}.${property}`, result) : result;
        };
      },
    });
  }

  async #read(what: string, result: Promise<unknown>): Promise<unknown> {
    // What was read is told when it is this process's turn; a failure until then is nobody's, and no unhandled one.
    result.catch(() => undefined);
    await this.#turn(what);
    if (this.#dead) throw new Killed();
    return result;
  }

  async #effect(what: string, call: () => unknown): Promise<unknown> {
    await this.#turn(what);
    if (this.#dead) throw new Killed();
    const at = this.#effects.push(what) - 1;
    if (this.#kill?.at === at && this.#kill.when === 'before') this.#die();
    const result = await call();
    if (this.#kill?.at === at && this.#kill.when === 'after') this.#die();
    return result;
  }

  #die(): never {
    this.#dead = true;
    throw new Killed();
  }
}
