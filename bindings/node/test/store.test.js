// A store through its life: what is recorded, what is refused, and what happens after the end.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { bip, folder, sample, now, whole, csv, importing } = require('./support.js');

const { openStore, BipError, Store, Change, Cursor } = bip;
const usage = { name: 'BipError', code: 'usage' };

test('a store is made, closed, and opened again for reading', (t) => {
  const file = path.join(folder(t), 'team.bip');
  openStore(file, { create: true, lang: 'da' }).close();
  const store = openStore(file);
  assert.equal(store.lang(), 'da');
  assert.throws(() => store.begin('anna'), { code: 'read_only' });
  assert.throws(() => openStore(file, { create: true }), { code: 'conflict' });
  assert.throws(() => openStore(`${file}x`), { name: 'BipError', code: 'not_found', status: 4 });
  store.close();
});

test('an error has the library\'s word, place and message', () => {
  const store = sample();
  assert.throws(() => store.change({ actor: 'a' }, (c) => c.record({ ...whole, participant: 'P-001', date: '2026-08-01', scores: { everyday_coping: 9 } })), (e) => {
    assert.ok(e instanceof BipError && e instanceof Error);
    assert.equal(e.code, 'refused');
    assert.equal(e.status, bip.constants.BIP_E_REFUSED);
    assert.match(e.where, /everyday_coping/);
    assert.match(e.message, /1\.\.5/);
    assert.match(e.stack, /^BipError: .*\n +at /);
    return true;
  });
  assert.throws(() => bip.parseDate('2026-02-30'), { code: 'refused' });
  assert.throws(() => store.progression({ asOf: '1 May' }), { code: 'refused' });
  store.close();
});

test('scores come back as they were recorded', () => {
  const store = sample();
  const [first, second, third] = store.assessments();
  assert.equal(first.scores.everyday_coping, 2);
  assert.equal(first.scores.cooperation, 'declined');
  assert.equal(first.scores.job_search, null);
  assert.equal(second.rater, 'H07');
  assert.equal(third.note, 'En rad.');
  assert.equal(third.recordedMs, now);
  const position = Object.values(second.scores);
  const id = store.change({ actor: 'a' }, (c) => c.record({ ...whole, participant: 'P-002', date: '2026-07-01', scores: position }));
  assert.deepEqual(store.assessments({ participants: ['P-002'] }).toArray().at(-1).scores, second.scores);
  assert.equal(store.assessments({ participants: ['P-002'] }).toArray().at(-1).id, id);
  store.close();
});

test('a change corrects, disputes and withdraws', () => {
  const store = sample();
  const { id } = store.assessments().toArray()[0];
  store.change({ actor: 'bo', reason: 'typed wrongly' }, (c) => {
    c.correct(id, { scores: { everyday_coping: 4, cooperation: null }, note: 'corrected' });
    assert.match(c.dispute(id, 'I see it otherwise.'), /\.\d+$/);
  });
  const [corrected] = store.assessments();
  assert.deepEqual([corrected.revision, corrected.actor, corrected.note], [1, 'bo', 'corrected']);
  assert.deepEqual([corrected.scores.everyday_coping, corrected.scores.cooperation], [4, null]);
  store.change({ actor: 'bo', reason: 'another person' }, (c) => c.withdraw(id));
  assert.equal(store.assessments().toArray().length, 2);
  assert.throws(() => store.change({ actor: 'bo', reason: 'again' }, (c) => c.withdraw(id)), { code: 'conflict' });
  store.close();
});

test('participants have attributes, and are erased with everything', () => {
  const store = sample();
  store.change({ actor: 'a' }, (c) => {
    c.setAttribute('P-001', 'office', 'North');
    c.setAttribute('P-002', 'office', 'South');
    c.setAttribute('P-002', 'office', null);
  });
  assert.match(store.text('participants'), /"P-001".*"office":"North"/);
  assert.doesNotMatch(store.text('participants'), /South/);
  store.change({ actor: 'a', reason: 'asked for it' }, (c) => c.eraseParticipant('P-001'));
  assert.doesNotMatch(store.text('json'), /P-001/);
  assert.equal(store.traces(), false);
  store.verify();
  store.close();
});

