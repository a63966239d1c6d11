/** Checks calls before anything runs: that the function exists, and takes the arguments given. */
import type { Position } from '../problems.ts';
import { problem, type Callable, type Context } from './context.ts';

/** A call within an expression: arguments by position, and nothing that blocks. */
export function checkPositional(
  context: Context,
  call: { readonly name: string; readonly given: number; readonly position: Position },
): Callable | undefined {
  const callable = lookUp(context, call.name, call.position);
  if (callable === undefined) return undefined;
  const { parameters } = callable;
  const least = parameters.filter((parameter) => parameter.required).length;
  if (callable.blocking) {
    problem(
      context,
      call.position,
      `${call.name} blocks and cannot be called in an expression: use a step with 'call: ${call.name}'`,
    );
  }
  if (call.given < least || call.given > parameters.length) {
    const wanted = least === parameters.length ? String(least) : `${least} to ${parameters.length}`;
    problem(
      context,
      call.position,
      `${call.name} takes ${wanted} arguments (${signature(callable)}), not ${call.given}`,
    );
  }
  return callable;
}

/** A call by a step: arguments by name. */
export function checkNamed(
  context: Context,
  call: { readonly name: string; readonly args: readonly Named[]; readonly position: Position },
): Callable | undefined {
  const callable = lookUp(context, call.name, call.position);
  if (callable === undefined) return undefined;
  const known = new Set(callable.parameters.map((parameter) => parameter.name));
  for (const arg of call.args) {
    if (!known.has(arg.name)) {
      problem(context, arg.position, `${call.name} has no argument '${arg.name}'; it takes ${signature(callable)}`);
    }
  }
  const given = new Set(call.args.map((arg) => arg.name));
  for (const parameter of callable.parameters) {
    if (parameter.required && !given.has(parameter.name)) {
      problem(context, call.position, `${call.name} misses its argument '${parameter.name}'`);
    }
  }
  return callable;
}

interface Named {
  readonly name: string;
  readonly position: Position;
}

function lookUp(context: Context, name: string, position: Position): Callable | undefined {
  const callable = context.document.callable(name);
  if (callable !== undefined) return callable;
  const isConnector = name.startsWith('googleapis.');
  problem(
    context,
    position,
    isConnector ? `connector '${name}' is not served by the local cloud` : `symbol '${name}' not found`,
  );
  return undefined;
}

function signature(callable: Callable): string {
  const names = callable.parameters.map((parameter) => (parameter.required ? parameter.name : `${parameter.name}?`));
  return names.length === 0 ? 'none' : names.join(', ');
}
