/// <reference types="node" />
/// <reference lib="esnext.disposable" />
// Each declaration names the function of bip.h that it calls; bip.h says in full what holds and what fails.
// What has two forms, `x` and `xAsync`, does the same in both: the second on another thread, as a promise. Calls on one
// store wait for one another; a synchronous call while others are going on is refused with code "usage".

/** A calendar date, "YYYY-MM-DD": a Date of JavaScript is a moment, and another day elsewhere. */
export type ISODate = string;
/** Why there is no number. */
export type Reason = 'declined' | 'dont_know' | 'not_applicable';
/** A number on the scale, null where it was not asked, or the reason why there is none. */
export type Score = number | null | Reason;
export type Direction = 'unknown' | 'forward' | 'steady' | 'back';
export type Better = 'higher' | 'lower';
export type Evidence = 'observed' | 'held' | 'trend' | 'reliable';
/** An answer of false ends the work with code "cancelled"; anything else goes on. */
export type GoOn = boolean | void;

export type ErrorCode = 'usage' | 'refused' | 'not_found' | 'conflict' | 'busy' | 'io' | 'full' | 'nomem' | 'format'
  | 'too_new' | 'corrupt' | 'cancelled' | 'read_only';

/** What the library refused or could not do: a bip_error. Wrong types are a TypeError. */
export class BipError extends Error {
  private constructor();
  readonly name: 'BipError';
  /** The status as a word. */
  readonly code: ErrorCode;
  /** The place: "indicators[3].scale", "line 17, column score"; "" where there is none. */
  readonly where: string;
  /** The status as a number, a bip_status. */
  readonly status: number;
  /** The storage engine's own code, or 0. */
  readonly detail: number;
}

/** The enumerators and numbers of bip.h, under their names there. */
export const constants: Readonly<Record<string, number>>;
/** The words of each enumeration, in the order of its numbers. */
export const enums: Readonly<{
  answer: readonly ('number' | 'not_asked' | Reason)[];
  kind: readonly ('indicator' | 'dimension')[];
  better: readonly Better[];
  direction: readonly Direction[];
  mkMethod: readonly ('none' | 'exact' | 'normal')[];
  rciClass: readonly ('none' | 'improved' | 'unchanged' | 'deteriorated')[];
  theme: readonly ('auto' | 'light' | 'dark')[];
  layerKind: readonly ('latest' | 'first' | 'previous' | 'best' | 'day' | 'goal')[];
}>;

// ---- without a store

/** bip_version(). */
export function version(): string;
/** bip_versions(): {sqlite: "3.40.1", ...}. */
export function versions(): Record<string, string>;
/** bip_status_code(). */
export function statusCode(status: number): string;
/** bip_status_text(). */
export function statusText(status: number): string;
/** bip_date_parse(): days since 1970-01-01, as in the columns. */
export function parseDate(text: ISODate): number;
/** bip_date_format(). */
export function formatDate(days: number): ISODate;
/** bip_instrument_check(). An object is written as JSON first. */
export function checkInstrument(json: string | Uint8Array | object): void;
export function checkInstrumentAsync(json: string | Uint8Array | object): Promise<void>;

/** How a series is to be judged: bip_series_rules. */
export interface SeriesRules {
  scaleMin: number;
  scaleMax: number;
  /** Least difference that counts as a step; 0: any difference. */
  smallestStep?: number;
  /** Of the instrument, with sd: what reliable change needs. */
  reliability?: number;
  sd?: number;
  better?: Better;
}

/** A score on a day; both null where there is none. */
export interface Point {
  date: ISODate | null;
  score: number | null;
}

/** What one series says about change: bip_series. null where the library has no number or no text. */
export interface Series {
  participant: string | null;
  instrument: string | null;
  version: string | null;
  respondent: string | null;
  code: string | null;
  visibleTo: readonly string[] | null;
  kind: 'indicator' | 'dimension';
  better: Better;
  n: number;
  /** Dates without a number, by the reason last recorded. */
  notAsked: number;
  declined: number;
  dontKnow: number;
  notApplicable: number;
  spanDays: number;
  first: Point;
  previous: Point;
  latest: Point;
  best: Point;
  mean: number | null;
  sd: number | null;
  fromFirst: number | null;
  fromPrevious: number | null;
  percentOfScale: number | null;
  trend: Direction;
  mkMethod: 'none' | 'exact' | 'normal';
  olsPer90Days: number | null;
  olsAtFirst: number | null;
  olsSePer90Days: number | null;
  olsR2: number | null;
  tsPer90Days: number | null;
  tsLow: number | null;
  tsHigh: number | null;
  mkS: number;
  mkVarS: number | null;
  mkZ: number | null;
  mkP: number | null;
  rci: number | null;
  rciClass: 'none' | 'improved' | 'unchanged' | 'deteriorated';
  stepsForward: number;
  stepsBack: number;
  /** The newest step; "unknown": none. */
  step: Direction;
  stepFrom: Point;
  stepTo: Point;
  heldFor: number;
  newBest: boolean;
  /** null where a rater is unknown. */
  sameRater: boolean | null;
  direction: Direction;
  evidence: Evidence[];
  hasBands: boolean;
  bandFirst: string | null;
  bandLatest: string | null;
}