test('a change that throws is undone, one that returns is committed', () => {
  const store = sample();
  const before = store.text('json');
  const mine = new Error('mine');
  assert.throws(() => store.change({ actor: 'a' }, (c) => { c.addParticipant('P-003'); throw mine; }), (e) => e === mine);
  assert.equal(store.text('json'), before);
  assert.equal(store.change({ actor: 'a' }, (c) => { c.addParticipant('P-003'); return 7; }), 7);
  assert.match(store.text('participants'), /P-003/);
  store.close();
});

test('a change whose work gives a promise is refused and undone, for only a part of it would be kept', async () => {
  const store = sample();
  const before = store.text('json');
  let later;
  assert.throws(() => store.change({ actor: 'a' }, (c) => later = (async () => {
    c.addParticipant('P-003');
    await null;
    c.addParticipant('P-004');
  })()), (e) => e instanceof TypeError && /changeAsync/.test(e.message));
  assert.equal(store.text('json'), before);
  await assert.rejects(later, usage);
  store.close();
});

test('a change ends once; what comes after is refused', () => {
  const store = sample();
  const change = store.begin('anna');
  assert.throws(() => store.begin('bo'), usage);
  change.addParticipant('P-009');
  assert.match(change.commit(), /^[0-9a-f]+$/);
  assert.throws(() => change.commit(), usage);
  assert.throws(() => change.addParticipant('P-010'), usage);
  change.rollback();
  change.rollback();
  store.begin('anna')[Symbol.dispose]();
  store.begin('anna').rollback();
  store.close();
});

test('after closing, everything is refused and nothing crashes', () => {
  const store = sample();
  const cursor = store.progression();
  const rows = cursor[Symbol.iterator]();
  assert.ok(rows.next().value.participant);
  const change = store.begin('anna');
  const open = store.assessments();
  store.close();
  store.close();
  store[Symbol.dispose]();
  for (const call of [() => store.progression(), () => store.assessmentColumns(), () => store.write('head'), () => store.verify(), () => store.begin('a'),
    () => change.addParticipant('P'), () => change.commit(), () => store.backup('x'), () => store.traces(), () => store.addWords('{}'),
    () => store.retentionList({ days: 1 }), () => open.toArray(), () => store.lang(), () => store.today(),
    () => store.retentionDays()]) assert.throws(call, { code: 'usage', message: /^an open (store|change|cursor) / });
  store.interrupt();
  change.rollback();
  open.close();
  open.close();
});

test('a reading ends with the loop, and facts wait for it', () => {
  const store = sample();
  for (const series of store.progression()) {
    assert.ok(series.participant);
    break;
  }
  const open = store.assessments();
  const rows = open[Symbol.iterator]();
  rows.next();
  const change = store.begin('anna');
  assert.throws(() => change.addParticipant('P-005'), usage);
  open.close();
  change.addParticipant('P-005');
  change.commit();
  store.close();
});

test('a cursor that was read to its end gives nothing more, one that was left is refused', () => {
  const store = sample();
  const read = store.progression();
  assert.ok(read.toArray().length > 0);
  assert.deepEqual(read.toArray(), []);
  const many = openStore(':memory:', { create: true, now });
  many.change({ actor: 'a' }, (c) => {
    const rows = Array.from({ length: 700 }, (_, i) => `Q-${i},2026-01-01,participant,everyday_coping,${1 + i % 4}\n`);
    c.import(`participant,date,respondent,indicator,score\n${rows.join('')}`, importing);
  });
  const left = many.progression();
  for (const _ of left) break;
  assert.throws(() => left.toArray(), usage);
  assert.equal(many.progression().toArray().length, many.progressionColumns().length);
  store.close();
  many.close();
});

