// Not run: tsc says whether the types allow what they should, and refuse what they should.
import bip = require('libbip');
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const store: bip.Store = bip.openStore('team.bip', { write: true, now: Date.now, read: (what, who) => who !== what });
const id: string = store.change({ actor: 'anna', reason: null }, (change) => {
  change.addParticipant('P-001', '2026-01-01');
  return change.record({
    participant: 'P-001', instrument: 'employability', respondent: 'participant', date: '2026-01-01',
    scores: { everyday_coping: 3, cooperation: 'declined', determination: null },
  });
});
store.change({ actor: 'anna' }, (change) => change.correct(id, { scores: { everyday_coping: 2 }, note: '' }));
for (const series of store.progression({ participants: ['P-001'], asOf: '2026-06-01' })) {
  const mean: number | null = series.mean;
  if (series.direction === 'forward' && series.evidence.includes('held')) console.log(series.latest.score, mean);
}
const columns = store.progressionColumns();
const means: Float64Array = columns.mean;
const some = store.progressionColumns(null, ['mean', 'code']);
console.log(some.mean.length, some.code.values[some.code.codes[0]!], means);
const answer: bip.Score | undefined = store.assessments().toArray()[0]?.scores['everyday_coping'];
const buffer: Buffer = store.write('json');
Readable.from(store.stream('json')).pipe(process.stdout);
const sent: Promise<void> = pipeline(store.stream('json'), process.stdout);
const svg: string = bip.spider([{ title: 'A', scaleMin: 1, scaleMax: 5, better: 'lower', labels: { 1: 'Low' } }], [{ scores: [1] }]);
const words: string = bip.sentence(bip.series(Int32Array.of(1, 2), Float64Array.of(1, 2), { scaleMin: 1, scaleMax: 5 }), { title: 'A' });
try {
  store.close();
} catch (e) {
  if (e instanceof bip.BipError && e.code === 'busy') console.log(e.where, e.status, sent, answer, buffer, svg, words);
}

// @ts-expect-error no such option
bip.openStore('team.bip', { writable: true });
// @ts-expect-error stores come from openStore
new bip.Store();
// @ts-expect-error no such reason
store.begin('anna').record({ participant: 'P', instrument: 'i', respondent: 'r', date: '2026-01-01', scores: { a: 'refused' } });
// @ts-expect-error a date is a text
store.progression({ asOf: new Date() });
// @ts-expect-error this column was not asked for
console.log(some.sd);
// @ts-expect-error a source that has to be waited for
store.begin('anna').import((async function* () { yield ''; })());
// @ts-expect-error the mean may be absent
store.progression().toArray()[0]!.mean.toFixed(1);
