#!/usr/bin/env node
// Starts the Functions Framework in the image of a function, with what the build of the image has compiled.
'use strict';
const { join } = require('node:path');
const { load } = require('./kept-code.cjs');

const IMAGE = join(__dirname, '../../..');
const FRAMEWORK = join(__dirname, 'framework.js');

load(FRAMEWORK);
// The framework will find it loaded.
load(join(IMAGE, require(join(IMAGE, 'package.json')).main));
require(FRAMEWORK).start();
