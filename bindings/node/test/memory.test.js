// Who keeps whom alive, whatever the collector takes first. `npm test` gives it --expose-gc.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { bip, folder, sample, collect, csv, importing, now } = require('./support.js');

test('a cursor keeps its store alive', async () => {
  const rows = sample().progression()[Symbol.iterator]();
  await collect();
  assert.equal(rows.next().value.participant, 'P-001');
  await collect();
  assert.equal([...{ [Symbol.iterator]: () => rows }].length, 1);
});

test('a change keeps its store alive', async () => {
  const change = sample().begin('anna');
  await collect();
  change.addParticipant('P-003');
  await collect();
  assert.match(change.commit(), /./);
});

test('a call that is going on keeps its store alive', async () => {
  const texts = Array.from({ length: 20 }, () => sample().textAsync('json'));
  await collect();
  for (const text of await Promise.all(texts)) assert.match(text, /bip-store-1/);
});

test('what was left open and collected is closed: the store can be changed', async () => {
  const store = sample();
  (() => {
    for (let i = 0; i < 50; i++) store.progression()[Symbol.iterator]().next();
    store.begin('nobody');
  })();
  await collect();
  await collect();
  store.change({ actor: 'anna' }, (c) => c.addParticipant('P-003'));
  store.close();
});

test('what is collected while the store is in use is closed after that', async () => {
  const store = sample();
  (() => { store.progression()[Symbol.iterator]().next(); })();
  let chunks = 0;
  await store.writeToAsync('json', null, null, async () => {
    chunks++;
    await collect();
  });
  store.writeTo('json', null, null, () => { global.gc(); });
  assert.ok(chunks > 0);
  store.change({ actor: 'anna' }, (c) => c.addParticipant('P-003'));
  store.close();
});

test('stores that nobody closed are closed by the collector', async (t) => {
  const file = path.join(folder(t), 'team.bip');
  bip.openStore(file, { create: true }).close();
  for (let round = 0; round < 5; round++) { // each holds the file until it is collected
    (() => { bip.openStore(file, { write: true, waitMs: 1 }).begin('anna').addParticipant(`P-${round}`); })();
    await collect();
  }
});

test('in any order: children before, after and without their store', async () => {
  for (let round = 0; round < 8; round++) {
    let store = sample();
    let cursor = store.assessments();
    let rows = cursor[Symbol.iterator]();
    rows.next();
    let change = store.begin('anna');
    const drop = [() => { store = null; }, () => { cursor = rows = null; }, () => { change = null; }];
    if (round & 4) store.close();
    for (let i = 0; i < 3; i++) {
      drop[(round + i) % 3]();
      await collect();
    }
  }
});

test('arrays outlive the store they came from', async () => {
  const columns = (() => {
    const store = bip.openStore(':memory:', { create: true, now });
    store.change({ actor: 'a' }, (c) => c.import(csv, importing));
    const all = store.progressionColumns();
    store.close();
    return all;
  })();
  await collect();
  assert.deepEqual([...columns.mean], [2]);
  const text = sample().write('json');
  await collect();
  assert.match(text.toString(), /^\{"schema":"bip-store-1"/);
});

test('reading again and again does not grow', async () => {
  const store = sample();
  const work = () => {
    for (let i = 0; i < 300; i++) {
      store.write('json');
      store.progressionColumns();
      store.progression().toArray();
      assert.throws(() => store.progression({ participants: ['X'] }));
      assert.throws(() => store.progression({ participants: 'X' }));
    }
  };
  work();
  await collect();
  const before = process.memoryUsage().rss;
  work();
  await collect();
  assert.ok(process.memoryUsage().rss - before < 48e6);
  store.close();
});
