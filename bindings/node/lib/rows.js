// Columns, as the addon hands them over, into objects, and the other way for a sentence. Conversion only: what the library
// marks as absent (NaN, no date, no text) is null.
'use strict';

const { native } = require('./native.js');

const { constants, enums } = native;
const evidenceBits = ['observed', 'held', 'trend', 'reliable'].map((word) => [word, constants[`BIP_${word.toUpperCase()}`]]);
const enumOf = { kind: 'kind', better: 'better', trend: 'direction', mkMethod: 'mkMethod', rciClass: 'rciClass',
  step: 'direction', direction: 'direction', answer: 'answer' };
const lists = new Set(['visibleTo', 'indicators']);
const texts = new Map();

function date(day) {
  if (day === constants.BIP_NO_DATE) return null;
  let text = texts.get(day);
  if (text === undefined) texts.set(day, text = native.formatDate(day));
  return text;
}

const day = (text) => text === null ? constants.BIP_NO_DATE : native.parseDate(text);
const number = (x) => x === x ? x : null;
const code = (values, i) => i < 0 ? null : values[i];
const point = (days, scores, i) => ({ date: date(days[i]), score: number(scores[i]) });
// Each code of a list ends with a tab.
const list = (text) => Object.freeze(text.split('\t').slice(0, -1));

function evidence(bits) {
  return evidenceBits.filter(([, bit]) => bits & bit).map(([word]) => word);
}

// Texts come as one, U+0000 between them: no text holds it.
function split(name, joined) {
  const texts = joined === null ? [] : joined.split('\0');
  return lists.has(name) ? texts.map(list) : texts;
}

// The dictionaries of a reading grow from batch to batch.
function grow(values, fresh) {
  for (const [name, joined] of Object.entries(fresh)) {
    if (values[name] === undefined) values[name] = split(name, joined);
    else for (const text of split(name, joined)) values[name].push(text);
  }
  return values;
}

function seriesAt(c, v, i) {
  return {
    participant: code(v.participant, c.participant[i]),
    instrument: code(v.instrument, c.instrument[i]),
    version: code(v.version, c.version[i]),
    respondent: code(v.respondent, c.respondent[i]),
    code: code(v.code, c.code[i]),
    visibleTo: code(v.visibleTo, c.visibleTo[i]),
    kind: enums.kind[c.kind[i]],
    better: enums.better[c.better[i]],
    n: c.n[i],
    notAsked: c.notAsked[i],
    declined: c.declined[i],
    dontKnow: c.dontKnow[i],
    notApplicable: c.notApplicable[i],
    spanDays: c.spanDays[i],
    first: point(c.firstDate, c.firstScore, i),
    previous: point(c.previousDate, c.previousScore, i),
    latest: point(c.latestDate, c.latestScore, i),
    best: point(c.bestDate, c.bestScore, i),
    mean: number(c.mean[i]),
    sd: number(c.sd[i]),
    fromFirst: number(c.fromFirst[i]),
    fromPrevious: number(c.fromPrevious[i]),
    percentOfScale: number(c.percentOfScale[i]),
    trend: enums.direction[c.trend[i]],
    mkMethod: enums.mkMethod[c.mkMethod[i]],
    olsPer90Days: number(c.olsPer90Days[i]),
    olsAtFirst: number(c.olsAtFirst[i]),
    olsSePer90Days: number(c.olsSePer90Days[i]),
    olsR2: number(c.olsR2[i]),
    tsPer90Days: number(c.tsPer90Days[i]),
    tsLow: number(c.tsLow[i]),
    tsHigh: number(c.tsHigh[i]),
    mkS: c.mkS[i],
    mkVarS: number(c.mkVarS[i]),
    mkZ: number(c.mkZ[i]),
    mkP: number(c.mkP[i]),
    rci: number(c.rci[i]),
    rciClass: enums.rciClass[c.rciClass[i]],
    stepsForward: c.stepsForward[i],
    stepsBack: c.stepsBack[i],
    step: enums.direction[c.step[i]],
    stepFrom: point(c.stepFromDate, c.stepFromScore, i),
    stepTo: point(c.stepToDate, c.stepToScore, i),
    heldFor: c.heldFor[i],
    newBest: c.newBest[i] === 1,
    sameRater: c.sameRater[i] < 0 ? null : c.sameRater[i] === 1,
    direction: enums.direction[c.direction[i]],
    evidence: evidence(c.evidence[i]),
    hasBands: c.hasBands[i] === 1,
    bandFirst: code(v.bandFirst, c.bandFirst[i]),
    bandLatest: code(v.bandLatest, c.bandLatest[i]),
  };
}

function seriesObjects(batch, values) {
  grow(values, batch.values);
  return Array.from({ length: batch.rows }, (_, i) => seriesAt(batch.columns, values, i));
}

// A series back as the numbers of its columns.
function seriesNumbers(series) {
  const numbers = {};
  for (const [key, value] of Object.entries(series)) {
    if (key === 'evidence') numbers.evidence = evidenceBits.reduce((bits, [word, bit]) => value.includes(word) ? bits | bit : bits, 0);
    else if (key === 'sameRater') numbers.sameRater = value === null ? -1 : Number(value);
    else if (enumOf[key]) numbers[key] = enums[enumOf[key]].indexOf(value);
    else if (value !== null && typeof value === 'object' && 'score' in value) {
      numbers[`${key}Date`] = day(value.date);
      numbers[`${key}Score`] = value.score ?? NaN;
    } else numbers[key] = value === null ? NaN : Number(value);
  }
  return numbers;
}

function score(s, i) {
  const answer = s.answer[i];
  if (answer === constants.BIP_NUMBER) return s.number[i];
  return answer === constants.BIP_NOT_ASKED ? null : enums.answer[answer];
}

function assessmentObjects(batch, values) {
  const c = batch.columns;
  const s = batch.scores.columns;
  const { id: ids, note: notes, ...codes } = batch.values;
  const v = grow(values, codes);
  const id = split('id', ids); // each by itself, of this batch only
  const note = split('note', notes);
  let at = 0;
  return Array.from({ length: batch.rows }, (_, i) => {
    const scores = {};
    for (const indicator of v.indicators[c.indicators[i]]) scores[indicator] = score(s, at++);
    return {
      id: code(id, c.id[i]),
      participant: code(v.participant, c.participant[i]),
      instrument: code(v.instrument, c.instrument[i]),
      version: code(v.version, c.version[i]),
      respondent: code(v.respondent, c.respondent[i]),
      rater: code(v.rater, c.rater[i]),
      note: code(note, c.note[i]),
      actor: code(v.actor, c.actor[i]),
      recordedMs: c.recordedMs[i],
      date: date(c.date[i]),
      revision: c.revision[i],
      scores,
    };
  });
}

// The texts of a cohort are many: they are split once somebody looks at them.
function coded(codes, name, joined) {
  let values;
  return { codes, get values() { return values ??= split(name, joined); } };
}

// All rows as columns: numbers and days as they are, codes and words by their index.
function columns(all) {
  const made = { length: all.rows };
  for (const [name, array] of Object.entries(all.columns)) {
    if (name in all.values) made[name] = coded(array, name, all.values[name]);
    else if (enumOf[name]) made[name] = { codes: array, values: enums[enumOf[name]] };
    else made[name] = array;
  }
  return made;
}

module.exports = { seriesObjects, seriesNumbers, assessmentObjects, columns };
