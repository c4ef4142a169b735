'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..', '..', '..');
const bip = require('libbip'); // by its own name, through package.json

// A folder that goes with the test.
function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'bip-node-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

const now = Date.parse('2026-11-21T10:00:00Z');
const whole = { instrument: 'employability', respondent: 'participant' };

// A store in memory with two participants and three assessments.
function sample(options = {}) {
  const store = bip.openStore(':memory:', { create: true, now, ...options });
  store.change({ actor: 'anna' }, (change) => {
    change.addParticipant('P-001', '2025-08-01');
    change.addParticipant('P-002');
    change.record({ ...whole, participant: 'P-001', date: '2026-03-01', scores: { everyday_coping: 2, cooperation: 'declined' } });
    change.record({ ...whole, participant: 'P-001', date: '2026-06-01', rater: 'H07', scores: { everyday_coping: 3 } });
    change.record({ ...whole, participant: 'P-002', date: '2026-06-01', note: 'En rad.', scores: { everyday_coping: 4 } });
  });
  return store;
}

// An instrument whose rows the tests import.
const csv = 'participant,date,respondent,indicator,score\n'
  + 'Q-1,2026-01-01,participant,everyday_coping,1\nQ-1,2026-04-01,participant,everyday_coping,3\n'
  + 'Q-2,2026-01-01,participant,cooperation,declined\n';
const importing = { instrument: 'employability', createParticipants: true };

function header() {
  const python = fs.existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  return JSON.parse(execFileSync(python, ['-B', path.join(root, 'bindings/tools/header.py')], { encoding: 'utf8' }));
}

async function collect() {
  for (let i = 0; i < 3; i++) {
    global.gc();
    await new Promise(setImmediate);
  }
}

module.exports = { bip, root, folder, sample, now, whole, csv, importing, header, collect };
