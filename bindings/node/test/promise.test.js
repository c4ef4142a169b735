// The promise forms: on another thread, one after the other on a store, with callbacks that are called here.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { execFileSync } = require('node:child_process');
const test = require('node:test');
const { bip, folder, sample, now, whole, csv, importing } = require('./support.js');

const { openStore, openStoreAsync } = bip;

test('the promise forms do what the others do', async (t) => {
  const file = path.join(folder(t), 'team.bip');
  const store = await openStoreAsync(file, { create: true, now, lang: 'sv' });
  assert.equal(await store.langAsync(), 'sv');
  assert.equal(await store.todayAsync(), '2026-11-21');
  const id = await store.changeAsync({ actor: 'anna', reason: 'why' }, async (c) => {
    await c.addParticipantAsync('P-001', '2025-08-01');
    await c.setAttributeAsync('P-001', 'office', 'North');
    await c.keepRetentionAsync(100);
    await c.addInstrumentAsync({ ...JSON.parse(await store.textAsync('instrument', { instrument: 'employability' })), instrument: 'another' });
    const made = await c.recordAsync({ ...whole, participant: 'P-001', date: '2026-03-01', scores: { everyday_coping: 2 } });
    await c.correctAsync(made, { note: 'n' });
    await c.disputeAsync(made, 'no');
    return made;
  });
  assert.equal((await (await store.assessmentsAsync()).toArrayAsync())[0].id, id);
  assert.equal((await store.assessmentColumnsAsync()).assessments.length, 1);
  assert.equal((await store.progressionColumnsAsync(null, ['code'])).length, 1);
  assert.deepEqual((await store.retentionListAsync({ asOf: '2027-06-01' })).map((one) => one.participant), ['P-001']);
  assert.equal(await store.retentionDaysAsync(), 100);
  assert.equal(await store.tracesAsync(), false);
  await store.verifyAsync({ anchor: await store.textAsync('head') });
  await store.backupAsync(`${file}.copy`);
  await bip.checkInstrumentAsync(await store.writeAsync('instrument', { instrument: 'employability' }));
  const words = JSON.parse(await store.textAsync('words', { lang: 'en' }));
  assert.equal(await store.addWordsAsync({ ...words, lang: 'fi' }), 'fi');
  const other = await openStoreAsync(':memory:', { create: true, now });
  assert.equal((await other.changeAsync({ actor: 'a' }, (c) => c.mergeAsync(store))).added, 1);
  await store.changeAsync({ actor: 'a', reason: 'r' }, (c) => c.withdrawAsync(id));
  await store.changeAsync({ actor: 'a', reason: 'r' }, (c) => c.eraseRetentionAsync({ days: 1, asOf: '2027-06-01' }));
  assert.equal(await store.textAsync('participants'), '');
  const change = await other.beginAsync('a', 'r');
  await change.eraseParticipantAsync('P-001');
  await change.rollbackAsync();
  await store[Symbol.asyncDispose]();
  await other.closeAsync();
  await other.closeAsync();
});

test('the functions without a store have promise forms', async () => {
  const days = ['2026-01-01', '2026-04-01', '2026-07-01'];
  const rules = { scaleMin: 1, scaleMax: 5, smallestStep: 1 };
  const series = await bip.seriesAsync(days, [1, 2, 3], rules);
  assert.deepEqual(series, bip.series(days, [1, 2, 3], rules));
  assert.equal(await bip.sentenceAsync(series, { title: 'A' }), bip.sentence(series, { title: 'A' }));
  const axes = [{ title: 'A', scaleMin: 1, scaleMax: 5 }];
  assert.equal(await bip.spiderAsync(axes, [{ scores: [1] }]), bip.spider(axes, [{ scores: [1] }]));
  const panels = [{ title: 'A', rules, days, scores: [1, null, 3] }];
  assert.equal(await bip.timelineAsync(panels), bip.timeline(panels));
  await assert.rejects(bip.seriesAsync(days, [1, 2, 9], {}), { code: 'usage' });
});

test('failures and wrong types reject, they don\'t throw', async () => {
  const store = sample();
  for (const [call, wanted] of [
    [() => openStoreAsync('/no/such/store.bip'), { code: 'not_found' }],
    [() => openStoreAsync(7), { name: 'TypeError' }],
    [() => store.writeAsync('no such'), { code: 'usage' }],
    [() => store.progressionAsync({ participants: ['X'] }), { code: 'not_found' }],
    [() => store.progressionAsync({ participants: 'X' }), { name: 'TypeError' }],
    [() => store.changeAsync({ actor: 'a' }, (c) => c.addParticipantAsync('P-001')), { code: 'conflict' }],
    [() => store.changeAsync({ actor: 'a' }, (c) => c.mergeAsync({})), { name: 'TypeError' }],
    [() => store.changeAsync({ actor: 'a' }, () => { throw new RangeError('mine'); }), { name: 'RangeError' }],
  ]) await assert.rejects(call, wanted);
  assert.doesNotMatch(await store.textAsync('participants'), /P-003/);
  store.close();
});

