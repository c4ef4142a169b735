'use strict';

const { native, keyed, optionsText, jsonText } = require('./native.js');

const bytes = (chunk) => typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
const isWhole = (source) => typeof source === 'string' || ArrayBuffer.isView(source) || source === null || typeof source !== 'object' && typeof source !== 'function';

// What gives the next chunk, and null at the end.
function reader(source) {
  if (isWhole(source)) return bytes(source);
  if (typeof source === 'function') return (n) => bytes(source(n));
  const chunks = source[Symbol.iterator]?.();
  return chunks ? () => next(chunks.next()) : source;
}

function asyncReader(source) {
  const chunks = source?.[Symbol.asyncIterator]?.();
  if (chunks) return async () => next(await chunks.next());
  const read = reader(source);
  return typeof read === 'function' ? async (n) => bytes(await read(n)) : read;
}

const next = ({ done, value }) => done ? null : bytes(value);

function lines(buffer) {
  return buffer.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** One transaction, one entry of the audit trail. Commit it, or it is undone. */
class Change {
  #handle;
  #storeHandle; // of another store: for a merge

  constructor(handle, storeHandle) {
    this.#handle = handle;
    this.#storeHandle = storeHandle;
  }

  record(assessment) {
    return native.assessmentAdd(this.#handle, assessment);
  }

  async recordAsync(assessment) {
    return native.assessmentAddAsync(this.#handle, assessment);
  }

  correct(id, correction) {
    return native.assessmentCorrect(this.#handle, id, correction);
  }

  async correctAsync(id, correction) {
    return native.assessmentCorrectAsync(this.#handle, id, correction);
  }

  withdraw(id) {
    native.assessmentWithdraw(this.#handle, id);
  }

  async withdrawAsync(id) {
    await native.assessmentWithdrawAsync(this.#handle, id);
  }

  dispute(id, text) {
    return native.assessmentDispute(this.#handle, id, text);
  }

  async disputeAsync(id, text) {
    return native.assessmentDisputeAsync(this.#handle, id, text);
  }

  addParticipant(code, enrolled) {
    native.participantAdd(this.#handle, code, enrolled);
  }

  async addParticipantAsync(code, enrolled) {
    await native.participantAddAsync(this.#handle, code, enrolled);
  }

  setAttribute(code, key, value) {
    native.participantSet(this.#handle, code, key, value);
  }

  async setAttributeAsync(code, key, value) {
    await native.participantSetAsync(this.#handle, code, key, value);
  }

  eraseParticipant(code) {
    native.participantErase(this.#handle, code);
  }

  async eraseParticipantAsync(code) {
    await native.participantEraseAsync(this.#handle, code);
  }

  keepRetention(days) {
    native.retentionKeep(this.#handle, days);
  }

  async keepRetentionAsync(days) {
    await native.retentionKeepAsync(this.#handle, days);
  }

  eraseRetention({ days, asOf } = {}) {
    return lines(native.retentionErase(this.#handle, days, asOf));
  }

  async eraseRetentionAsync({ days, asOf } = {}) {
    return lines(await native.retentionEraseAsync(this.#handle, days, asOf));
  }

  addInstrument(json) {
    native.instrumentAdd(this.#handle, jsonText(json));
  }

  async addInstrumentAsync(json) {
    await native.instrumentAddAsync(this.#handle, jsonText(json));
  }

  import(source, options) {
    const { format, onIssue, ...others } = keyed(options);
    return native.import(this.#handle, format, optionsText(others), reader(source), onIssue);
  }

  async importAsync(source, options) {
    const { format, onIssue, ...others } = keyed(options);
    return native.importAsync(this.#handle, format, optionsText(others), asyncReader(source), onIssue, !isWhole(source));
  }

  merge(from) {
    return native.merge(this.#handle, this.#storeHandle(from));
  }

  async mergeAsync(from) {
    return native.mergeAsync(this.#handle, this.#storeHandle(from));
  }

  commit() {
    return native.changeCommit(this.#handle);
  }

  async commitAsync() {
    return native.changeCommitAsync(this.#handle);
  }

  rollback() {
    native.changeRollback(this.#handle);
  }

  async rollbackAsync() {
    await native.changeRollbackAsync(this.#handle);
  }

  [Symbol.dispose]() {
    this.rollback();
  }

  async [Symbol.asyncDispose]() {
    await this.rollbackAsync();
  }
}

module.exports = { Change, lines };
