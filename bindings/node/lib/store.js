'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { native, optionsText, jsonText } = require('./native.js');
const { seriesObjects, assessmentObjects, columns } = require('./rows.js');
const { Cursor } = require('./cursor.js');
const { Change, lines } = require('./change.js');

const around = new AsyncLocalStorage(); // the changes whose work is going on

// Committed now, a change would hold what was recorded before the first `await`, and no more.
function refusePromise(result) {
  if (typeof result?.then !== 'function') return;
  result.then(() => {}, () => {}); // what is told is this, and not also that the change has ended
  throw new TypeError('work must not give a promise: that is for changeAsync()');
}

/** One file with everything a team has recorded. */
class Store {
  #handle;
  #lastChange = null; // kept when the last changeAsync() has ended; null: it has

  constructor(handle) {
    this.#handle = handle;
  }

  static open(path, options) {
    return new Store(native.storeOpen(path, options));
  }

  static async openAsync(path, options) {
    return new Store(await native.storeOpenAsync(path, options));
  }

  static #handleOf(store) {
    if (typeof store !== 'object' || store === null || !(#handle in store)) throw new TypeError('from must be a Store');
    return store.#handle;
  }

  // ---- the store as a whole

  close() {
    native.storeClose(this.#handle);
  }

  async closeAsync() {
    await native.storeCloseAsync(this.#handle);
  }

  [Symbol.dispose]() {
    this.close();
  }

  async [Symbol.asyncDispose]() {
    await this.closeAsync();
  }

  interrupt() {
    native.storeInterrupt(this.#handle);
  }

  lang() {
    return native.storeLang(this.#handle);
  }

  async langAsync() {
    return native.storeLangAsync(this.#handle);
  }

  today() {
    return native.storeToday(this.#handle);
  }

  async todayAsync() {
    return native.storeTodayAsync(this.#handle);
  }

  addWords(words) {
    return native.storeAddWords(this.#handle, jsonText(words));
  }

  async addWordsAsync(words) {
    return native.storeAddWordsAsync(this.#handle, jsonText(words));
  }

  verify({ anchor, onIssue } = {}) {
    native.storeVerify(this.#handle, anchor, onIssue);
  }

  async verifyAsync({ anchor, onIssue } = {}) {
    await native.storeVerifyAsync(this.#handle, anchor, onIssue);
  }

  backup(path) {
    native.storeBackup(this.#handle, path);
  }

  async backupAsync(path) {
    await native.storeBackupAsync(this.#handle, path);
  }

  traces() {
    return native.storeTraces(this.#handle);
  }

  async tracesAsync() {
    return native.storeTracesAsync(this.#handle);
  }

  retentionDays() {
    return native.retentionDays(this.#handle);
  }

  async retentionDaysAsync() {
    return native.retentionDaysAsync(this.#handle);
  }

  retentionList({ days, asOf } = {}) {
    return lines(native.retentionList(this.#handle, days, asOf));
  }

  async retentionListAsync({ days, asOf } = {}) {
    return lines(await native.retentionListAsync(this.#handle, days, asOf));
  }

  // ---- writing

  begin(actor, reason) {
    return new Change(native.changeBegin(this.#handle, actor, reason), Store.#handleOf);
  }

  async beginAsync(actor, reason) {
    return new Change(await native.changeBeginAsync(this.#handle, actor, reason), Store.#handleOf);
  }

  change({ actor, reason }, work) {
    const change = this.begin(actor, reason);
    try {
      const result = work(change);
      refusePromise(result);
      change.commit();
      return result;
    } finally {
      change.rollback();
    }
  }

  // A store has one change at a time: who comes while there is one waits for its end, but for the work of that one itself.
  async changeAsync(who, work) {
    if (around.getStore()?.some((one) => one.store === this && one.open)) return this.#changeNow(who, work);
    const before = this.#lastChange;
    const mine = before === null ? this.#changeNow(who, work) : before.then(() => this.#changeNow(who, work));
    const end = mine.catch(() => {}).then(() => { if (this.#lastChange === end) this.#lastChange = null; });
    this.#lastChange = end;
    return mine;
  }

  async #changeNow({ actor, reason }, work) {
    const change = await this.beginAsync(actor, reason);
    const here = { store: this, open: true };
    try {
      const result = await around.run([...around.getStore() ?? [], here], work, change);
      await change.commitAsync();
      return result;
    } finally {
      here.open = false;
      await change.rollbackAsync();
    }
  }

  // ---- reading

  assessments(query) {
    return new Cursor(native.assessments(this.#handle, query), assessmentObjects);
  }

  async assessmentsAsync(query) {
    return new Cursor(await native.assessmentsAsync(this.#handle, query), assessmentObjects);
  }

  progression(query) {
    return new Cursor(native.progression(this.#handle, query), seriesObjects);
  }

  async progressionAsync(query) {
    return new Cursor(await native.progressionAsync(this.#handle, query), seriesObjects);
  }

  assessmentColumns(query) {
    const all = native.assessmentColumns(this.#handle, query);
    return { assessments: columns(all), scores: columns(all.scores) };
  }

  async assessmentColumnsAsync(query) {
    const all = await native.assessmentColumnsAsync(this.#handle, query);
    return { assessments: columns(all), scores: columns(all.scores) };
  }

  progressionColumns(query, wanted) {
    return columns(native.progressionColumns(this.#handle, query, wanted));
  }

  async progressionColumnsAsync(query, wanted) {
    return columns(await native.progressionColumnsAsync(this.#handle, query, wanted));
  }

  // ---- documents

  write(document, query, options) {
    return native.write(this.#handle, document, query, optionsText(options));
  }

  async writeAsync(document, query, options) {
    return native.writeAsync(this.#handle, document, query, optionsText(options));
  }

  text(document, query, options) {
    return this.write(document, query, options).toString();
  }

  async textAsync(document, query, options) {
    return (await this.writeAsync(document, query, options)).toString();
  }

  writeTo(document, query, options, onChunk, { reuse } = {}) {
    native.write(this.#handle, document, query, optionsText(options), onChunk, false, reuse);
  }

  async writeToAsync(document, query, options, onChunk, { reuse } = {}) {
    await native.writeAsync(this.#handle, document, query, optionsText(options), onChunk, true, reuse);
  }

  // The library waits while a chunk is on its way, and is told to stop by whoever leaves the loop.
  async *stream(document, query, options) {
    let arrived, take, over = false;
    const chunkAfter = () => {
      const next = new Promise((resolve) => { arrived = resolve; });
      next.catch(() => {}); // nobody may be there any more to hear of the failure
      return next;
    };
    let chunk = chunkAfter();
    const onChunk = (bytes) => new Promise((resolve) => { take = resolve; arrived(bytes); });
    const end = this.writeToAsync(document, query, options, onChunk).then(() => null).finally(() => { over = true; });
    end.then(() => arrived(null), () => arrived(end));
    try {
      for (let bytes = await chunk; bytes !== null; bytes = await chunk) {
        chunk = chunkAfter();
        yield bytes;
        take(true);
      }
    } finally {
      if (!over) {
        take?.(false);
        await end.catch(() => {});
      }
    }
  }
}

module.exports = { Store };
