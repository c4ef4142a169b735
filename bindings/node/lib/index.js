// libbip for Node. index.d.ts says what each does; bip.h says it in full.
'use strict';

const { native, BipError, jsonText } = require('./native.js');
const { seriesObjects, seriesNumbers } = require('./rows.js');
const { raterNumbers, panelsInNumbers } = require('./raters.js');
const { Cursor } = require('./cursor.js');
const { Change } = require('./change.js');
const { Store } = require('./store.js');

const constants = Object.freeze(native.constants);
const enums = Object.freeze(native.enums);
Object.values(enums).forEach(Object.freeze);

const openStore = (path, options) => Store.open(path, options);
const openStoreAsync = async (path, options) => Store.openAsync(path, options);

const version = () => native.version();
const versions = () => Object.fromEntries(native.versions().trim().split('\n').map((line) => line.split(' ')));
const statusCode = (status) => native.statusCode(status);
const statusText = (status) => native.statusText(status);
const parseDate = (text) => native.parseDate(text);
const formatDate = (days) => native.formatDate(days);
const checkInstrument = (json) => native.checkInstrument(jsonText(json));
const checkInstrumentAsync = async (json) => { await native.checkInstrumentAsync(jsonText(json)); };

const series = (days, scores, rules, raters) => seriesObjects(native.series(days, scores, rules, raterNumbers(raters)), {})[0];
const seriesAsync = async (days, scores, rules, raters) =>
  seriesObjects(await native.seriesAsync(days, scores, rules, raterNumbers(raters)), {})[0];
const sentence = (one, words) => native.sentence(seriesNumbers(one), words);
const sentenceAsync = async (one, words) => native.sentenceAsync(seriesNumbers(one), words);
const spider = (axes, layers, picture) => native.spider(axes, layers, picture);
const spiderAsync = async (axes, layers, picture) => native.spiderAsync(axes, layers, picture);
const timeline = (panels, picture) => native.timeline(panelsInNumbers(panels), picture);
const timelineAsync = async (panels, picture) => native.timelineAsync(panelsInNumbers(panels), picture);

module.exports = {
  openStore, openStoreAsync, Store, Change, Cursor, BipError, constants, enums, version, versions, statusCode, statusText,
  parseDate, formatDate, checkInstrument, checkInstrumentAsync, series, seriesAsync, sentence, sentenceAsync, spider,
  spiderAsync, timeline, timelineAsync,
};
