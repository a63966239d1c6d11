// Run by the build of an image (`gcp-build`): starts the function once, where nothing can be reached, asks it something, and keeps
// what V8 has compiled meanwhile. Only that machine knows its version of Node, so it cannot be kept in the zip.
'use strict';
const http = require('node:http');
const { join } = require('node:path');
const { main, name, settings } = require('./package.json');

const NOWHERE = 'http://127.0.0.1:9';
const FRAMEWORK = './node_modules/@google-cloud/functions-framework';
const { keep } = require(`${FRAMEWORK}/kept-code.cjs`);
/** Long enough for what is retried, short enough for a build. */
const GIVE_UP_MS = 10_000;
const SETTLE_MS = 1000;

for (const setting of settings) process.env[setting] ??= NOWHERE;
Object.assign(process.env, {
  NODE_ENV: 'production',
  FUNCTION_TARGET: name,
  FUNCTION_SOURCE: join(__dirname, main),
  PORT: '0',
  // No call may leave: a build has an account of its own.
  STORAGE_EMULATOR_HOST: NOWHERE,
  PUBSUB_EMULATOR_HOST: NOWHERE,
  BIGQUERY_EMULATOR_HOST: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  METADATA_SERVER_DETECTION: 'none',
});

/** An image without it starts more slowly, so nothing here may fail the build. */
function end(outcome) {
  process.stdout.write(`${name}: ${outcome}\n`);
  keep();
  process.exit(0);
}

function ask(port, method, path, body) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer tw_${'A'.repeat(43)}`, 'content-type': 'application/json' };
    const request = http.request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      response.resume().once('end', resolve);
    });
    request.once('error', resolve);
    request.end(body);
  });
}

setTimeout(() => end('asked in vain, what was compiled is kept'), GIVE_UP_MS).unref();
process.once('uncaughtException', () => end('failed, what was compiled is kept'));
const { listen } = http.Server.prototype;
http.Server.prototype.listen = function keepCompiled(...given) {
  this.once('listening', async () => {
    const { port } = this.address();
    await ask(port, 'GET', '/healthz');
    await ask(port, 'POST', '/v1/events', '{"events":[]}');
    setTimeout(() => end('compiled'), SETTLE_MS);
  });
  return listen.apply(this, given);
};
require(`${FRAMEWORK}/main.js`);
