// node check.mjs DIR [SHOTS]: DIR holds pages and pages.json, [{"file": "report.html", "sheets": 1}, ...]. Prints one
// line a claim and "N passed, M failed". With SHOTS a picture of every page at every width is left there, to be looked at.
import { readFileSync, mkdirSync, mkdtempSync, rmSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [directory, shots] = process.argv.slice(2);
const pages = JSON.parse(readFileSync(join(directory, 'pages.json'), 'utf8'));
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const widths = [320, 768, 1280];
let passed = 0;
let failed = 0;

function claim(text, faults) {
  if (faults.length === 0) {
    passed++;
    console.log(`ok      ${text}`);
  } else {
    failed++;
    console.log(`FAILED  ${text}\n${faults.map((fault) => `        ${fault}`).join('\n')}`);
  }
}

// Sheets in a PDF: its page objects.
const sheetsIn = (pdf) => (pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g) ?? []).length;

// What a page reaches for outside of itself.
function watchRequests(page, address) {
  const requests = [];
  page.on('request', (request) => {
    if (request.url() !== address && !request.url().startsWith('data:')) requests.push(request.url());
  });
  return requests;
}

async function accessible(page) {
  await page.evaluate(axeSource);
  const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), rules);
  return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);
}

// Nothing sticks out to the side, and nothing has to be scrolled sideways.
const sideways = (page) => page.evaluate(() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const element of document.querySelectorAll('main *')) {
    const box = element.getBoundingClientRect();
    const hidden = getComputedStyle(element).clipPath !== 'none' || element.closest('thead, svg');
    if (!hidden && box.width > 0 && (box.right > width + 1 || box.left < -1)) {
      faults.push(`${element.tagName} ${element.className} reaches from ${box.left} to ${box.right}`);
    }
  }
  return faults.slice(0, 5);
});

// WCAG 2.5.8 asks for 24 by 24; a form filled in with a thumb wants more.
const smallTargets = (page) => page.evaluate(() => [...document.querySelectorAll('label')]
  .filter((label) => label.getBoundingClientRect().height < 43.5)
  .map((label) => `${label.textContent.trim()} is ${label.getBoundingClientRect().height} high`).slice(0, 5));

// On paper a picture is shrunk to its place: its words must still be words. In points.
const LEAST_PRINT = 4;
const smallPrint = (page) => page.evaluate((least) => {
  const faults = [];
  for (const svg of document.querySelectorAll('.picture svg')) {
    const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
    const box = svg.getBoundingClientRect();
    const points = 13 * 0.75 * Math.min(box.width / width, box.height / height);
    if (box.width > 0 && points < least) faults.push(`the words of ${svg.id} are ${points.toFixed(1)} points high`);
  }
  return faults;
}, LEAST_PRINT);

async function look(context, file, width, scheme) {
  const page = await context.newPage();
  const address = pathToFileURL(resolve(directory, file)).href;
  const requests = watchRequests(page, address);
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(address);
  claim(`${file} at ${width}, ${scheme}: no WCAG 2.2 AA violation`, await accessible(page));
  claim(`${file} at ${width}, ${scheme}: no sideways scroll`, await sideways(page));
  claim(`${file} at ${width}, ${scheme}: nothing is loaded`, requests);
  claim(`${file} at ${width}, ${scheme}: targets for a thumb`, await smallTargets(page));
  if (shots) await page.screenshot({ path: join(shots, `${file}-${width}-${scheme}.png`), fullPage: true });
  await page.close();
}

async function print(context, { file, sheets }) {
  const page = await context.newPage();
  await page.goto(pathToFileURL(resolve(directory, file)).href);
  await page.setViewportSize({ width: 673, height: 1032 }); // A4 within the margins of page.css
  await page.emulateMedia({ media: 'print' });
  claim(`${file} prints pictures that can be read`, await smallPrint(page));
  const pdf = await page.pdf({ path: shots && join(shots, `${file}.pdf`), preferCSSPageSize: true, printBackground: true });
  const n = sheetsIn(pdf);
  const most = Array.isArray(sheets) ? sheets : [sheets, sheets];
  claim(`${file} prints on ${most[0] === most[1] ? most[0] : most.join(' to ')} sheet(s)`,
    n >= most[0] && n <= most[1] ? [] : [`${n} sheets`]);
  await page.close();
}

if (shots && !existsSync(shots)) mkdirSync(shots, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'bip-browser-'));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
try {
  for (const page of pages) {
    for (const width of widths) for (const scheme of ['light', 'dark']) await look(browser, page.file, width, scheme);
    if (page.sheets) await print(browser, page);
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
