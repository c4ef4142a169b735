// What `npm install` runs: builds the addon with CMake, without asking the network for anything.
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const build = path.join(__dirname, 'build');

function cmake(...args) {
  const { status, error } = spawnSync('cmake', args, { stdio: 'inherit' });
  if (error) console.error(`libbip is built with CMake and a C compiler: ${error.message}`);
  if (status !== 0) process.exit(1);
}

cmake('-S', __dirname, '-B', build, '-DCMAKE_BUILD_TYPE=Release');
cmake('--build', build, '--target', 'bip_node', '--parallel', '2');