/** Dates as texts, or days since 1970-01-01. */
export type Days = readonly ISODate[] | Int32Array;
export type Numbers = readonly number[] | Float64Array;
/** Who judged: names, null where unknown; or whole numbers, equal where the rater was the same, 0 where unknown. */
export type Raters = readonly (string | null | undefined)[] | readonly (number | null | undefined)[] | Int32Array;

/** bip_series_compute(): everything that progression tells of a series, from arrays. */
export function series(days: Days, scores: Numbers, rules: SeriesRules, raters?: Raters | null): Series;
export function seriesAsync(days: Days, scores: Numbers, rules: SeriesRules, raters?: Raters | null): Promise<Series>;

/** The words of scores: {3: "In part"}. */
export type Labels = Readonly<Record<number, string>>;

export interface SentenceWords {
  lang?: string | null;
  /** Of the indicator. */
  title: string;
  labels?: Labels | null;
  raterRole?: string | null;
}

/** bip_series_sentence(): where a series stands, in words. */
export function sentence(series: Series, words: SentenceWords): string;
export function sentenceAsync(series: Series, words: SentenceWords): Promise<string>;

/** bip_picture. */
export interface Picture {
  lang?: string | null;
  title?: string | null;
  subtitle?: string | null;
  id?: string | null;
  width?: number;
  theme?: 'auto' | 'light' | 'dark';
}

/** bip_axis. */
export interface Axis {
  title: string;
  scaleMin: number;
  scaleMax: number;
  step?: number;
  better?: Better;
  labels?: Labels | null;
}

/** bip_layer. A Float64Array has numbers only. */
export interface Layer {
  label?: string | null;
  respondent?: string | null;
  date?: ISODate | null;
  kind?: 'latest' | 'first' | 'previous' | 'best' | 'day' | 'goal';
  /** One for each axis. */
  scores: readonly Score[] | Float64Array;
}

/** bip_panel. */
export interface Panel {
  title: string;
  rules: SeriesRules;
  labels?: Labels | null;
  days?: Days;
  scores?: readonly Score[] | Float64Array;
  raters?: Raters | null;
}

/** bip_spider(): SVG. */
export function spider(axes: readonly Axis[], layers: readonly Layer[], picture?: Picture | null): string;
export function spiderAsync(axes: readonly Axis[], layers: readonly Layer[], picture?: Picture | null): Promise<string>;
/** bip_timeline(): SVG. */
export function timeline(panels: readonly Panel[], picture?: Picture | null): string;
export function timelineAsync(panels: readonly Panel[], picture?: Picture | null): Promise<string>;

// ---- stores

/** bip_open_options. */
export interface OpenOptions {
  /** Changes may be made. */
  write?: boolean;
  /** Make a new store; refuses a path that exists. */
  create?: boolean;
  /** With create: the store takes national identity numbers. */
  allowNationalIds?: boolean;
  /** How long to wait for another writer; 0: 10,000 ms. */
  waitMs?: number;
  /** With create: the store's language. */
  lang?: string | null;
  /** The clock, milliseconds since 1970-01-01 UTC; a number stands still. */
  now?: number | (() => number);
  /** The source of chance: as many bytes as asked for. */
  random?: (bytes: number) => Uint8Array;
  /** Told of every participant before they are read, and for what. */
  read?: (what: string, participant: string) => GoOn;
}

/** bip_store_open(). Opens for reading, unless the options say otherwise. */
export function openStore(path: string, options?: OpenOptions | null): Store;
export function openStoreAsync(path: string, options?: OpenOptions | null): Promise<Store>;

