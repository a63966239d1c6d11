/** The keys that a step may have. */

/** The keys of which a step has at most one, each with what else belongs to it. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  assign: [],
  call: ['args', 'result'],
  switch: [],
  for: [],
  parallel: [],
  try: ['retry', 'except'],
  raise: [],
  return: [],
  steps: [],
};

export const STEP_KEYS: readonly string[] = [...Object.keys(ACTIONS), ...Object.values(ACTIONS).flat(), 'next'];

/** Words that `next` understands by themselves, so that no step can be reached under them. */
export const RESERVED_TARGETS = ['end', 'break', 'continue'] as const;
