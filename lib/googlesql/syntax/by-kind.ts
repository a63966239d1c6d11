/** One rule per kind of node: how the front end tells nodes apart. */

/** A table with a rule for every kind of a union of nodes. */
export type RulesByKind<Node extends { readonly kind: string }, Rest extends readonly unknown[], Result> = {
  readonly [Kind in Node['kind']]: (node: Extract<Node, { readonly kind: Kind }>, ...rest: Rest) => Result;
};

/** Applies the rule for the node's kind. */
export function byKind<Node extends { readonly kind: string }, Rest extends readonly unknown[], Result>(
  rules: RulesByKind<Node, Rest, Result>,
  node: Node,
  ...rest: Rest
): Result {
  // The table's type pairs every kind with a rule for just that kind, which TypeScript cannot follow through the index.
  const rule = rules[node.kind as Node['kind']] as (node: Node, ...rest: Rest) => Result;
  return rule(node, ...rest);
}
