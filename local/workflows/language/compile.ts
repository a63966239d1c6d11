/** Compiles the source of a workflow: everything that Workflows would refuse at deployment is refused here, all at once. */
import { readDocument } from './document/read-document.ts';
import { readSource } from './document/source.ts';
import { LIMITS } from './limits.ts';
import { Problems, type Problem } from './problems.ts';
import type { Program } from './program.ts';

export type Compiled =
  | { readonly kind: 'compiled'; readonly program: Program }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** @param source YAML or JSON text */
export function compileWorkflow(source: string): Compiled {
  const problems = new Problems();
  const bytes = Buffer.byteLength(source, 'utf8');
  if (bytes > LIMITS.sourceBytes) {
    problems.add({ line: 1, column: 1 }, `the source has ${bytes} bytes, more than the ${LIMITS.sourceBytes} allowed`);
    return { kind: 'invalid', problems: problems.list() };
  }
  const root = readSource(source, problems);
  if (root === undefined || problems.count > 0) return { kind: 'invalid', problems: problems.list() };
  const program = readDocument(root, problems);
  return problems.count === 0 ? { kind: 'compiled', program } : { kind: 'invalid', problems: problems.list() };
}