test('calls on one store are done in the order they were made', async () => {
  const store = openStore(':memory:', { create: true, now });
  const done = [];
  const change = store.beginAsync('anna'); // not awaited
  const note = (what) => done.push(what);
  const c = await change;
  const all = Array.from({ length: 40 }, (_, i) => c.addParticipantAsync(`P-${100 + i}`).then(() => note(i)));
  const commit = c.commitAsync().then(() => note('commit'));
  const text = store.textAsync('participants').then((said) => { note('text'); return said.trim().split('\n').length; });
  assert.throws(() => store.today(), { code: 'usage' }, 'the store is in use');
  await Promise.all([...all, commit]);
  assert.equal(await text, 40);
  assert.deepEqual(done, [...Array(40).keys(), 'commit', 'text']);
  assert.equal(store.today(), '2026-11-21');
  store.close();
});

test('different stores don\'t wait for one another, a merge waits for both', async () => {
  const stores = Array.from({ length: 12 }, () => openStore(':memory:', { create: true, now }));
  await Promise.all(stores.map((store) => store.changeAsync({ actor: 'a' }, (c) => c.importAsync(csv, importing))));
  const texts = stores.map((store) => store.textAsync('participants'));
  const pairs = stores.filter((_, i) => i % 2).map((store, i) =>
    store.changeAsync({ actor: 'a' }, async (c) => (await c.mergeAsync(stores[2 * i])).added));
  assert.equal(new Set(await Promise.all(texts)).size, 1);
  assert.deepEqual(await Promise.all(pairs), [3, 3, 3, 3, 3, 3]);
  await Promise.all(stores.map((store) => store.closeAsync()));
});

test('close waits for what was asked before, and refuses what comes after', async () => {
  const store = sample();
  const before = store.textAsync('json');
  const closing = store.closeAsync();
  const after = assert.rejects(store.textAsync('json'), { code: 'usage' });
  assert.match(await before, /bip-store-1/);
  await Promise.all([closing, after]);
});

