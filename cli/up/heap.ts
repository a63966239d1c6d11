// Owns how much memory Node may take in the processes of a platform: left alone, V8 lets a heap grow by what the machine has.

/** As Node has it in a function of 512 MiB, where it follows the memory of the container. */
export const FUNCTION_HEAP = ['--max-old-space-size=256'] as const;

/** What is young waits less for its collection than elsewhere, because the process also holds a database. */
export const CLOUD_HEAP = ['--max-old-space-size=192', '--max-semi-space-size=4'] as const;

/**
 * How glibc keeps memory outside of V8's heap (mallopt(3)); other systems do not look at it. One arena instead of
 * eight for each core, and what is free at its end goes back: an arena a thread keeps the most that thread ever had.
 */
export const NATIVE_MEMORY = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' } as const;
