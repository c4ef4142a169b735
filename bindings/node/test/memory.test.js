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

// Without a turn of the loop in between the engine collects only what is its own.
test('reading in a row does not pile up what was read', () => {
  const store = sample();
  const work = (n) => {
    for (let i = 0; i < n; i++) {
      store.progression().close();
      for (const series of store.progression()) assert.ok(series);
      store.write('form', { instrument: 'employability', forRole: 'participant' });
      store.progressionColumns();
    }
  };
  work(200);
  const before = process.memoryUsage().rss;
  work(1500);
  assert.ok(process.memoryUsage().rss - before < 48e6);
  store.close();
});

// Columns of more than 2 MB lie in memory of their own, which grows by other means than that of small ones.
const indicators = ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7', 'i8', 'i9', 'i10'];
const scoreOf = (person, item) => (person * 7 + item * 3) % 5 + 1;

function crowd(people) {
  const store = bip.openStore(':memory:', { create: true, now });
  const rows = Array.from({ length: people }, (_, p) =>
    `P-${p},2026-01-12,participant,${indicators.map((_, i) => scoreOf(p, i)).join()}`);
  store.change({ actor: 'anna' }, (c) => {
    c.addInstrument({ instrument: 'crowd', version: '1', title: { en: 'C' }, respondents: [{ code: 'participant', title: { en: 'P' } }],
      scales: [{ code: 'five', min: 1, max: 5 }], indicators: indicators.map((code) => ({ code, title: { en: code.toUpperCase() }, scale: 'five' })) });
    c.import(`participant,date,respondent,${indicators.join()}\n${rows.join('\n')}\n`, { ...importing, instrument: 'crowd' });
  });
  return store;
}

test('large columns hold what small ones do, and go when they are collected', async () => {
  const people = 34000; // so many that their number needs 32 bits
  const store = crowd(people);
  const check = ({ assessments, scores }) => {
    assert.equal(assessments.length, people);
    assert.equal(scores.length, people * indicators.length);
    const [codes, order] = [assessments.participant, scores.assessment];
    for (let row = 0; row < scores.length; row++) {
      if (row % indicators.length === 0) assert.equal(order[row], row / indicators.length);
      const person = Number(codes.values[codes.codes[order[row]]].slice(2));
      if (scores.number[row] !== scoreOf(person, row % indicators.length)) assert.fail(`row ${row}`);
    }
    assert.ok(scores.number.byteLength > 2 << 20);
    assert.ok(order instanceof Int32Array && scores.indicator.codes instanceof Int8Array);
  };
  check(store.assessmentColumns());
  check(await store.assessmentColumnsAsync());
  await collect();
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 12; i++) {
    store.assessmentColumns();
    await collect();
  }
  assert.ok(process.memoryUsage().rss - before < 48e6);
  store.close();
});
