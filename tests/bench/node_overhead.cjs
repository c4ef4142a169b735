// What Node costs beside C, on one store: the same progression as columns, objects and JSON.
//
//     node node_overhead.cjs columns|objects|JSON|chunks STORE    one of them, for tests/bench/run to measure
//     node node_overhead.cjs compare STORE WORK [ROUNDS]   all of them beside typed and bip, in turn: medians of user CPU
//
// It takes the binding of this checkout, with the addon that LIBBIP_ADDON names. WORK is the working folder of the bench, with
// `typed` and `build/bip`. What is measured is the binding: so it is loaded by require and the sums are written without a
// stream, which spares a fiftieth of the cursor's time.
'use strict';

const { readFileSync, writeSync } = require('node:fs');
const { openStore } = require('../../bindings/node');

const [what, path, work, rounds = '3'] = process.argv.slice(2);

const kinds = {
  columns(store) {
    say({ series: store.progressionColumns().length });
  },

  // The sums that typed.c takes.
  objects(store) {
    const sums = { series: 0, scores: 0, s: 0, slopes: 0, theil_sen: 0 };
    for (const one of store.progression()) {
      sums.series++;
      sums.scores += one.n;
      sums.s += one.mkS;
      sums.slopes += one.olsPer90Days ?? 0;
      sums.theil_sen += one.tsPer90Days ?? 0;
    }
    say(sums);
  },

  // In one piece of memory, for who is done with each chunk at once.
  JSON(store) {
    write(store, { reuse: true });
  },

  // In chunks to keep.
  chunks(store) {
    write(store);
  },

  compare() {
    const typed = [`${work}/typed`, path];
    const json = [`${work}/build/bip`, '-s', path, '--json', 'progression', '--all'];
    for (const [name, beside, most] of [['columns', typed, 1.5], ['objects', typed, 10], ['JSON', json, 1.2]]) {
      const ours = [process.execPath, process.argv[1], name, path];
      const figures = Array.from({ length: Number(rounds) }, () => [userSeconds(beside), userSeconds(ours)]);
      const [c, node, ratio] = [(f) => f[0], (f) => f[1], (f) => f[1] / f[0]].map((of) => median(figures.map(of)));
      console.log(`${name}: C ${c.toFixed(2)} s, Node ${node.toFixed(2)} s of user CPU, ${ratio.toFixed(2)} times, at most ${most}`);
    }
  },
};

function say(sums) {
  writeSync(1, `${JSON.stringify(sums)}\n`);
}

function write(store, options) {
  let bytes = 0;
  store.writeTo('progression', null, null, (chunk) => { bytes += chunk.length; }, options);
  say({ bytes });
}

// User CPU of the children that have ended, from Linux: in hundredths, the 16th field of stat.
function childSeconds() {
  return Number(readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ')[13]) / 100;
}

function userSeconds([program, ...args]) {
  const { spawnSync } = require('node:child_process'); // not where one run is measured
  const before = childSeconds();
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw error ?? new Error(`${program} failed`);
  return childSeconds() - before;
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

const store = what === 'compare' ? null : openStore(path);
kinds[what](store);
store?.close();