test('columns by name are those and no others', () => {
  const store = sample();
  assert.deepEqual(Object.keys(store.progressionColumns(null, ['mean', 'code'])).sort(), ['code', 'length', 'mean']);
  assert.deepEqual(store.progressionColumns({ participants: [] }).length, 0);
  store.close();
});

// Rows are written out 64 at a time, each column as narrow as what came so far.
const wide = { instrument: 'wide', respondent: 'participant' };

function wideStore(people, options = {}) {
  const { indicators = ['mood'], range = [1, 5], score = (p) => 1 + p % 5, date = () => '2026-01-12', note = false, read } = options;
  const store = openStore(':memory:', { create: true, now, read });
  store.change({ actor: 'anna' }, (c) => {
    c.addInstrument({ instrument: 'wide', version: '1', title: { en: 'W' }, respondents: [{ code: 'participant', title: { en: 'P' } }],
      scales: [{ code: 'scale', min: range[0], max: range[1] }],
      indicators: indicators.map((code) => ({ code, title: { en: code.toUpperCase() }, scale: 'scale' })) });
    const rows = Array.from({ length: people }, (_, p) =>
      `P-${String(p).padStart(6, '0')},${date(p)},participant,${indicators.map(() => score(p)).join()}\n`);
    c.import(`participant,date,respondent,${indicators.join()}\n${rows.join('')}`, { ...importing, instrument: 'wide' });
    if (note) c.record({ ...wide, participant: 'P-000000', date: '2026-02-01', rater: 'H07', note: 'En rad.', scores: { [indicators[0]]: 3 } });
  });
  return store;
}

test('columns are whole wherever the last block of rows ends', async () => {
  for (const people of [1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513]) {
    const store = wideStore(people);
    const code = (p) => `P-${String(p).padStart(6, '0')}`;
    for (const c of [store.progressionColumns(), await store.progressionColumnsAsync()]) {
      assert.equal(c.length, people);
      assert.deepEqual(c.participant.values, Array.from({ length: people }, (_, p) => code(p)));
      assert.deepEqual([...c.participant.codes], Array.from({ length: people }, (_, p) => p));
      assert.deepEqual([...c.latestScore], Array.from({ length: people }, (_, p) => 1 + p % 5));
      assert.deepEqual(new Set(c.bandLatest.codes), new Set([-1])); // NULL
      assert.deepEqual(c.bandLatest.values, []);
    }
    const { assessments, scores } = store.assessmentColumns();
    assert.deepEqual([...assessments.participant.codes], Array.from({ length: people }, (_, p) => p));
    assert.equal(new Set(assessments.id.values).size, people);
    assert.deepEqual([...assessments.note.codes], Array(people).fill(-1));
    assert.deepEqual([...scores.assessment], Array.from({ length: people }, (_, p) => p));
    assert.deepEqual([...store.progression()].map((one) => [one.participant, one.latest.score]),
      Array.from({ length: people }, (_, p) => [code(p), 1 + p % 5]));
    assert.deepEqual([...store.assessments()].map((one) => [one.participant, one.scores.mood, one.note]),
      Array.from({ length: people }, (_, p) => [code(p), 1 + p % 5, null]));
    store.close();
  }
});

test('numbers of texts widen with the text that needs it', () => {
  const kind = (people) => {
    const store = wideStore(people);
    const { codes, values } = store.progressionColumns(null, ['participant']).participant;
    assert.equal(values.length, people);
    for (let p = 0; p < people; p++) if (codes[p] !== p) assert.fail(`row ${p}`);
    store.close();
    return codes.constructor;
  };
  assert.equal(kind(128), Int8Array);
  assert.equal(kind(129), Int16Array); // in a block of its own, the last
  assert.equal(kind(150), Int16Array);
  assert.equal(kind(32768), Int16Array);
  assert.equal(kind(32769), Int32Array);
});

