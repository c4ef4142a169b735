'use strict';

const { native } = require('./native.js');

const BATCH = 512; // rows that cross into JavaScript together

/** A reading in progress: iterate it, with `for` or `for await`. */
class Cursor {
  #handle;
  #objects;
  #values = {};
  #end = false;

  constructor(handle, objects) {
    this.#handle = handle;
    this.#objects = objects;
  }

  #take(batch) {
    this.#end = batch.end;
    return this.#objects(batch, this.#values);
  }

  *[Symbol.iterator]() {
    try {
      while (!this.#end) yield* this.#take(native.cursorRead(this.#handle, BATCH));
    } finally {
      this.close();
    }
  }

  async *[Symbol.asyncIterator]() {
    try {
      while (!this.#end) yield* this.#take(await native.cursorReadAsync(this.#handle, BATCH));
    } finally {
      await this.closeAsync();
    }
  }

  toArray() {
    return [...this];
  }

  async toArrayAsync() {
    const all = [];
    for await (const one of this) all.push(one);
    return all;
  }

  close() {
    native.cursorClose(this.#handle);
  }

  async closeAsync() {
    await native.cursorCloseAsync(this.#handle);
  }

  [Symbol.dispose]() {
    this.close();
  }

  async [Symbol.asyncDispose]() {
    await this.closeAsync();
  }
}

module.exports = { Cursor };
