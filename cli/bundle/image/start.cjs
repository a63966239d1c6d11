#!/usr/bin/env node
// Starts the Functions Framework in the image of a function, with what the build of the image has compiled.
'use strict';
const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');

const compiled = join(__dirname, '../../../compiled');
// Without it everything is compiled as it is needed, which takes longer and is otherwise the same.
if (existsSync(compiled)) enableCompileCache(compiled);
require('./framework.js').start();