test('whole numbers widen in the middle of a block, and what came before stays', async () => {
  const people = 200;
  for (const first of [0, 63, 64, 70, 127, 128, 199]) { // the first participant with a long span of days
    const store = wideStore(people);
    const days = (p) => p < first ? 0 : p === first ? 128 : 100;
    store.change({ actor: 'anna' }, (c) => {
      for (let p = first; p < people; p++) {
        const date = new Date(Date.UTC(2026, 0, 12 + days(p))).toISOString().slice(0, 10);
        c.record({ ...wide, participant: `P-${String(p).padStart(6, '0')}`, date, scores: { mood: 3 } });
      }
    });
    const { spanDays, n } = store.progressionColumns();
    assert.ok(spanDays instanceof Int16Array && n instanceof Int8Array);
    assert.deepEqual([...spanDays], Array.from({ length: people }, (_, p) => days(p)));
    assert.deepEqual([...(await store.progression().toArrayAsync())].map((one) => one.spanDays), [...spanDays]);
    store.close();
  }
});

test('many codes that last are numbered in the order in which they came', () => {
  const indicators = Array.from({ length: 150 }, (_, i) => `i${i}`);
  const store = wideStore(3, { indicators });
  const { code, visibleTo } = store.progressionColumns(null, ['code', 'visibleTo']);
  assert.ok(code.codes instanceof Int16Array && visibleTo.codes instanceof Int8Array);
  assert.deepEqual(code.values, indicators);
  assert.deepEqual([...code.codes], Array.from({ length: 450 }, (_, row) => row % 150));
  assert.deepEqual(new Set(visibleTo.codes), new Set([0]));
  const { scores } = store.assessmentColumns();
  assert.deepEqual(scores.indicator.values, indicators);
  assert.deepEqual([...scores.indicator.codes], [...code.codes]);
  assert.deepEqual(store.progression().toArray().map((one) => one.code), Array.from({ length: 450 }, (_, row) => indicators[row % 150]));
  store.close();
});

test('texts that are there in one row only', () => {
  const store = wideStore(100, { note: true });
  const { assessments } = store.assessmentColumns();
  assert.deepEqual([...assessments.note.codes], [-1, 0, ...Array(99).fill(-1)]);
  assert.deepEqual(assessments.note.values, ['En rad.']);
  assert.deepEqual([...assessments.rater.codes], [-1, 0, ...Array(99).fill(-1)]);
  assert.deepEqual(store.assessments().toArray().map((one) => one.note), [null, 'En rad.', ...Array(99).fill(null)]);
  const { mean, length, ...others } = store.progressionColumns(null, ['mean']); // without a text
  assert.equal(mean.length, length);
  assert.deepEqual(others, {});
  store.close();
});

test('rows before a failure are handed out, with their texts', () => {
  for (const until of [2, 40, 70]) {
    let reads = 0;
    const store = wideStore(80, { indicators: ['mood', 'sleep'], read: () => reads++ < until });
    const told = [];
    assert.throws(() => { for (const one of store.progression()) told.push([one.participant, one.instrument, one.code, one.latest.score]); }, { code: 'cancelled' });
    assert.deepEqual(told, Array.from({ length: 2 * until }, (_, i) =>
      [`P-${String(i >> 1).padStart(6, '0')}`, 'wide', i % 2 ? 'sleep' : 'mood', 1 + (i >> 1) % 5]));
    reads = until;
    assert.throws(() => store.progressionColumns(), { code: 'cancelled' });
    store.close();
  }
});

