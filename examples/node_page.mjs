// A page on this machine that shows what a store holds of a participant: the spider, the timeline, the steps forward.
//
//     node examples/node_page.mjs STORE [PORT]
//
// A start for those who build it into a program of their own. It needs Node and the binding (npm install ./bindings/node),
// listens on 127.0.0.1 only, reads and never writes, and knows nothing of logins: whoever may use this machine sees what
// the store holds. With the package installed: import { openStoreAsync } from 'libbip'.
import { createServer } from 'node:http';
import { openStoreAsync } from '../bindings/node/lib/index.mjs';

const words = {
  en: { participants: 'Participants', steps: 'Steps', nobody: 'The store holds no participant yet.', nothing: 'Nothing recorded yet.',
    missing: 'There is no such page.', as: 'As', language: 'Language' },
  sv: { participants: 'Deltagare', steps: 'Steg', nobody: 'Det finns ingen deltagare ännu.', nothing: 'Inget är registrerat ännu.',
    missing: 'Sidan finns inte.', as: 'Som', language: 'Språk' },
  da: { participants: 'Borgere', steps: 'Skridt', nobody: 'Der er ingen borgere endnu.', nothing: 'Intet er registreret endnu.',
    missing: 'Siden findes ikke.', as: 'Som', language: 'Sprog' },
};

const style = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem }
nav a { margin-right: 1rem }
svg { max-width: 100%; height: auto }
.steps { white-space: pre-wrap }
`;

// The addresses of this page: a name from elsewhere that leads here (DNS rebinding) is not one of them.
const hosts = (port) => new Set([`127.0.0.1:${port}`, `localhost:${port}`]);

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text) => String(text).replace(/[&<>"']/g, (c) => escapes[c]);

function link(path, parameters, text, current) {
  const address = `${path}?${new URLSearchParams(parameters)}`;
  return `<a href="${escape(address)}"${current ? ' aria-current="page"' : ''}>${escape(text)}</a>`;
}

// Around every page: its title, and the same page in the other languages.
function page(view, title, body) {
  const languages = Object.keys(words).map((lang) => link(view.path, { ...view.parameters, lang }, lang, lang === view.lang));
  return `<!DOCTYPE html>
<html lang="${view.lang}">
<head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>
<body>
<nav aria-label="${escape(view.words.language)}">${languages.join('')}</nav>
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

const objects = (text) => text.split('\n').filter(Boolean).map((line) => JSON.parse(line));

async function participantsPage(store, view) {
  const all = objects(await store.textAsync('participants'));
  const items = all.map(({ participant }) => `<li>${link('/participant', { code: participant, lang: view.lang }, participant)}</li>`);
  return page(view, view.words.participants, all.length ? `<ul>\n${items.join('\n')}\n</ul>` : `<p>${escape(view.words.nobody)}</p>`);
}

// The pictures are the library's: SVG, in which every text is escaped already. Where there is nothing to draw it says so.
async function picture(store, document, query, id) {
  try {
    return `<figure>${await store.textAsync(document, query, { id })}</figure>`;
  } catch (e) {
    if (e.code !== 'not_found') throw e;
    return '';
  }
}

// What the page may show: what the participant sees, or another role that the instruments have.
function rolesOf(instruments) {
  return [...new Set(instruments.flatMap((one) => (one.respondents ?? []).map((role) => role.code ?? role)))];
}

async function participantPage(store, view) {
  const { code, role, instrument } = view.parameters;
  const query = { participants: [code], lang: view.lang, forRole: role ?? 'participant', instrument };
  const steps = await store.textAsync('steps-text', query); // first: it says whether there is such a participant
  const spider = await picture(store, 'spider-svg', query, 'spider');
  const timeline = await picture(store, 'timeline-svg', query, 'timeline');
  const roles = rolesOf(objects(await store.textAsync('instruments')))
    .map((one) => link('/participant', { ...view.parameters, role: one, lang: view.lang }, one, one === query.forRole));
  return page(view, code, `<nav>${link('/', { lang: view.lang }, view.words.participants)}</nav>
<nav aria-label="${escape(view.words.as)}">${escape(view.words.as)}: ${roles.join('')}</nav>
${spider}${timeline || `<p>${escape(view.words.nothing)}</p>`}
<h2>${escape(view.words.steps)}</h2>
<p class="steps">${escape(steps)}</p>`);
}

const pages = { '/': participantsPage, '/participant': participantPage };

// What was asked for, in which language: the one asked for, else the store's, else English.
function viewOf(request, storeLang) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const { lang: wanted, ...parameters } = Object.fromEntries(url.searchParams);
  const lang = [wanted, storeLang, 'en'].find((one) => Object.hasOwn(words, one ?? ''));
  return { path: url.pathname, parameters, lang, words: words[lang] };
}

// Status and text of the answer. A thing that isn't there is the reader's mistake, the rest is told in short.
async function answer(store, storeLang, request) {
  const view = viewOf(request, storeLang);
  const write = Object.hasOwn(pages, view.path) ? pages[view.path] : null;
  const missing = () => [404, page({ ...view, path: '/', parameters: {} }, view.words.missing, link('/', { lang: view.lang }, view.words.participants))];
  if (!write || (view.path === '/participant' && !view.parameters.code)) return missing();
  try {
    return [200, await write(store, view)];
  } catch (e) {
    if (e.code === 'not_found') return missing();
    console.error(e);
    return [500, page({ ...view, path: '/', parameters: {} }, 'libbip', `<p>${escape(e.message)}</p>`)];
  }
}

export async function serve(path, port = 0) {
  const store = await openStoreAsync(path);
  const storeLang = await store.langAsync();
  let mine;
  const server = createServer(async (request, response) => {
    const send = (status, text, more = {}) => response.writeHead(status, { ...headers, ...more }).end(request.method === 'HEAD' ? '' : text);
    if (!mine.has(request.headers.host)) return send(403, 'This page is for this machine.\n', { 'Content-Type': 'text/plain' });
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, '', { Allow: 'GET, HEAD' });
    try {
      return send(...await answer(store, storeLang, request));
    } catch { // an address that is none
      return send(400, '');
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  mine = hosts(server.address().port);
  server.once('close', () => store.closeAsync());
  return server;
}

if (process.argv[1] && import.meta.url.endsWith(encodeURI(process.argv[1].replaceAll('\\', '/').split('/').pop()))) {
  const [path, port] = process.argv.slice(2);
  if (!path) {
    console.error('usage: node examples/node_page.mjs STORE [PORT]');
    process.exit(2);
  }
  try {
    const server = await serve(path, Number(port ?? 0));
    console.log(`http://127.0.0.1:${server.address().port}/`);
  } catch (e) {
    console.error(`node_page: ${e.message}`);
    process.exit(1);
  }
}