/** What to read: bip_query. Without anything, all. */
export interface Query {
  participants?: readonly string[] | null;
  /** Code, or "code@version". */
  instrument?: string | null;
  respondent?: string | null;
  /** Leave out what is not visible to this respondent. */
  forRole?: string | null;
  lang?: string | null;
  asOf?: ISODate | null;
  since?: ISODate | null;
}

/** One current assessment: bip_assessment. */
export interface Assessment {
  id: string;
  participant: string;
  instrument: string;
  version: string;
  respondent: string;
  rater: string | null;
  note: string | null;
  actor: string;
  /** When it was recorded, milliseconds since 1970-01-01 UTC. */
  recordedMs: number;
  date: ISODate;
  revision: number;
  /** By indicator, in the instrument's order. */
  scores: Record<string, Score>;
}

/** What to record: bip_assessment_in. */
export interface AssessmentIn {
  participant: string;
  instrument: string;
  respondent: string;
  date: ISODate;
  rater?: string | null;
  note?: string | null;
  /** A national identity number in the note becomes "[...]" instead of an error. */
  redact?: boolean;
  /** By indicator, or all of them in the instrument's order. */
  scores: Readonly<Record<string, Score>> | readonly Score[] | Float64Array;
}

/** Indicators not named stay; null takes a score out; note "" removes it. */
export interface Correction {
  scores?: Readonly<Record<string, Score>> | readonly Score[];
  note?: string | null;
  redact?: boolean;
}

/** bip_issue: one refused cell, one fault found. */
export interface Issue {
  line: number;
  column: string;
  where: string;
  message: string;
}

/** bip_import_result. */
export interface ImportResult {
  added: number;
  known: number;
  changed: number;
  participants: number;
  emptyRows: number;
  future: number;
  refused: number;
}

export interface ImportOptions {
  format?: 'csv-long' | 'csv-wide' | 'json' | 'jsonl' | null;
  onIssue?: (issue: Issue) => GoOn;
  instrument?: string;
  dates?: 'ymd' | 'dmy';
  ignoreColumns?: readonly string[];
  createParticipants?: boolean;
  update?: boolean;
  redact?: boolean;
  asOf?: ISODate;
}

type Chunk = string | Uint8Array;
/** All at once, in pieces, or a function that gives the next piece (null: the end). */
export type Source = Chunk | Iterable<Chunk> | ((bytes: number) => Chunk | null);
export type AsyncSource = Source | AsyncIterable<Chunk> | ((bytes: number) => Chunk | null | Promise<Chunk | null>);

/** What a document takes as options, with the library's names: {layers: ["first", "latest"], theme: "dark"}. */
export type DocumentOptions = string | Readonly<Record<string, unknown>>;

/** How the pieces of a document come. */
export interface ChunkOptions {
  /** One piece of memory for all chunks, which stays in the caches: a chunk holds until `onChunk` has returned, or its promise is kept. */
  reuse?: boolean | null;
}

/** One line of bip-retention-1. */
export interface Overdue {
  schema: 'bip-retention-1';
  participant: string;
  [key: string]: unknown;
}

/** Whole numbers, in as few bits as the largest of them needs. */
export type Wholes = Int8Array | Int16Array | Int32Array;

/** Codes or words by their index in `values`; -1: none. */
export interface Coded<T = string> {
  codes: Wholes;
  values: readonly T[];
}

/** Series as columns, under the names of Series; a Point is two columns, days since 1970-01-01 and a score. NaN: no number;
 *  constants.BIP_NO_DATE: no date. */
export interface SeriesColumns {
  length: number;
  participant: Coded; instrument: Coded; version: Coded; respondent: Coded; code: Coded;
  visibleTo: Coded<readonly string[]>;
  kind: Coded; better: Coded; trend: Coded; mkMethod: Coded; rciClass: Coded; step: Coded; direction: Coded;
  bandFirst: Coded; bandLatest: Coded;
  n: Wholes; notAsked: Wholes; declined: Wholes; dontKnow: Wholes; notApplicable: Wholes;
  spanDays: Wholes; stepsForward: Wholes; stepsBack: Wholes; heldFor: Wholes;
  /** 1, 0; sameRater also -1: unknown. */
  newBest: Wholes; sameRater: Wholes; hasBands: Wholes;
  /** Bits: BIP_OBSERVED, BIP_HELD, BIP_TREND, BIP_RELIABLE of constants. */
  evidence: Wholes;
  firstDate: Int32Array; previousDate: Int32Array; latestDate: Int32Array; bestDate: Int32Array; stepFromDate: Int32Array;
  stepToDate: Int32Array;
  firstScore: Float64Array; previousScore: Float64Array; latestScore: Float64Array; bestScore: Float64Array;
  stepFromScore: Float64Array; stepToScore: Float64Array;
  mean: Float64Array; sd: Float64Array; fromFirst: Float64Array; fromPrevious: Float64Array; percentOfScale: Float64Array;
  olsPer90Days: Float64Array; olsAtFirst: Float64Array; olsSePer90Days: Float64Array; olsR2: Float64Array;
  tsPer90Days: Float64Array; tsLow: Float64Array; tsHigh: Float64Array;
  mkS: Float64Array; mkVarS: Float64Array; mkZ: Float64Array; mkP: Float64Array; rci: Float64Array;
}