test('changes of one store wait for one another, and whoever fails lets the next one go on', async () => {
  const store = sample();
  const order = [];
  const record = (n, fails = false) => store.changeAsync({ actor: 'a' }, async (c) => {
    order.push(`begin ${n}`);
    await c.addParticipantAsync(`Q-${n}`);
    await new Promise(setImmediate);
    order.push(`end ${n}`);
    if (fails) throw new RangeError('mine');
    return n;
  });
  const all = await Promise.allSettled([record(1), record(2, true), store.changeAsync({ actor: '' }, () => {}), record(3)]);
  assert.deepEqual(all.map((one) => one.value ?? one.reason.code ?? one.reason.message), [1, 'mine', 'refused', 3]);
  assert.deepEqual(order, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  assert.deepEqual(store.text('participants').match(/Q-\d/g), ['Q-1', 'Q-3']);
  store.close();
});

test('a change inside another of the same store is refused, not waited for', async () => {
  const store = sample();
  const other = sample();
  const inner = () => store.changeAsync({ actor: 'b' }, () => {});
  await assert.rejects(store.changeAsync({ actor: 'a' }, inner), { code: 'usage' });
  await assert.rejects(store.changeAsync({ actor: 'a' }, () => other.changeAsync({ actor: 'a' }, inner)), { code: 'usage' });
  let later;
  await store.changeAsync({ actor: 'a' }, () => { later = new Promise(setImmediate).then(inner); }); // its work is over by then
  await later;
  await inner();
  store.close();
  other.close();
});

test('a stream gives the document, and no faster than it is taken', async () => {
  const store = sample();
  const whole = store.write('json');
  const parts = [];
  for await (const chunk of store.stream('json')) {
    parts.push(chunk);
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  assert.deepEqual(Buffer.concat(parts), whole);
  let n = 0;
  await pipeline(Readable.from(store.stream('json')), async (source) => { for await (const chunk of source) n += chunk.length; });
  assert.equal(n, whole.length);
  await assert.rejects(store.stream('nothing').next(), { code: 'usage' });
  assert.throws(() => { throw store.stream(7).next; });
  store.close();
});

test('a reader that goes away leaves the stream, and the store is free', async () => {
  const store = sample();
  const response = new Writable({ write(chunk, encoding, done) { this.destroy(); done(); } });
  await assert.rejects(pipeline(store.stream('json'), response), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  assert.equal(store.today(), '2026-11-21');
  store.close();
});

test('who leaves a stream ends it, and the store is free', async () => {
  const store = sample();
  store.change({ actor: 'a' }, (c) => {
    const rows = Array.from({ length: 3000 }, (_, i) => `Q-${i},2026-01-01,participant,everyday_coping,3\n`);
    c.import(`participant,date,respondent,indicator,score\n${rows.join('')}`, importing);
  });
  let chunks = 0;
  for await (const chunk of store.stream('json')) {
    assert.ok(chunk.length > 0);
    if (++chunks === 2) break;
  }
  assert.equal(chunks, 2);
  assert.equal(await store.todayAsync(), '2026-11-21');
  assert.equal(store.today(), '2026-11-21');
  await assert.rejects(async () => { for await (const _ of store.stream('json')) throw new RangeError('mine'); }, { name: 'RangeError' });
  await assert.rejects(store.writeToAsync('json', null, null, async () => { throw new RangeError('mine'); }), { name: 'RangeError' });
  await assert.rejects(store.writeToAsync('json', null, null, async () => false), { code: 'cancelled' });
  store.close();
});

test('a chunk in shared memory holds until its promise is kept', async () => {
  const store = sample();
  await store.changeAsync({ actor: 'anna' }, (c) => { for (let i = 0; i < 6000; i++) c.addParticipant(`Q-${i}`); });
  const pieces = [];
  await store.writeToAsync('json', null, null, async (chunk) => {
    await new Promise(setImmediate);
    pieces.push(chunk.toString());
  }, { reuse: true });
  assert.ok(pieces.length > 3);
  assert.equal(pieces.join(''), store.text('json'));
  store.close();
});

test('callbacks are called on this thread, and what they throw comes out', async () => {
  const mine = new Error('mine');
  const told = [];
  let drawn = 0;
  const store = sample({ now: () => now, random: (n) => Buffer.alloc(n, ++drawn), read: (what, who) => { told.push(who); } });
  await store.textAsync('progression');
  assert.deepEqual(told, ['P-001', 'P-002']);
  const bad = csv.replace(',1\n', ',99\n').replace(',3\n', ',98\n');
  const issues = [];
  const failing = (onIssue) => store.changeAsync({ actor: 'a' }, (c) => c.importAsync(bad, { ...importing, onIssue }));
  await assert.rejects(failing((issue) => { issues.push(issue.line); }), { code: 'refused' });
  assert.deepEqual(issues, [2, 3]);
  await assert.rejects(failing(() => { throw mine; }), (e) => e === mine);
  await assert.rejects(failing(() => false), { code: 'cancelled' });
  const blind = sample({ read: () => { throw mine; } });
  await assert.rejects(blind.textAsync('progression'), (e) => e === mine);
  await assert.rejects(async () => { for await (const _ of blind.progression()); }, (e) => e === mine);
  blind.close();
  store.close();
});

test('an import takes streams, and waits for them', async () => {
  async function* slowly() {
    for (const piece of csv.match(/[^]{1,9}/g)) {
      await new Promise(setImmediate);
      yield piece;
    }
  }
  const pieces = [csv, null];
  for (const source of [csv, [csv], slowly(), Readable.from([csv]), () => pieces.shift(), async () => null]) {
    const store = openStore(':memory:', { create: true, now });
    const work = store.changeAsync({ actor: 'a' }, (c) => c.importAsync(source, importing));
    if (typeof source === 'function' && pieces.length === 0) await work.catch(() => {});
    else assert.equal((await work).added, 3);
    store.close();
  }
  const store = openStore(':memory:', { create: true, now });
  const broken = Readable.from((async function* broken() { yield 'participant,'; throw new RangeError('mine'); })());
  await assert.rejects(store.changeAsync({ actor: 'a' }, (c) => c.importAsync(broken, importing)), { name: 'RangeError' });
  store.close();
});

test('interrupt ends what is going on', async () => {
  const store = sample();
  const seen = [];
  const work = store.writeToAsync('json', null, null, () => { seen.push(1); store.interrupt(); });
  await work.catch((e) => assert.equal(e.code, 'cancelled')); // small enough, it may have been over
  assert.ok(seen.length >= 1);
  assert.match(await store.textAsync('participants'), /P-001/);
  store.close();
});

test('a process ends although somebody has left a stream open', () => {
  const script = `const { openStore } = require('libbip');
    const store = openStore(':memory:', { create: true });
    const stream = store.stream('instruments');
    stream.next().then(() => console.log('first'));`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { cwd: path.join(__dirname, '..'), encoding: 'utf8', timeout: 60000 }), 'first\n');
});
