// Owns the requests that are being answered, so that the process can end once none is.

/** How long ending waits for them: the platform kills a process ten seconds after it was told to end. */
const MAX_WAIT_MS = 6000;

export class UnderWay {
  #requests = 0;
  #stopping = false;
  #idle: (() => void) | undefined;

  /** Whether the process is ending: nothing new is begun. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /** A request begins; the result ends it. */
  enter(): () => void {
    this.#requests += 1;
    return () => {
      this.#requests -= 1;
      if (this.#requests === 0) this.#idle?.();
    };
  }

  /** Lets nothing new begin, and resolves once no request is being answered, or when waiting longer is not worth it. */
  stop(): Promise<void> {
    this.#stopping = true;
    if (this.#requests === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle = resolve;
      setTimeout(resolve, MAX_WAIT_MS).unref();
    });
  }
}
