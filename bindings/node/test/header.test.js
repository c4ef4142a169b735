// The binding against what bip.h declares: whatever is added there and lacks here, fails here.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { bip, header, sample } = require('./support.js');

const declared = header();
const folder = path.join(__dirname, '..');
const source = fs.readdirSync(path.join(folder, 'src')).map((file) => fs.readFileSync(path.join(folder, 'src', file), 'utf8')).join('\n');
const types = fs.readFileSync(path.join(folder, 'index.d.ts'), 'utf8');
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());

// What the types say calls a function of bip.h: {bip_x: [holder, name]}.
function documented() {
  const found = {};
  let holder = null;
  let named = [];
  for (const line of types.split('\n')) {
    const opened = /^export class (\w+)/.exec(line);
    if (opened) holder = opened[1];
    if (line === '}') holder = null;
    if (/^\s*(\/\*)?\*/.test(line)) named.push(...(line.match(/bip_\w+(?=\(\))/g) ?? []));
    const member = /^(?:export function |\s+)(\w+)(?:<[^(]*>)?\(/.exec(line);
    if (!member) continue;
    for (const name of named) found[name] ??= [holder, member[1]];
    named = [];
  }
  return found;
}

function thing(holder, name) {
  return holder ? bip[holder].prototype[name] : bip[name];
}

test('every function of bip.h is called by the addon', () => {
  const missing = Object.keys(declared.functions).filter((name) => !new RegExp(`\\b${name}\\(`).test(source));
  assert.deepEqual(missing, []);
});

test('every function of bip.h has its method, which the types document', () => {
  const found = documented();
  const own = Object.keys(declared.functions).filter((name) => !name.endsWith('_init')); // those fill in defaults
  assert.deepEqual(own.filter((name) => !found[name]), []);
  for (const name of own) assert.equal(typeof thing(...found[name]), 'function', name);
});

test('what the types declare is there, and what is there is declared', () => {
  const inTypes = (name, body) => new RegExp(`(^|[\\s.])${name}[(<:]`, 'm').test(body);
  for (const name of Object.keys(bip)) assert.match(types, new RegExp(`export (declare )?(function|class|const) ${name}\\b`));
  for (const [, name] of types.matchAll(/^export (?:function|class|const) (\w+)/gm)) assert.ok(name in bip, name);
  for (const name of ['Store', 'Change', 'Cursor']) {
    const body = types.slice(types.indexOf(`export class ${name}`)).split('\n}')[0];
    const there = Object.getOwnPropertyNames(bip[name].prototype).filter((method) => method !== 'constructor');
    for (const method of there) assert.ok(inTypes(method, body), `${name}.${method}`);
    for (const [, method] of body.matchAll(/^ {2}(\w+)(?:<[^(]*>)?\(/gm)) if (method !== 'constructor') assert.ok(there.includes(method), `${name}.${method}`);
  }
});

test('every constant and enumerator has the number of bip.h', () => {
  const all = { ...declared.constants, ...Object.assign({}, ...Object.values(declared.enums)) };
  assert.deepEqual({ ...bip.constants }, all);
});

test('every enumeration has its words, in order', () => {
  const known = { bip_answer: 'answer', bip_kind: 'kind', bip_better: 'better', bip_direction: 'direction', bip_mk_method: 'mkMethod',
    bip_rci_class: 'rciClass', bip_theme: 'theme', bip_layer_kind: 'layerKind' };
  for (const [type, values] of Object.entries(declared.enums)) {
    if (type === 'bip_status') continue;
    assert.ok(known[type], `${type} has no words`);
    const words = Object.keys(values).map((name) => name.replace(/^BIP_(MK_|RCI_|THEME_|LAYER_)?/, '').toLowerCase());
    assert.deepEqual(bip.enums[known[type]], words, type);
  }
});

test('every status has its word and its text, and the types know it', () => {
  for (const [name, number] of Object.entries(declared.statuses)) {
    const word = name.replace(/^BIP_(E_)?/, '').toLowerCase();
    assert.equal(bip.statusCode(number), word);
    assert.ok(bip.statusText(number).length > 0);
    if (name.startsWith('BIP_E_')) assert.match(types, new RegExp(`'${word}'`));
  }
});

test('every field of a lent struct is a key', () => {
  const store = sample();
  const series = store.progression().toArray()[0];
  const wanted = (struct) => declared.structs[struct].map((field) => field.name);
  const lengths = ['n_visible_to', 'reserved'];
  assert.deepEqual(new Set(Object.keys(series)), new Set(wanted('bip_series').filter((name) => !lengths.includes(name)).map(camel)));
  const assessment = store.assessments().toArray()[0];
  assert.deepEqual(new Set(Object.keys(assessment)), new Set(wanted('bip_assessment').filter((name) => name !== 'n' && name !== 'indicators').map(camel)));
  const result = store.change({ actor: 'a' }, (change) => change.import('participant,date,respondent,indicator,score\n', { instrument: 'employability' }));
  assert.deepEqual(Object.keys(result), wanted('bip_import_result').slice(1).map(camel));
  store.close();
});

test('every field of a struct that callers fill has its key', () => {
  const unlike = { size: '', reserved: '', n: '', ctx: '', flags: '"write"', now_ms: '"now"', n_scores: '', indicators: '' };
  for (const struct of ['bip_open_options', 'bip_assessment_in', 'bip_query', 'bip_series_rules', 'bip_sentence_words', 'bip_picture', 'bip_axis', 'bip_layer', 'bip_panel']) {
    for (const { name } of declared.structs[struct]) {
      const key = unlike[name] ?? (name.startsWith('n_') ? '' : `"${camel(name)}"`);
      assert.ok(source.includes(`{${key}`) || key === '', `${struct}.${name}`);
    }
  }
});

test('every document is written', () => {
  const store = sample();
  for (const document of declared.documents) {
    const query = { participants: ['P-001'], instrument: 'employability', lang: 'en' };
    assert.ok(store.write(document, query).length > 0, document);
  }
  assert.throws(() => store.write('no such document'), { code: 'usage' });
  store.close();
});