test('wrong types are TypeErrors that name the place', () => {
  const store = sample();
  const change = store.begin('anna');
  const assessment = { ...whole, participant: 'P-001', date: '2026-09-01', scores: {} };
  const wrong = [
    [() => openStore(), /^path must be a string/],
    [() => openStore(7), /^path/],
    [() => openStore(':memory:', { create: 'yes' }), /^options\.create must be true or false/],
    [() => openStore(':memory:', { created: true }), /^options\.created/],
    [() => openStore(':memory:', { now: 'noon' }), /^options\.now/],
    [() => openStore(':memory:', { now: Infinity }), /^options\.now/],
    [() => openStore('a\0b'), /U\+0000/],
    [() => store.begin(7), /^actor/],
    [() => store.progression('P-001'), /^query must be an object/],
    [() => store.progression({ participants: 'P-001' }), /^query\.participants must be an array/],
    [() => store.progression({ participants: [1] }), /^query\.participants\[0\]/],
    [() => store.progression({ participants: [null] }), /^query\.participants\[0\]/],
    [() => store.progression({ asOf: new Date() }), /^query\.asOf must be a string/],
    [() => store.progressionColumns(null, 'mean'), /^columns/],
    [() => change.record(), /./],
    [() => change.record({ ...assessment, date: 20000 }), /^assessment\.date/],
    [() => change.record({ ...assessment, scores: { everyday_coping: 'declned' } }), /^everyday_coping must be one of .*"declined"/],
    [() => change.record({ ...assessment, scores: { everyday_coping: true } }), /^everyday_coping/],
    [() => change.record({ ...assessment, score: {} }), /^assessment\.score/],
    [() => change.record({ ...assessment, scores: new Map([['everyday_coping', 3]]) }), /^assessment\.scores must be an object with keys/],
    [() => store.progression(new Map([['instrument', 'x']])), /^query must be an object with keys/],
    [() => store.text('spider-svg', null, new Map([['theme', 'dark']])), /^options must be an object with keys/],
    [() => change.import('', new Map([['update', true]])), /^options must be an object with keys/],
    [() => change.keepRetention(1.5), /^days/],
    [() => change.keepRetention(2 ** 32), /^days/],
    [() => change.import(7), /^source must be a string, a Uint8Array or something that gives them/],
    [() => change.import(null), /^source/],
    [() => change.import('', { onIssue: 7 }), /^onIssue/],
    [() => change.merge({}), /^from/],
    [() => change.merge(), /^from/],
    [() => bip.series(['2026-01-01'], [1, 2], { scaleMin: 1, scaleMax: 5 }), /^scores must be as long/],
    [() => bip.series(['2026-01-01'], [1], { scaleMin: 1, scaleMax: 5 }, [1, 2]), /^raters must be as long/],
    [() => bip.series(['2026-01-01', '2026-01-02'], [1, 2], {}, ['H07', 7]), /^raters\[1\] must be a string, as the others are/],
    [() => bip.series(['2026-01-01'], [1], {}, [1.5]), /^raters\[0\]/],
    [() => bip.timeline([{ title: 'A', rules: {}, days: ['2026-01-01'], scores: [1], raters: [true] }]), /raters\[0\]/],
    [() => bip.series(['2026-01-01'], ['1'], {}), /^scores\[0\] must be a number/],
    [() => bip.series(['2026-01-01'], [1], { better: 'up' }), /^rules\.better must be one of "higher" "lower"/],
    [() => bip.spider([{ title: 'A', scaleMin: 1, scaleMax: 5 }], [{ scores: [] }]), /one for each axis/],
    [() => bip.spider([null], []), /^axes\[0\] must be an object/],
    [() => bip.timeline([{ title: 'A', rules: {}, days: ['2026-01-01'], scores: [] }]), /as many as its days/],
    [() => store.writeTo('head', null, null, 7), /^onChunk/],
    [() => store.writeTo('head', null, null, () => {}, { reuse: 7 }), /^reuse/],
    [() => Store.prototype.today.call({}), /private/],
    [() => new Store({}).today(), /^handle/],
    [() => new Change({}).commit(), /^handle/],
    [() => new Cursor(store).close(), /^handle/],
  ];
  wrong.forEach(([call, message], i) => assert.throws(call, (e) => e instanceof BipError && message.source === '.' || (e instanceof TypeError && message.test(e.message)), `${i}: ${call}`));
  change.rollback();
  store.close();
});

