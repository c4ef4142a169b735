// examples/node_page.mjs, as a browser would ask it, and as a page from elsewhere would.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const test = require('node:test');
const { bip, root, folder, now, whole } = require('./support.js');

const script = path.join(root, 'examples', 'node_page.mjs');
const odd = '<b>"O\'Neill" & Co</b>';

function fill(file) {
  const store = bip.openStore(file, { create: true, lang: 'sv', now });
  store.change({ actor: 'anna' }, (c) => {
    for (const code of ['P-001', 'P-EMPTY', odd]) c.addParticipant(code);
    for (const code of ['P-001', odd]) {
      for (const [date, everyday_coping] of [['2026-01-01', 2], ['2026-04-01', 3], ['2026-07-01', 3]]) {
        c.record({ ...whole, participant: code, date, scores: { everyday_coping, cooperation: 2, determination: 3 } });
      }
    }
  });
  store.close();
}

function ask(base, address, options = {}) {
  return new Promise((resolve, reject) => {
    const url = new URL(base);
    http.request({ host: url.hostname, port: url.port, path: address, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more) => { text += more; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    }).on('error', reject).end();
  });
}

test('the page', async (t) => {
  const file = path.join(folder(t), 'team.bip');
  fill(file);
  const program = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => program.kill());
  const [said] = await once(program.stdout.setEncoding('utf8'), 'data');
  const base = said.trim();
  const get = (address, options) => ask(base, address, options);
  const participant = (code, more = '') => get(`/participant?code=${encodeURIComponent(code)}${more}`);

  await t.test('is at most 200 lines, and needs Node and the binding only', () => {
    const text = fs.readFileSync(script, 'utf8');
    assert.ok(text.split('\n').length <= 201);
    assert.deepEqual([...text.matchAll(/^import .* from '(.*)'/gm)].map((m) => m[1]), ['node:http', '../bindings/node/lib/index.mjs']);
  });
  await t.test('listens on loopback', () => assert.match(base, /^http:\/\/127\.0\.0\.1:\d+\/$/));
  await t.test('lists the participants, in the store\'s language', async () => {
    const { status, headers, text } = await get('/');
    assert.equal(status, 200);
    assert.match(text, /<html lang="sv">[^]*<h1>Deltagare<\/h1>/);
    assert.match(text, /<a href="\/participant\?code=P-001&amp;lang=sv">P-001<\/a>/);
    assert.match(headers['content-security-policy'], /default-src 'none'/);
    assert.equal(headers['cache-control'], 'no-store');
  });
  await t.test('shows a participant: spider, timeline and steps', async () => {
    const { status, text } = await participant('P-001');
    assert.equal(status, 200);
    assert.match(text, /<svg [^>]*id="spider"/);
    assert.match(text, /<svg [^>]*id="timeline"/);
    assert.match(text.split('<h2>')[1], /^Steg<\/h2>\n<p class="steps">.*Vardagshantering/);
    const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map((m) => m[1]);
    assert.equal(new Set(ids).size, ids.length, 'every id once');
  });
  await t.test('speaks three languages', async () => {
    assert.match((await participant('P-001', '&lang=en')).text, /<html lang="en">[^]*<h2>Steps<\/h2>[^]*Coping with everyday life/);
    assert.match((await participant('P-001', '&lang=da')).text, /<html lang="da">[^]*<h2>Skridt<\/h2>/);
    assert.match((await participant('P-001', '&lang=xx')).text, /<html lang="sv">/);
    assert.match((await get('/?lang=__proto__')).text, /<html lang="sv">/);
  });
  await t.test('escapes everything', async () => {
    for (const { status, text } of [await get('/'), await participant(odd), await participant(odd, '&lang=%22%3E%3Cb%3E')]) {
      assert.equal(status, 200);
      assert.doesNotMatch(text, /<b>/);
      assert.match(text, /&lt;b&gt;/);
    }
    const { status, text } = await participant('<script>alert(1)</script>');
    assert.equal(status, 404);
    assert.doesNotMatch(text, /<script/);
  });
  await t.test('shows what a role may see', async () => {
    assert.equal((await participant('P-001', '&role=caseworker')).status, 200);
    assert.equal((await participant('P-001', '&role=nobody')).status, 404);
  });
  await t.test('says it where there is nothing', async () => {
    assert.match((await participant('P-EMPTY')).text, /Inget är registrerat/);
    for (const address of ['/participant', '/participant?code=', '/participant?code=P-404', '/constructor', '/../etc/passwd', '/favicon.ico']) {
      assert.equal((await get(address)).status, 404, address);
    }
    assert.equal((await get('//')).status, 400);
  });
  await t.test('refuses a foreign Host, other methods', async () => {
    const { port } = new URL(base);
    for (const host of ['attacker.example', `attacker.example:${port}`, '127.0.0.1', `127.0.0.1:${port}.attacker.example`]) {
      const { status, text } = await get('/', { headers: { Host: host } });
      assert.equal(status, 403, host);
      assert.doesNotMatch(text, /P-001/);
    }
    assert.equal((await get('/', { headers: { Host: `localhost:${port}` } })).status, 200);
    assert.equal((await get('/', { method: 'POST' })).status, 405);
    assert.deepEqual((await get('/', { method: 'HEAD' })).text, '');
  });
  await t.test('sees what is recorded meanwhile', async () => {
    const store = bip.openStore(file, { write: true });
    store.change({ actor: 'bo' }, (c) => c.addParticipant('P-NEW'));
    store.close();
    assert.match((await get('/')).text, /P-NEW/);
  });
});

test('the page says what is wrong and ends', async () => {
  for (const [args, status] of [[[], 2], [['/no/such/store.bip'], 1]]) {
    const program = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said] = await once(program.stderr.setEncoding('utf8'), 'data');
    assert.match(said, status === 2 ? /^usage/ : /^node_page: /);
    assert.deepEqual(await once(program, 'close'), [status, null]);
  }
});
