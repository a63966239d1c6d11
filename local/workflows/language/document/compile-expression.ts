/** Turns the text of an expression into code, with its names and calls looked up. */
import { raise } from '../errors.ts';
import { applyBinary, applyUnary, member, toBoolean } from '../expressions/operators.ts';
import { parseExpression } from '../expressions/parser.ts';
import { dottedName, type Syntax } from '../expressions/syntax.ts';
import { ExpressionError } from '../expressions/tokens.ts';
import { LIMITS } from '../limits.ts';
import type { Position } from '../problems.ts';
import { functionValue, type CallSite, type Code, type Reference, type Scope } from '../program.ts';
import { STANDARD_CONSTANTS, STANDARD_LIBRARY } from '../stdlib/library.ts';
import type { Value } from '../values/value.ts';
import { checkPositional } from './check-call.ts';
import { problem, readVariable, type Context } from './context.ts';

/** Code that always comes to the same value. */
export function constantCode(value: Value): Code {
  return { run: () => value, suspends: false, constant: value };
}

/** Where an expression stands: of the scalar, and of its text when that is known to the column. */
export interface ExpressionPlace {
  readonly position: Position;
  /** Place of the first character of the text; undefined when columns within it cannot be told. */
  readonly textAt: Position | undefined;
}

/** Code of an expression, given without `${` and `}`; problems are added, and the code is then not to be run. */
export function compileExpression(text: string, place: ExpressionPlace, context: Context): Code {
  if (text.length > LIMITS.expressionCharacters) {
    problem(
      context,
      place.position,
      `expression has ${text.length} characters, more than the ${LIMITS.expressionCharacters} allowed`,
    );
    return constantCode(null);
  }
  try {
    return compileSyntax(parseExpression(text), place, context);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problem(context, positionAt(place, error.at), `parse error: ${error.message} in expression \${${text}}`);
    return constantCode(null);
  }
}

/** Code of an expression that is parsed already. */
export function compileSyntax(syntax: Syntax, place: ExpressionPlace, context: Context): Code {
  return new ExpressionCompiler(place, context).compile(syntax);
}

function positionAt(place: ExpressionPlace, at: number): Position {
  const { position, textAt } = place;
  return textAt === undefined ? position : { line: textAt.line, column: textAt.column + at };
}

/** Owns the place of one expression while its syntax is walked. */
class ExpressionCompiler {
  readonly #place: ExpressionPlace;
  readonly #context: Context;

  constructor(place: ExpressionPlace, context: Context) {
    this.#place = place;
    this.#context = context;
  }

  compile(syntax: Syntax): Code {
    switch (syntax.kind) {
      case 'literal':
        return constantCode(syntax.value);
      case 'name':
        return this.#name(syntax.name, syntax.at);
      case 'member':
        return this.#member(syntax);
      case 'list':
        return this.#list(syntax.items);
      case 'map':
        return this.#map(syntax.entries);
      case 'unary':
        return this.#unary(syntax);
      case 'binary':
        return this.#binary(syntax);
      case 'call':
        return this.#call(syntax);
    }
  }

  #position(at: number): Position {
    return positionAt(this.#place, at);
  }

