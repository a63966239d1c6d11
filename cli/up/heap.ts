// Owns how much memory Node may take in the processes of a platform: left alone, V8 lets a heap grow by what the machine has.

/** As Node has it in a function of 512 MiB, where it follows the memory of the container. */
export const FUNCTION_HEAP = ['--max-old-space-size=256'] as const;

/** What is young waits less for its collection than elsewhere, because the process also holds a database. */
export const CLOUD_HEAP = ['--max-old-space-size=192', '--max-semi-space-size=4'] as const;