/** A row an assessment, and a row a score: `assessment` is the row of the first table. */
export interface AssessmentColumns {
  assessments: {
    length: number;
    id: Coded; participant: Coded; instrument: Coded; version: Coded; respondent: Coded; rater: Coded; note: Coded;
    actor: Coded; indicators: Coded<readonly string[]>;
    recordedMs: Float64Array; date: Int32Array; revision: Wholes;
  };
  scores: { length: number; assessment: Wholes; indicator: Coded; number: Float64Array; answer: Coded };
}

/** A reading in progress: iterate it with `for` or `for await`, which also closes it. It keeps its store alive. Some rows are
 *  read ahead. */
export class Cursor<T> implements Iterable<T>, AsyncIterable<T> {
  private constructor();
  [Symbol.iterator](): Iterator<T, void, undefined>;
  [Symbol.asyncIterator](): AsyncIterator<T, void, undefined>;
  toArray(): T[];
  toArrayAsync(): Promise<T[]>;
  /** bip_cursor_close(). */
  close(): void;
  closeAsync(): Promise<void>;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One transaction, one entry of the audit trail. What is not committed is undone. */
export class Change {
  private constructor();
  /** bip_assessment_add(). @returns the id */
  record(assessment: AssessmentIn): string;
  recordAsync(assessment: AssessmentIn): Promise<string>;
  /** bip_assessment_correct(). @returns the id of the revision that is current now */
  correct(id: string, correction: Correction): string;
  correctAsync(id: string, correction: Correction): Promise<string>;
  /** bip_assessment_withdraw(). The change must have a reason. */
  withdraw(id: string): void;
  withdrawAsync(id: string): Promise<void>;
  /** bip_assessment_dispute(). @returns the id of the objection */
  dispute(id: string, text: string): string;
  disputeAsync(id: string, text: string): Promise<string>;
  /** bip_participant_add(). */
  addParticipant(code: string, enrolled?: ISODate | null): void;
  addParticipantAsync(code: string, enrolled?: ISODate | null): Promise<void>;
  /** bip_participant_set(). null takes the attribute away. */
  setAttribute(code: string, key: string, value: string | null): void;
  setAttributeAsync(code: string, key: string, value: string | null): Promise<void>;
  /** bip_participant_erase(). The change must have a reason. */
  eraseParticipant(code: string): void;
  eraseParticipantAsync(code: string): Promise<void>;
  /** bip_retention_keep(). */
  keepRetention(days: number): void;
  keepRetentionAsync(days: number): Promise<void>;
  /** bip_retention_erase(). @returns those who were erased */
  eraseRetention(options?: { days?: number; asOf?: ISODate | null }): Overdue[];
  eraseRetentionAsync(options?: { days?: number; asOf?: ISODate | null }): Promise<Overdue[]>;
  /** bip_instrument_add(). */
  addInstrument(json: string | Uint8Array | object): void;
  addInstrumentAsync(json: string | Uint8Array | object): Promise<void>;
  /** bip_import(). */
  import(source: Source, options?: ImportOptions): ImportResult;
  importAsync(source: AsyncSource, options?: ImportOptions): Promise<ImportResult>;
  /** bip_merge(). */
  merge(from: Store): ImportResult;
  mergeAsync(from: Store): Promise<ImportResult>;
  /** bip_change_commit(). @returns the id of the entry, "" where none was needed */
  commit(): string;
  commitAsync(): Promise<string>;
  /** bip_change_rollback(). After the end it does nothing. */
  rollback(): void;
  rollbackAsync(): Promise<void>;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One file with everything a team has recorded. */
export class Store {
  private constructor();
  /** bip_store_close(). Cursors and changes end with it. Once closed, every call is refused. */
  close(): void;
  closeAsync(): Promise<void>;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
  /** bip_store_interrupt(): the call in progress ends soon with code "cancelled". */
  interrupt(): void;
  /** bip_store_lang(). "" for none. */
  lang(): string;
  langAsync(): Promise<string>;
  /** bip_store_today(). */
  today(): ISODate;
  todayAsync(): Promise<ISODate>;
  /** bip_store_add_words(). @returns the language's code */
  addWords(words: string | Uint8Array | object): string;
  addWordsAsync(words: string | Uint8Array | object): Promise<string>;
  /** bip_store_verify(). */
  verify(options?: { anchor?: string | null; onIssue?: (issue: Issue) => GoOn }): void;
  verifyAsync(options?: { anchor?: string | null; onIssue?: (issue: Issue) => GoOn }): Promise<void>;
  /** bip_store_backup(). */
  backup(path: string): void;
  backupAsync(path: string): Promise<void>;
  /** bip_store_traces(). */
  traces(): boolean;
  tracesAsync(): Promise<boolean>;
  /** bip_retention_days(). 0: none is kept. */
  retentionDays(): number;
  retentionDaysAsync(): Promise<number>;
  /** bip_retention_list(). */
  retentionList(options?: { days?: number; asOf?: ISODate | null }): Overdue[];
  retentionListAsync(options?: { days?: number; asOf?: ISODate | null }): Promise<Overdue[]>;

