// Loads the bundles of an image with what V8 has compiled of them in the image's build, where it is kept once they have run. What
// Node keeps by itself is made before a file runs, so it is without most of its functions: they are compiled when they are called.
'use strict';
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join } = require('node:path');
const { constants, Script } = require('node:vm');

const FOLDER = join(__dirname, '../../../compiled');
const loaded = [];

/**
 * Runs a file so that whoever requires it finds it. What does not fit this V8 is rejected by it and compiled anew: without what
 * was kept everything takes longer and is otherwise the same.
 */
exports.load = function load(file) {
  const kept = join(FOLDER, `${basename(file)}.kept`);
  const [before, after] = Module.wrapper;
  const script = new Script(`${before}${readFileSync(file, 'utf8')}${after}`, {
    filename: file,
    // Places in crashes are those of the file.
    columnOffset: -before.length,
    cachedData: existsSync(kept) ? readFileSync(kept) : undefined,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = new Module(file);
  module.filename = file;
  require.cache[file] = module;
  const { exports } = module;
  script.runInThisContext().call(exports, exports, Module.createRequire(file), module, file, dirname(file));
  module.loaded = true;
  loaded.push({ kept, script });
};

/** Keeps what was compiled of all that was loaded. */
exports.keep = function keep() {
  mkdirSync(FOLDER, { recursive: true });
  for (const { kept, script } of loaded) writeFileSync(kept, script.createCachedData());
};
