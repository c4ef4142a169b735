// The README: what it shows runs and is short.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const test = require('node:test');
const { folder, root } = require('./support.js');

const here = path.join(__dirname, '..');
const readme = fs.readFileSync(path.join(here, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```js\n([^]*?)```/g)].map((match) => match[1]);

// Run as a file of a folder in which the package is installed.
function run(t, name, code) {
  const place = folder(t);
  fs.mkdirSync(path.join(place, 'node_modules'));
  fs.symlinkSync(here, path.join(place, 'node_modules', 'libbip'));
  fs.writeFileSync(path.join(place, name), code);
  return execFileSync(process.execPath, [name], { cwd: place, encoding: 'utf8' });
}

test('the quick start has at most ten lines, and runs', (t) => {
  const lines = examples[0].trim().split('\n');
  assert.ok(lines.length <= 10, `${lines.length} lines`);
  assert.equal(run(t, 'start.mjs', examples[0]), "everyday_coping forward [ 'observed', 'held' ]\n");
});

test('the statistics alone run too', (t) => {
  assert.equal(examples.length, 2);
  assert.match(run(t, 'statistics.cjs', examples[1]), /^Vardagshantering gick från 2 till 3/);
});

test('the package has the version of the library, and every file it names', () => {
  const made = JSON.parse(fs.readFileSync(path.join(here, 'package.json'), 'utf8'));
  const [, version] = /project\(bip VERSION (\S+)/.exec(fs.readFileSync(path.join(root, 'CMakeLists.txt'), 'utf8'));
  assert.equal(made.version, version);
  for (const file of [...made.files, made.main, made.types, ...Object.values(made.exports['.'].import), ...Object.values(made.exports['.'].require)]) {
    assert.ok(fs.existsSync(path.join(here, file)), file);
  }
});

test('the addon lists all its sources', () => {
  const listed = [...fs.readFileSync(path.join(here, 'CMakeLists.txt'), 'utf8').matchAll(/src\/(\w+\.c)/g)].map((m) => m[1]);
  assert.deepEqual(listed.sort(), fs.readdirSync(path.join(here, 'src')).filter((name) => name.endsWith('.c')).sort());
});

test('both kinds of modules give the same', async () => {
  const required = require('libbip');
  const { default: all, ...named } = await import('libbip');
  assert.equal(all, required);
  assert.deepEqual(Object.keys(named).sort(), Object.keys(required).sort());
  for (const name of Object.keys(named)) assert.equal(named[name], required[name]);
});
