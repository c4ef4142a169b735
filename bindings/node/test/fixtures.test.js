// What the C library made of the fixtures of all bindings (see bindings/README.md), made again through this one.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { bip, folder: folderOf } = require('./support.js');

const folder = process.env.BIP_FIXTURES;
const there = folder ? test : test.skip; // made by the tests of libbip
const all = folder ? JSON.parse(fs.readFileSync(path.join(folder, 'fixtures.json'), 'utf8')) : {};
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());
const date = (day) => day === null || day === undefined ? null : bip.formatDate(day);
const word = (list, number) => bip.enums[list][number];
const labels = (list) => Object.fromEntries(list.map(({ score, text }) => [score, text]));

// The result, or what the library said, in the fixtures' form.
function outcome(work) {
  try {
    return { status: 0, ...work() };
  } catch (e) {
    assert.ok(e instanceof bip.BipError, e.stack);
    return { status: e.status, where: e.where, message: e.message };
  }
}

function expected(fixture) {
  return fixture.status === 0 ? fixture : { status: fixture.status, where: fixture.where, message: fixture.message };
}

function rules(from) {
  const made = { scaleMin: from.scale_min, scaleMax: from.scale_max, smallestStep: from.smallest_step, better: word('better', from.better) };
  if (from.reliability !== null) made.reliability = from.reliability;
  if (from.sd !== null) made.sd = from.sd;
  return made;
}

// A series of a fixture as this binding shows it.
const point = ({ date: day, score }) => ({ date: date(day), score });
const bits = (evidence) => ['observed', 'held', 'trend', 'reliable'].filter((_, i) => evidence & (1 << i));
function series(from) {
  const made = {};
  for (const [key, value] of Object.entries(from)) made[camel(key)] = value;
  for (const key of ['first', 'previous', 'latest', 'best', 'stepFrom', 'stepTo']) made[key] = point(made[key]);
  for (const [key, list] of Object.entries({ kind: 'kind', better: 'better', trend: 'direction', mkMethod: 'mkMethod', rciClass: 'rciClass', step: 'direction', direction: 'direction' })) made[key] = word(list, made[key]);
  delete made.nVisibleTo;
  return { ...made, evidence: bits(made.evidence), newBest: made.newBest === 1, hasBands: made.hasBands === 1,
    sameRater: made.sameRater < 0 ? null : made.sameRater === 1,
    visibleTo: made.participant === null ? null : made.visibleTo };
}

const compute = (f) => bip.series(f.days.map((d) => d === null ? null : bip.formatDate(d)), f.scores.map((x) => x ?? NaN), rules(f.rules), f.raters);

there('what the library says of itself', () => {
  assert.equal(bip.version(), all.version);
  assert.equal(Object.entries(bip.versions()).map((pair) => `${pair.join(' ')}\n`).join('').trim(), all.versions.trim());
  for (const { number, code, text } of all.statuses) assert.deepEqual([bip.statusCode(number), bip.statusText(number)], [code, text]);
});

there('dates', () => {
  for (const f of all.dates) {
    assert.deepEqual(outcome(() => {
      const days = bip.parseDate(f.text);
      return { text: f.text, days, format: bip.formatDate(days) };
    }), f.status === 0 ? f : expected(f));
  }
});

there('instruments', () => {
  for (const f of all.instrument_checks) assert.deepEqual(outcome(() => { bip.checkInstrument(f.json); return { json: f.json }; }), expected(f));
});

there('series from arrays, and from typed arrays', () => {
  for (const f of all.series) {
    const wanted = f.status === 0 ? { status: 0, series: series(f.series) } : expected(f);
    assert.deepEqual(outcome(() => ({ series: compute(f) })), wanted);
    const scores = Float64Array.from(f.scores, (x) => x ?? NaN);
    assert.deepEqual(outcome(() => ({ series: bip.series(Int32Array.from(f.days), scores, rules(f.rules), f.raters && Int32Array.from(f.raters)) })), wanted);
  }
});

there('sentences', () => {
  for (const f of all.sentences) {
    const one = compute({ ...all.series[f.of], raters: null });
    const words = { lang: f.lang, title: f.title, labels: labels(f.labels), raterRole: f.rater_role };
    assert.deepEqual(outcome(() => ({ text: bip.sentence(one, words) })), f.status === 0 ? { status: 0, text: f.text } : expected(f));
  }
});

const picture = (from) => from && { ...from, theme: word('theme', from.theme) };

