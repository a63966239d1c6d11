// Writes the compile cache soon after a process has started, while it still runs: a killed one would leave nothing.
import { flushCompileCache } from 'node:module';

const STARTED_MS = 4000;
setTimeout(() => flushCompileCache(), STARTED_MS).unref();
