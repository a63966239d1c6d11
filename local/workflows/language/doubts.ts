/**
 * What public sources do not settle about Workflows, and what this interpreter does. Each wants one run on Google.
 * Listed here so that docs and tests take it from one place.
 */

export interface Doubt {
  readonly id: string;
  readonly question: string;
  readonly chosen: string;
}

export const DOUBTS: readonly Doubt[] = [
  { id: 'integer-overflow', question: 'Integer arithmetic beyond 64 bits.', chosen: 'ValueError.' },
  { id: 'remainder-sign', question: 'Sign of % with a negative side.', chosen: 'That of the divisor, as // floors.' },
  { id: 'string-plus-null', question: 'A string + null, a list or a map.', chosen: 'TypeError.' },
  { id: 'equality-across-types', question: '== between different types.', chosen: 'false; integers equal doubles.' },
  { id: 'double-text', question: 'Doubles without a fraction as text or JSON.', chosen: 'Without point: 4, not 4.0.' },
  {
    id: 'key-order',
    question: 'Order of keys() and of maps in JSON.',
    chosen: 'Sorted (seen in real results for JSON).',
  },
  {
    id: 'value-semantics',
    question: 'Whether a map or list assigned to a second variable is shared or copied.',
    chosen: 'Copied: changing one never changes the other.',
  },
  {
    id: 'unset-variable',
    question: 'Reading a variable that the source assigns somewhere, but that is not assigned yet.',
    chosen: 'KeyError at run time; a name that no visible scope assigns is refused at deployment.',
  },
  {
    id: 'iteration-scope',
    question: 'Whether variables made in a for body live on into the next iteration.',
    chosen: 'No: each iteration starts without them.',
  },
  {
    id: 'later-parent-variable',
    question: 'A branch assigns a name that the parent assigns only after the parallel step, without sharing it.',
    chosen: 'Refused at deployment.',
  },
  {
    id: 'branch-exits',
    question: 'return, next: end, and jumps out of a branch or loop body; break in a parallel for.',
    chosen: 'Refused at deployment; continue in a parallel for ends the iteration.',
  },
  {
    id: 'switch-next',
    question: 'Whether a matched condition without next takes the next of the switch.',
    chosen: 'No: it goes on below the switch.',
  },
  {
    id: 'retry-defaults',
    question: 'What a retry policy does whose parts are missing.',
    chosen: 'Always retries, 5 times, 1 s to 60 s, times 1.25.',
  },
  {
    id: 'error-tags',
    question: 'Wider tags beside the documented ones.',
    chosen:
      'KeyError and IndexError carry LookupError, ZeroDivisionError ArithmeticError, UnhandledBranchError RuntimeError.',
  },
  {
    id: 'branch-errors',
    question: 'Shape of the branches in an UnhandledBranchError.',
    chosen: '{id, error: {context, payload}}; the id of an iteration is its index as text.',
  },
  {
    id: 'limit-errors',
    question: 'Whether errors about limits can be caught.',
    chosen: 'No, except RecursionError and ParallelNestingError.',
  },
  {
    id: 'variable-sizes',
    question: 'How the 512 KB of variables are counted.',
    chosen: 'Bytes of text plus 8 for a scalar and 2 for each entry; main counts as the first of 20 calls.',
  },
  {
    id: 'step-count',
    question: 'What counts as a step.',
    chosen: 'Each step run, inline bodies included, and each poll.',
  },
  {
    id: 'header-names',
    question: 'Case of header names in responses.',
    chosen: 'Content-Type, as real error payloads show them.',
  },
  {
    id: 'json-body',
    question: 'A response that says it is JSON but is not, and an empty body.',
    chosen: 'ValueError (an HttpError keeps the text); null.',
  },
  { id: 'oauth2-hosts', question: 'OAuth2 for hosts that are not Google’s.', chosen: 'Sent.' },
  {
    id: 'connector-paths',
    question: 'Whether connectors URL-encode arguments that go into the path.',
    chosen: 'No: object names come encoded, as the samples do.',
  },
  {
    id: 'connector-arguments',
    question: 'Arguments that a connector does not know.',
    chosen: 'Refused at deployment, as are connectors that the local cloud does not serve.',
  },
  { id: 'flex-launch', question: 'Whether flexTemplates.launch waits for the job.', chosen: 'It does not.' },
  {
    id: 'regex-rewrite',
    question: 'Groups in the replacement of text.replace_all_regex.',
    chosen: '\\1 to \\9, \\0 for the whole match.',
  },
  {
    id: 'substring-bounds',
    question: 'text.substring outside of the string, and whether places count characters or bytes.',
    chosen: 'ValueError; characters.',
  },
  { id: 'map-delete', question: 'map.delete of a key that is not there.', chosen: 'A copy of the map, no error.' },
  { id: 'get-env-unknown', question: 'sys.get_env of an unknown name without default.', chosen: 'null.' },
  {
    id: 'deploy-messages',
    question: 'Wording of most problems found at deployment.',
    chosen: 'Own words, in the frame that Google uses: failed to build: error in step NAME: …',
  },
];