there('spiders', () => {
  for (const f of all.spiders) {
    const axes = f.axes.map((a) => ({ title: a.title, scaleMin: a.scale_min, scaleMax: a.scale_max, step: a.step, better: word('better', a.better), labels: labels(a.labels) }));
    const layers = f.layers.map((l) => ({ ...l, date: date(l.date), kind: word('layerKind', l.kind) }));
    assert.deepEqual(outcome(() => ({ text: bip.spider(axes, layers, picture(f.picture)) })), f.status === 0 ? { status: 0, text: f.text } : expected(f));
  }
});

there('timelines', () => {
  for (const f of all.timelines) {
    const panels = f.panels.map((p) => ({ title: p.title, rules: rules(p.rules), labels: labels(p.labels), days: p.days.map(date), scores: p.scores, raters: p.raters }));
    assert.deepEqual(outcome(() => ({ text: bip.timeline(panels, picture(f.picture)) })), f.status === 0 ? { status: 0, text: f.text } : expected(f));
  }
});

there('an import', (t) => {
  const f = all.store.import;
  const store = bip.openStore(path.join(folderOf(t), 'new.bip'), { create: true });
  const options = typeof f.options === 'string' ? JSON.parse(f.options) : f.options;
  const done = store.change({ actor: 'fixtures' }, (change) => change.import(f.text, { format: f.format, ...options }));
  for (const [key, value] of Object.entries(f.result)) assert.equal(done[camel(key)], value, key);
  store.close();
});

there('cursors', async () => {
  const store = bip.openStore(path.join(folder, 'store.bip'));
  const query = { asOf: date(all.store.as_of) };
  assert.equal(store.lang(), all.store.lang ?? '');
  const wanted = all.store.progression.map(series);
  assert.deepEqual(store.progression(query).toArray(), wanted);
  assert.deepEqual(await (await store.progressionAsync(query)).toArrayAsync(), wanted);
  const held = store.assessments(query).toArray();
  assert.deepEqual(held.map((a) => [a.id, a.participant, a.date, a.note, a.rater, a.recordedMs, a.revision]),
    all.store.assessments.map((a) => [a.id, a.participant, date(a.date), a.note, a.rater, a.recorded_ms, a.revision]));
  all.store.assessments.forEach((a, i) => {
    assert.deepEqual(Object.entries(held[i].scores), a.indicators.map((code, k) => [code, a.scores[k]]));
  });
  store.close();
});

there('columns hold what the cursors lend', () => {
  const store = bip.openStore(path.join(folder, 'store.bip'));
  const query = { asOf: date(all.store.as_of) };
  const c = store.progressionColumns(query);
  assert.equal(c.length, all.store.progression.length);
  all.store.progression.forEach((one, i) => {
    assert.equal(c.participant.values[c.participant.codes[i]], one.participant);
    assert.equal(c.code.values[c.code.codes[i]], one.code);
    assert.deepEqual(c.visibleTo.values[c.visibleTo.codes[i]], one.visible_to);
    assert.deepEqual([c.n[i], c.mean[i], c.evidence[i], c.direction.codes[i], c.latestDate[i], c.latestScore[i]],
      [one.n, one.mean, one.evidence, one.direction, one.latest.date, one.latest.score]);
    assert.ok(Object.is(c.mkP[i], one.mk_p ?? NaN));
  });
  const { assessments, scores } = store.assessmentColumns(query);
  const asked = all.store.assessments.flatMap((a, row) => a.scores.map((score, k) => [row, a.indicators[k], score]));
  assert.equal(assessments.length, all.store.assessments.length);
  assert.deepEqual(Array.from({ length: scores.length }, (_, i) => {
    const answer = scores.answer.values[scores.answer.codes[i]];
    return [scores.assessment[i], scores.indicator.values[scores.indicator.codes[i]],
      answer === 'number' ? scores.number[i] : answer === 'not_asked' ? null : answer];
  }), asked);
  store.close();
});

there('documents', async () => {
  const store = bip.openStore(path.join(folder, 'store.bip'));
  for (const f of all.store.documents) {
    const query = Object.fromEntries(Object.entries(f.query ?? {}).map(([key, value]) => [camel(key), key === 'as_of' || key === 'since' ? date(value) : value]));
    const wanted = f.status === 0 ? { status: 0, text: f.text } : expected(f);
    assert.deepEqual(outcome(() => ({ text: store.text(f.document, query, f.options) })), wanted, f.document);
    if (f.status === 0) assert.equal(await store.textAsync(f.document, query, f.options), f.text);
  }
  store.close();
});

there('who is to be erased', () => {
  const store = bip.openStore(path.join(folder, 'store.bip'));
  const { kept, days, as_of: asOf, text } = all.store.retention;
  assert.equal(store.retentionDays(), kept);
  assert.deepEqual(store.retentionList({ days, asOf: date(asOf) }), text.trim().split('\n').map((line) => JSON.parse(line)));
  store.close();
});