test('an import reports every cell, and takes nothing', () => {
  const store = sample();
  const before = store.text('json');
  const issues = [];
  const bad = csv.replace(',1\n', ',99\n').replace(',declined\n', ',perhaps\n');
  assert.throws(() => store.change({ actor: 'a' }, (c) => c.import(bad, { ...importing, onIssue: (issue) => { issues.push(issue); } })), { code: 'refused' });
  assert.deepEqual(issues.map((issue) => issue.line), [2, 4]);
  assert.ok(issues.every((issue) => issue.column === 'score' && issue.message && issue.where));
  assert.equal(store.text('json'), before);
  store.close();
});

test('an import takes texts, bytes, pieces and functions alike', () => {
  const pieces = csv.match(/[^]{1,7}/g);
  const functions = [...pieces, null];
  const sources = [csv, Buffer.from(csv), new Uint8Array(Buffer.from(csv)), pieces, [Buffer.from(csv), '', new Uint8Array(0)], new Set([csv]), () => functions.shift()];
  for (const source of sources) {
    const store = openStore(':memory:', { create: true, now });
    const done = store.change({ actor: 'a' }, (c) => c.import(source, importing));
    assert.deepEqual([done.added, done.participants, done.refused], [3, 2, 0]);
    store.close();
  }
});

test('what a callback throws comes out, and its false is a stop', () => {
  const store = sample();
  const mine = new Error('mine');
  const thrower = () => { throw mine; };
  const same = (e) => e === mine;
  assert.throws(() => store.writeTo('json', null, null, thrower), same);
  assert.throws(() => store.writeTo('json', null, null, () => false), { code: 'cancelled' });
  const bad = csv.replace(',1\n', ',99\n');
  assert.throws(() => store.change({ actor: 'a' }, (c) => c.import(bad, { ...importing, onIssue: thrower })), same);
  assert.throws(() => store.change({ actor: 'a' }, (c) => c.import(bad, { ...importing, onIssue: () => false })), { code: 'cancelled' });
  assert.throws(() => store.change({ actor: 'a' }, (c) => c.import(thrower, importing)), same);
  assert.throws(() => store.change({ actor: 'a' }, (c) => c.import(() => 7, importing)), TypeError);
  assert.throws(() => openStore(':memory:', { create: true, random: thrower }).change({ actor: 'a' }, (c) => c.addParticipant('P')), same);
  assert.throws(() => openStore(':memory:', { create: true, random: () => new Uint8Array(1) }).change({ actor: 'a' }, (c) => c.addParticipant('P')), TypeError);
  const clock = openStore(':memory:', { create: true, now: () => { throw mine; } });
  assert.throws(() => clock.today(), same);
  assert.throws(() => openStore(':memory:', { create: true, now: () => 'noon' }).today(), TypeError);
  assert.throws(() => store.writeTo('json', null, null, () => { throw undefined; }), (e) => e === undefined);
  assert.throws(() => store.writeTo('json', null, null, () => { throw 7; }), (e) => e === 7);
  assert.ok(store.text('json'), 'the store goes on');
  store.close();
});

