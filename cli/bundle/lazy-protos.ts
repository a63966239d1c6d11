// Owns keeping descriptions of Google's APIs out of the start of a function: a plugin of esbuild for the generated files of its clients.
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Megabytes of generated classes, which the clients pass on to whoever imports them and hardly use themselves. */
const STATIC_PROTOS =
  /\/node_modules\/(?:@google-cloud\/[\w-]+\/build\/protos\/protos|google-gax\/build\/protos\/(?:iam_service|locations|operations|compute_operations))\.js$/;
/** The same as data, which the clients do use. */
const JSON_PROTOS = /\/node_modules\/(?:@google-cloud\/[\w-]+|google-gax)\/build\/protos\/\w+\.json$/;
/** What a static module exports, all of it made when it is run. */
const EXPORTED = ['google'] as const;

/**
 * Runs the classes only when somebody looks at them, and parses descriptions as JSON, which V8 does twice as fast as the same
 * object written out. Nothing else about the clients changes.
 */
export const lazyProtos: Plugin = {
  name: 'lazy-protos',
  setup(build) {
    build.onLoad({ filter: STATIC_PROTOS }, async ({ path, suffix }) => {
      if (suffix !== '') return { contents: await readFile(path, 'utf8'), loader: 'js' };
      // The very file once more, under a name of its own.
      const real = JSON.stringify(`${path}?run`);
      const getters = EXPORTED.map((name) => `get ${name}() { return require(${real}).${name}; }`);
      return { contents: `module.exports = { ${getters.join(', ')} };`, loader: 'js' };
    });
    build.onLoad({ filter: JSON_PROTOS }, async ({ path }) => {
      const compact = JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
      return { contents: `module.exports = JSON.parse(${JSON.stringify(compact)});`, loader: 'js' };
    });
  },
};
