// Every thread loads the addon for itself.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { bip, folder, csv, importing, sample } = require('./support.js');

async function import_(file) {
  const store = bip.openStore(file, { create: true });
  store.change({ actor: 'worker' }, (c) => c.import(csv, importing));
  const series = (await store.progressionColumnsAsync()).length;
  let caught;
  try {
    store.progression({ participants: ['X'] });
  } catch (e) {
    caught = e instanceof bip.BipError && e.code;
  }
  store.close();
  return { series, caught };
}

// What is open when the thread is ended from outside.
async function leaveOpen(file) {
  const store = bip.openStore(file, { create: true, now: () => 0, read: () => { parentPort.postMessage('reading'); } });
  const stream = store.stream('instruments');
  await stream.next();
  const other = sample();
  other.progression()[Symbol.iterator]().next();
  other.begin('anna');
  sample({ read: () => { parentPort.postMessage('open'); for (;;); } }).textAsync('progression');
}

if (!isMainThread) {
  const { work, file } = workerData;
  if (work === 'import') import_(file).then((said) => parentPort.postMessage(said));
  else leaveOpen(file);
} else {
  const start = (work, file) => new Worker(__filename, { workerData: { work, file } });

  test('several threads at once, each with its own store', async (t) => {
    const made = folder(t);
    const said = await Promise.all([1, 2, 3, 4].map((i) => new Promise((resolve, reject) => {
      start('import', path.join(made, `${i}.bip`)).on('message', resolve).on('error', reject);
    })));
    for (const one of said) assert.deepEqual(one, { series: 1, caught: 'not_found' });
  });

  test('a thread that is ended in the middle of everything leaves the process well', async (t) => {
    const made = folder(t);
    for (let i = 0; i < 3; i++) {
      const worker = start('leave', path.join(made, `${i}.bip`));
      await new Promise((resolve, reject) => { worker.on('message', (what) => what === 'open' && resolve()).on('error', reject); });
      await worker.terminate();
    }
    assert.equal(bip.version().split('.').length, 3);
  });
}