  /** bip_change_begin(). */
  begin(actor: string, reason?: string | null): Change;
  beginAsync(actor: string, reason?: string | null): Promise<Change>;
  /** A change around `work`: committed when it returns, undone when it throws. Work that gives a promise is refused, and
   *  undone, by the first form. In the second, changes of one store wait for one another; one inside another is refused. */
  change<T>(who: { actor: string; reason?: string | null }, work: (change: Change) => T): T;
  changeAsync<T>(who: { actor: string; reason?: string | null }, work: (change: Change) => T | Promise<T>): Promise<T>;

  /** bip_assessments(), bip_assessment_next(). */
  assessments(query?: Query | null): Cursor<Assessment>;
  assessmentsAsync(query?: Query | null): Promise<Cursor<Assessment>>;
  /** bip_progression(), bip_series_next(). */
  progression(query?: Query | null): Cursor<Series>;
  progressionAsync(query?: Query | null): Promise<Cursor<Series>>;
  /** The same as columns, for whole cohorts. */
  assessmentColumns(query?: Query | null): AssessmentColumns;
  assessmentColumnsAsync(query?: Query | null): Promise<AssessmentColumns>;
  /** @param columns only these */
  progressionColumns(query?: Query | null): SeriesColumns;
  progressionColumns<K extends keyof SeriesColumns>(query: Query | null | undefined, columns: readonly K[]): Pick<SeriesColumns, K | 'length'>;
  progressionColumnsAsync(query?: Query | null): Promise<SeriesColumns>;
  progressionColumnsAsync<K extends keyof SeriesColumns>(query: Query | null | undefined, columns: readonly K[]): Promise<Pick<SeriesColumns, K | 'length'>>;

  /** bip_write(): a document, UTF-8. bip.h lists them. */
  write(document: string, query?: Query | null, options?: DocumentOptions | null): Buffer;
  writeAsync(document: string, query?: Query | null, options?: DocumentOptions | null): Promise<Buffer>;
  /** The same as a string. */
  text(document: string, query?: Query | null, options?: DocumentOptions | null): string;
  textAsync(document: string, query?: Query | null, options?: DocumentOptions | null): Promise<string>;
  /** The same piece by piece. In the second form a promise holds up the next piece. */
  writeTo(document: string, query: Query | null | undefined, options: DocumentOptions | null | undefined, onChunk: (chunk: Buffer) => GoOn, how?: ChunkOptions): void;
  writeToAsync(document: string, query: Query | null | undefined, options: DocumentOptions | null | undefined, onChunk: (chunk: Buffer) => GoOn | Promise<GoOn>, how?: ChunkOptions): Promise<void>;
  /** The same to iterate: nothing is read faster than it is taken. `pipeline(store.stream("json"), response)` sends it, and leaves
   *  it when the reader goes away; until it is left or at its end, the store waits for it. */
  stream(document: string, query?: Query | null, options?: DocumentOptions | null): AsyncGenerator<Buffer, void, undefined>;
}
