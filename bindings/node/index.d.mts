export * from './index.js';
import * as bip from './index.js';
export default bip;
