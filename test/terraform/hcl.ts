// Owns how tests read HCL: the parser, without its own types, which would bring the browser's into every file's.
import { createRequire } from 'node:module';

interface Hcl {
  /** A file's blocks and attributes as JSON; `fileName` is for messages. */
  parse(fileName: string, contents: string): Promise<Record<string, unknown>>;
  /** The syntax tree of one expression; null when it has none. */
  getExpressionAst(fileName: string, expression: string): Promise<unknown>;
}

const require = createRequire(import.meta.url);

/** HashiCorp's own grammar, compiled to WebAssembly. */
export const hcl = require('@cdktf/hcl2json') as Hcl;
