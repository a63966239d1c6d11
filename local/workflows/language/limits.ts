/**
 * The limits of Workflows that this interpreter enforces, each written once.
 * Source: https://cloud.google.com/workflows/quotas#resource_limits (sizes of values were also checked against public
 * reports of executions that met them).
 */

const KIB = 1024;

export const LIMITS = {
  /** Bytes of a workflow's source. */
  sourceBytes: 128 * KIB,
  /** Steps that one source may contain, and that one execution may run. */
  steps: 100_000,
  /** Assignments in one `assign` step. */
  assignments: 50,
  /** Conditions in one `switch` step. */
  conditions: 50,
  /** Characters of one expression, `${` and `}` not counted. */
  expressionCharacters: 400,
  /** Nested calls of subworkflows, `main` included. */
  callDepth: 20,
  /** Parameters of one subworkflow. */
  parameters: 10,
  /** Parameters of `main`. */
  mainParameters: 1,
  /** Branches of one `parallel` step: at least and at most. */
  branchesLeast: 2,
  branches: 10,
  /** Branches and iterations of one execution that run at the same time. */
  concurrentBranches: 20,
  /** `parallel` steps inside each other. */
  parallelDepth: 2,
  /** Branch errors listed in one UnhandledBranchError. */
  branchErrors: 100,
  /** Bytes of all variables of an execution. */
  variableBytes: 512 * KIB,
  /** Bytes of one string. */
  stringBytes: 256 * KIB,
  /** Bytes of an HTTP response. */
  responseBytes: 2 * KIB * KIB,
  /** Bytes of an execution's argument as JSON text. */
  argumentBytes: 32 * KIB,
  /** Seconds that one HTTP request may take: unless said, and at most. */
  httpTimeoutSeconds: 300,
  httpTimeoutSecondsMost: 1800,
  /** Seconds that a connector waits for what it started: unless said, and at most (one year). */
  connectorTimeoutSeconds: 1800,
  connectorTimeoutSecondsMost: 31_536_000,
  /** Seconds that `events.await_callback` waits unless said. */
  callbackTimeoutSeconds: 43_200,
} as const;
