import bip, { openStoreAsync, BipError, enums, type Series } from 'libbip';

await using store = await openStoreAsync('team.bip');
{
  using change = store.begin('anna');
  change.addParticipant('P-001');
}
const all: Series[] = [bip.series(['2026-01-01', '2026-04-01'], [1, 2], { scaleMin: 1, scaleMax: 5 }, ['H07', null])];
for await (const series of await store.progressionAsync()) all.push(series);
await store.changeAsync({ actor: 'anna' }, async (change) => {
  const done = await change.importAsync((async function* () { yield 'participant'; })(), { createParticipants: true, onIssue: (issue) => issue.line < 10 });
  return done.added;
});
await store.writeToAsync('json', null, null, async (chunk) => chunk.length > 0);
store.writeTo('json', null, null, (chunk) => chunk.length > 0, { reuse: true });
for await (const chunk of store.stream('progression', { lang: 'sv' })) console.log(chunk.length, enums.direction[1], bip.version());
if (new Error() instanceof BipError) console.log('never');