  /** A variable; failing that, the name of a subworkflow as a value. */
  #name(name: string, at: number): Code {
    const isRoutine = this.#context.document.isRoutine(name);
    return this.#variable(name, at, isRoutine ? functionValue(name) : undefined);
  }

  #variable(name: string, at: number, otherwise: Value | undefined): Code {
    const mustExist = otherwise === undefined;
    const reference = readVariable(this.#context, { name, position: this.#position(at), mustExist });
    return {
      run: (scope) => readReference(scope, reference, otherwise),
      suspends: false,
      constant: undefined,
    };
  }

  #member(syntax: Syntax & { kind: 'member' }): Code {
    const constant = this.#standardConstant(syntax);
    if (constant !== undefined) return constant;
    const object = this.compile(syntax.object);
    const key = this.compile(syntax.key);
    const fixed = key.constant;
    return {
      run:
        fixed === undefined
          ? (scope, host) => member(object.run(scope, host), key.run(scope, host))
          : (scope, host) => member(object.run(scope, host), fixed),
      suspends: object.suspends || key.suspends,
      constant: undefined,
    };
  }

  /** `http.default_retry` and the like. */
  #standardConstant(syntax: Syntax): Code | undefined {
    const constant = STANDARD_CONSTANTS.get(dottedName(syntax) ?? '');
    return constant === undefined ? undefined : constantCode(constant);
  }

  #list(items: readonly Syntax[]): Code {
    const codes = items.map((item) => this.compile(item));
    return {
      run: (scope, host) => codes.map((code) => code.run(scope, host)),
      suspends: codes.some((code) => code.suspends),
      constant: undefined,
    };
  }

  #map(entries: readonly (readonly [string, Syntax])[]): Code {
    const codes = entries.map(([key, value]) => [key, this.compile(value)] as const);
    return {
      run: (scope, host) => new Map(codes.map(([key, code]) => [key, code.run(scope, host)])),
      suspends: codes.some(([, code]) => code.suspends),
      constant: undefined,
    };
  }

  #unary(syntax: Syntax & { kind: 'unary' }): Code {
    const operand = this.compile(syntax.operand);
    const { operator } = syntax;
    return {
      run: (scope, host) => applyUnary(operator, operand.run(scope, host)),
      suspends: operand.suspends,
      constant: undefined,
    };
  }

  #binary(syntax: Syntax & { kind: 'binary' }): Code {
    const left = this.compile(syntax.left);
    const right = this.compile(syntax.right);
    return { run: binaryRun(syntax, left, right), suspends: left.suspends || right.suspends, constant: undefined };
  }

  #call(syntax: Syntax & { kind: 'call' }): Code {
    const args = syntax.args.map((arg) => this.compile(arg));
    const callable = checkPositional(this.#context, {
      name: syntax.name,
      given: args.length,
      position: this.#position(syntax.at),
    });
    if (callable === undefined) return constantCode(null);
    const names = callable.parameters.map((parameter) => parameter.name);
    const site: CallSite = { target: callable.target, names, position: this.#place.position };
    return callCode(site, args);
  }
}

function binaryRun(syntax: Syntax & { kind: 'binary' }, left: Code, right: Code): Code['run'] {
  const { operator } = syntax;
  if (operator === 'and' || operator === 'or') {
    const decides = operator === 'or';
    return (scope, host) =>
      toBoolean(operator, left.run(scope, host)) === decides ? decides : toBoolean(operator, right.run(scope, host));
  }
  return (scope, host) => applyBinary(operator, left.run(scope, host), right.run(scope, host));
}

function callCode(site: CallSite, args: readonly Code[]): Code {
  const standard = site.target.kind === 'standard' ? STANDARD_LIBRARY.get(site.target.name) : undefined;
  const evaluateAll = (scope: Scope, host: Parameters<Code['run']>[1]): Value[] =>
    args.map((arg) => arg.run(scope, host));
  const suspends = args.some((arg) => arg.suspends);
  if (standard?.kind === 'pure') {
    return {
      run: (scope, host) => standard.apply(filled(evaluateAll(scope, host), site)),
      suspends,
      constant: undefined,
    };
  }
  if (standard?.kind === 'asking') {
    const run: Code['run'] = (scope, host) =>
      host.once(site, () => standard.apply(filled(evaluateAll(scope, host), site), host));
    return { run, suspends, constant: undefined };
  }
  return { run: (scope, host) => host.call(site, evaluateAll(scope, host)), suspends: true, constant: undefined };
}

/** The arguments of a function of the library, with null for those left out. */
function filled(args: Value[], site: CallSite): Value[] {
  while (args.length < site.names.length) args.push(null);
  return args;
}

function readReference(scope: Scope, reference: Reference, otherwise: Value | undefined): Value {
  for (const place of reference.places) {
    let holder = scope;
    for (let up = place.up; up > 0 && holder.parent !== undefined; up -= 1) holder = holder.parent;
    const value = holder.slots[place.slot];
    if (value !== undefined) return value;
  }
  return otherwise ?? raise('KeyError', `key not found: ${reference.name}`);
}
