/** Runs expressions, waiting for the subworkflows and connectors that they call. */
import { Suspension, type Code, type Scope } from '../program.ts';
import type { Run } from '../run.ts';
import type { Value } from '../values/value.ts';
import type { Task } from './task.ts';

/**
 * The value of an expression. When it calls something that waits, it is run again from the start once the answer is
 * there, with the same answers to the calls before. So the last run, from reading the first variable to the value, is
 * never interrupted by another branch: `total: ${total + 1}` loses nothing.
 */
export function* evaluate(task: Task, code: Code, scope: Scope): Run<Value> {
  if (!code.suspends) return code.run(scope, task);
  const answers = new Map<object, Value>();
  for (;;) {
    try {
      return task.withAnswers(answers, () => code.run(scope, task));
    } catch (error) {
      if (!(error instanceof Suspension)) throw error;
      const { site, args } = error;
      const named = site.names.slice(0, args.length).map((name, index) => [name, args[index] ?? null] as const);
      answers.set(site, yield* task.state.engine.call(task, site.target, new Map(named)));
    }
  }
}

/** The values of several expressions, in order. */
export function* evaluateAll(task: Task, codes: readonly Code[], scope: Scope): Run<Value[]> {
  const values: Value[] = [];
  for (const code of codes) values.push(yield* evaluate(task, code, scope));
  return values;
}