test('raters may be names, null where unknown', async () => {
  const days = ['2026-01-01', '2026-04-01', '2026-07-01'];
  const rules = { scaleMin: 1, scaleMax: 5, smallestStep: 1 };
  const same = (raters) => bip.series(days, [1, 2, 4], rules, raters).sameRater;
  for (const [names, numbers, wanted] of [
    [['H07', 'H09', 'H09'], [5, 6, 6], true],
    [['H09', 'H07', 'H09'], [6, 5, 6], false],
    [['H07', null, 'H07'], [5, 0, 5], null],
    [['H07', 'H07', undefined], [5, null, undefined], null],
    [['', 'H07', 'H07'], Int32Array.of(1, 2, 2), true],
    [[null, undefined, null], null, null],
  ]) {
    assert.equal(same(names), wanted);
    assert.equal(same(numbers), wanted);
    assert.equal((await bip.seriesAsync(days, [1, 2, 4], rules, names)).sameRater, wanted);
    const panel = (raters) => [{ title: 'A', rules, days, scores: [1, 2, 4], raters }];
    assert.equal(bip.timeline(panel(names)), bip.timeline(panel(numbers)));
    assert.equal(await bip.timelineAsync(panel(names)), bip.timeline(panel(numbers)));
  }
});

test('a text has one number, in whatever order texts come', () => {
  const rising = Array.from({ length: 150 }, (_, i) => `R-${1000 + i}`);
  const raters = [...rising, 'R-1007', 'R', 'R-10', ...[...rising].reverse(), 'R', null, 'Å', 'Z'];
  const days = raters.map((_, i) => bip.formatDate(20454 + i));
  const store = openStore(':memory:', { create: true, now });
  store.change({ actor: 'anna' }, (c) => {
    c.addParticipant('P-001');
    raters.forEach((rater, i) => c.record({ ...whole, participant: 'P-001', date: days[i], rater, scores: { everyday_coping: 3 } }));
  });
  const { assessments } = store.assessmentColumns();
  const { codes, values } = assessments.rater;
  const byDay = new Map(Array.from(assessments.date, (day, i) => [bip.formatDate(day), values[codes[i]] ?? null]));
  assert.deepEqual(days.map((day) => byDay.get(day)), raters);
  assert.equal(new Set(values).size, values.length);
  store.close();
});

// A store whose export comes in several pieces.
function manyPeople() {
  const store = openStore(':memory:', { create: true, now });
  store.change({ actor: 'anna' }, (c) => { for (let i = 0; i < 6000; i++) c.addParticipant(`P-${i}`); });
  return store;
}

test('chunks are for keeping; where they share their memory they are the same, one after the other', () => {
  const store = manyPeople();
  const whole = store.text('json');
  const kept = [], copied = [], memories = new Set();
  store.writeTo('json', null, null, (chunk) => { kept.push(chunk); });
  assert.ok(kept.length > 3);
  assert.equal(Buffer.concat(kept).toString(), whole);
  store.writeTo('json', null, null, (chunk) => { copied.push(Buffer.from(chunk)); memories.add(chunk.buffer); }, { reuse: true });
  assert.equal(Buffer.concat(copied).toString(), whole);
  assert.ok(memories.size < copied.length, `${memories.size} memories of ${copied.length} chunks`);
  store.close();
});

test('a shared memory that is given away is replaced', () => {
  const store = manyPeople();
  const given = [];
  store.writeTo('json', null, null, (chunk) => { given.push(structuredClone(chunk, { transfer: [chunk.buffer] })); }, { reuse: true });
  assert.ok(given.length > 3);
  assert.equal(Buffer.concat(given).toString(), store.text('json'));
  store.close();
});

test('a callback that uses its store is refused, and the store goes on', () => {
  const store = sample();
  let refused = 0;
  store.writeTo('json', null, null, () => {
    for (const call of [() => store.today(), () => store.close(), () => store.write('head')]) {
      assert.throws(call, usage);
      refused++;
    }
  });
  assert.ok(refused >= 3);
  assert.equal(store.today(), '2026-11-21');
  store.close();
});

test('who reads is told, and can be stopped', () => {
  const told = [];
  let stop = false;
  const store = sample({ read: (what, participant) => { told.push(`${what} ${participant}`); return !stop; } });
  store.progression({ participants: ['P-002'] }).toArray();
  store.text('history', { participants: ['P-001'] });
  assert.deepEqual(told, ['progression P-002', 'history P-001']);
  stop = true;
  assert.throws(() => store.progression().toArray(), { code: 'cancelled' });
  store.close();
});

