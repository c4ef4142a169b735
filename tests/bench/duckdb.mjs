// Runs SQL files in one DuckDB connection and prints the rows of each last statement as JSON, with the seconds it took.
//     node duckdb.mjs MODULES DATABASE CSV STEP.sql...        MODULES: the folder with node_modules/@duckdb/node-api
// In the SQL, :csv stands for the path of CSV and :out for that of the database with ".csv" behind it.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [modules, database, csv, ...steps] = process.argv.slice(2);
const { DuckDBInstance, version } = createRequire(join(modules, 'x.js'))('@duckdb/node-api');

const instance = await DuckDBInstance.create(database, { threads: '2', preserve_insertion_order: 'false' });
const connection = await instance.connect();
if (steps.length === 0) console.log(JSON.stringify({ version: version() }));
for (const step of steps) {
    const statements = readFileSync(step, 'utf8').replaceAll(':csv', `'${csv}'`).replaceAll(':out', `'${database}.csv'`)
        .split(/;\s*\n/).filter((s) => s.replace(/--.*$/gm, '').trim() !== '');
    const cpu = process.cpuUsage();
    const begin = process.hrtime.bigint();
    let result;
    for (const statement of statements) result = await connection.runAndReadAll(statement);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    const { user, system } = process.cpuUsage(cpu);
    const rows = result.getRowObjectsJson();
    console.log(JSON.stringify({ step: basename(step, '.sql'), seconds, cpu: (user + system) / 1e6, rows }));
}
connection.closeSync();
instance.closeSync();
