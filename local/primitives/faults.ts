/** Faults on demand: what to do to the next calls of a method, set by configuration. */
import { ApiError, STATUS, type StatusName } from './errors.ts';
import { isObject } from './json-object.ts';

export interface FaultRule {
  /** Full method name, `google.pubsub.v1.Publisher.Publish` or `storage.objects.insert`; a trailing `*` matches any rest. */
  readonly method: string;
  /** Answer this instead of doing the work. */
  readonly error?: { readonly status: StatusName; readonly message?: string };
  /** Wait before doing the work. */
  readonly latencyMs?: number;
  /** Do the work, then break the connection (REST) or answer UNAVAILABLE (gRPC) instead of replying. */
  readonly dropReply?: true;
  /** How many calls it applies to; without it, all until the rules are replaced. */
  readonly times?: number;
}

export interface Faults {
  /** Replaces all rules. */
  set(rules: readonly FaultRule[]): void;
  /** Does `work` under the first rule that matches `method`. */
  around<Result>(method: string, work: () => Promise<Result>): Promise<Result>;
}

/** Thrown after the work was done: the host must not send the reply. */
export class ReplyDropped extends Error {}

/**
 * Checks rules that came from outside.
 * @throws ApiError INVALID_ARGUMENT naming the rule and the field
 */
export function parseFaultRules(value: unknown): FaultRule[] {
  if (!Array.isArray(value)) throw invalid('expected a list of rules');
  return value.map((rule: unknown, index) => {
    if (!isObject(rule)) throw invalid(`rule ${index}: expected an object`);
    if (typeof rule['method'] !== 'string') throw invalid(`rule ${index}: method must be a string`);
    for (const [name, given] of Object.entries(rule)) {
      const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
      if (check === undefined) throw invalid(`rule ${index}: unknown field "${name}"`);
      const problem = check(given);
      if (problem !== undefined) throw invalid(`rule ${index}: ${problem}`);
    }
    // Every field was checked, and there are no others.
    return rule as unknown as FaultRule;
  });
}

/** What is wrong with a field of a rule, if anything. */
const CHECKS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  method: () => undefined,
  error: (value) => {
    const known = isObject(value) && typeof value['status'] === 'string' && Object.hasOwn(STATUS, value['status']);
    return known ? undefined : `error.status must be one of ${Object.keys(STATUS).join(', ')}`;
  },
  latencyMs: (value) => (isNumberFrom(0, value) ? undefined : 'latencyMs must be a number of milliseconds, 0 or more'),
  dropReply: (value) => (value === true ? undefined : 'dropReply must be true'),
  times: (value) => (isNumberFrom(1, value) ? undefined : 'times must be a number, 1 or more'),
};

function isNumberFrom(least: number, value: unknown): boolean {
  return typeof value === 'number' && value >= least;
}

export function createFaults(): Faults {
  let rules: { rule: FaultRule; left: number }[] = [];

  const take = (method: string): FaultRule | undefined => {
    const found = rules.find(({ rule, left }) => left > 0 && matches(rule.method, method));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.rule;
  };

  return {
    set(next) {
      rules = next.map((rule) => ({ rule, left: rule.times ?? Infinity }));
    },
    async around(method, work) {
      const rule = rules.length === 0 ? undefined : take(method);
      if (rule === undefined) return work();
      if (rule.latencyMs !== undefined) await new Promise((resolve) => setTimeout(resolve, rule.latencyMs));
      if (rule.error !== undefined) {
        throw new ApiError(rule.error.status, rule.error.message ?? `Injected ${rule.error.status}.`);
      }
      const result = await work();
      if (rule.dropReply) throw new ReplyDropped(method);
      return result;
    },
  };
}

function matches(pattern: string, method: string): boolean {
  return pattern.endsWith('*') ? method.startsWith(pattern.slice(0, -1)) : pattern === method;
}

function invalid(problem: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', `Fault rules: ${problem}.`);
}
