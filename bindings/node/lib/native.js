// The addon, and what every file needs of it. LIBBIP_ADDON names another build of it.
'use strict';

const path = require('node:path');

const native = require(process.env.LIBBIP_ADDON || path.join(__dirname, '..', 'build', 'bip.node'));

for (const name of ['dispose', 'asyncDispose']) {
  if (!Symbol[name]) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

/** What the library refused or could not do. The words are the library's. */
class BipError extends Error {
  constructor(message, code, where, status, detail) {
    super(message);
    this.code = code;
    this.where = where;
    this.status = status;
    this.detail = detail;
  }
}
Object.defineProperty(BipError.prototype, 'name', { value: 'BipError', configurable: true, writable: true });
native.setErrorClass(BipError);

// A Map has no keys of its own: taken for an object, what is in it would be lost without a word.
function keyed(options = {}) {
  if (options instanceof Map) throw new TypeError('options must be an object with keys');
  return options;
}

// Options as the library reads them: JSON with its own spelling of the keys.
function optionsText(options) {
  if (options === undefined || options === null || typeof options === 'string') return options;
  const spelled = Object.entries(keyed(options)).map(([key, value]) => [key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), value]);
  return JSON.stringify(Object.fromEntries(spelled));
}

// A document of the library's that people may also have as an object.
function jsonText(json) {
  return typeof json === 'string' || ArrayBuffer.isView(json) ? json : JSON.stringify(json);
}

module.exports = { native, BipError, keyed, optionsText, jsonText };
