// The same module for `import`.
import bip from './index.js';

export const {
  openStore, openStoreAsync, Store, Change, Cursor, BipError, constants, enums, version, versions, statusCode, statusText,
  parseDate, formatDate, checkInstrument, checkInstrumentAsync, series, seriesAsync, sentence, sentenceAsync, spider,
  spiderAsync, timeline, timelineAsync,
} = bip;
export default bip;
