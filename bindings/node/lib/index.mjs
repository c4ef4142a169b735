// The same module for `import`. By require, since an import of it makes Node start its reader of CommonJS first, to find names that
// are given here.
import { createRequire } from 'node:module';

const bip = createRequire(import.meta.url)('./index.js');

export const {
  openStore, openStoreAsync, Store, Change, Cursor, BipError, constants, enums, version, versions, statusCode, statusText,
  parseDate, formatDate, checkInstrument, checkInstrumentAsync, series, seriesAsync, sentence, sentenceAsync, spider,
  spiderAsync, timeline, timelineAsync,
} = bip;
export default bip;