test('clock and chance are the caller\'s', () => {
  let bytes = 0;
  const random = (n) => Buffer.alloc(n, ++bytes);
  const make = () => {
    bytes = 0;
    const store = sample({ random, now: () => now });
    const made = store.text('json');
    store.close();
    return made;
  };
  assert.equal(make(), make());
});

test('stores take in one another', () => {
  const one = sample();
  const two = openStore(':memory:', { create: true, now });
  const done = two.change({ actor: 'a' }, (c) => c.merge(one));
  assert.equal(done.added, 3);
  assert.equal(two.text('json'), one.text('json'));
  assert.throws(() => one.change({ actor: 'a' }, (c) => c.merge(one)), usage);
  one.close();
  assert.throws(() => two.change({ actor: 'a' }, (c) => c.merge(one)), usage);
  two.close();
});

test('instruments, languages and backups', (t) => {
  const store = sample();
  const instrument = JSON.parse(store.text('instrument', { instrument: 'employability' }));
  bip.checkInstrument(instrument);
  assert.throws(() => bip.checkInstrument({ ...instrument, scales: 7 }), { code: 'refused', where: 'scales' });
  store.change({ actor: 'a' }, (c) => c.addInstrument({ ...instrument, instrument: 'another' }));
  assert.match(store.text('instruments'), /"another"/);
  const words = JSON.parse(store.text('words', { lang: 'en' }));
  assert.equal(store.addWords({ ...words, lang: 'fi' }), 'fi');
  const copy = path.join(folder(t), 'copy.bip');
  store.backup(copy);
  assert.throws(() => store.backup(copy), { code: 'conflict' });
  const copied = openStore(copy);
  assert.equal(copied.text('json'), store.text('json'));
  copied.close();
  store.close();
});

test('verify finds what was damaged, and the anchor', (t) => {
  const file = path.join(folder(t), 'team.bip');
  const store = openStore(file, { create: true, now });
  store.change({ actor: 'a' }, (c) => c.import(csv, importing));
  const anchor = store.text('head');
  store.verify({ anchor });
  const issues = [];
  const other = anchor.replace(/[0-9a-f]/, (c) => (c === '0' ? '1' : '0'));
  assert.throws(() => store.verify({ anchor: other, onIssue: (issue) => { issues.push(issue.message); } }), { code: 'corrupt' });
  assert.equal(issues.length, 1);
  assert.throws(() => store.verify({ anchor: other, onIssue: () => false }), { code: 'cancelled' });
  store.close();
  fs.writeFileSync(file, 'no store at all, but some text that is long enough to be read');
  assert.throws(() => openStore(file), { code: 'format' });
});

test('retention lists and erases', () => {
  const store = sample();
  store.change({ actor: 'a' }, (c) => c.keepRetention(100));
  assert.equal(store.retentionDays(), 100);
  const list = store.retentionList();
  assert.deepEqual(list.map((one) => one.participant), ['P-001', 'P-002']);
  assert.deepEqual(store.retentionList({ days: 300 }), []);
  assert.deepEqual(store.change({ actor: 'a', reason: 'retention' }, (c) => c.eraseRetention({ asOf: '2026-11-21' })), list);
  assert.equal(store.text('participants'), '');
  store.close();
});

test('texts keep every character', () => {
  const store = sample();
  const note = 'Å, ж, 漢, 🎈, "quoted" \\ and a tab\t';
  store.change({ actor: 'Åsa' }, (c) => c.record({ ...whole, participant: 'P-002', date: '2026-08-01', note, scores: { everyday_coping: 1 } }));
  const last = store.assessments().toArray().at(-1);
  assert.deepEqual([last.note, last.actor], [note, 'Åsa']);
  store.close();
});
