// Runs the official conformance suite against MCP_URL with TOKEN, at every revision, and compares what fails with
// unserved.json: a failure that is not on the list is an error, and so is an entry that does not fail.
// Needs Node.js 22. Results go to OUT.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startProxy } from './proxy.mjs';

const { MCP_URL, TOKEN, OUT = 'results' } = process.env;
const suite = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';
const runs = [
  { name: '2025-03-26', revision: '2025-03-26', options: ['--suite', 'all', '--spec-version', '2025-03-26'] },
  { name: '2025-06-18', revision: '2025-06-18', options: ['--suite', 'all', '--spec-version', '2025-06-18'] },
  { name: '2025-11-25', revision: '2025-11-25', options: ['--suite', 'all', '--spec-version', '2025-11-25'] },
  { name: '2026-07-28', revision: '2026-07-28', options: ['--suite', 'all', '--spec-version', '2026-07-28'] },
  { name: 'required 2025-11-25', revision: '2025-11-25', options: ['--requirements', '2025-11-25'] },
  { name: 'required 2026-07-28', revision: '2026-07-28', options: ['--requirements', '2026-07-28'] },
];

/** Runs the suite once; resolves with scenario → checks. Its own exit code says less than its checks. */
function runSuite(url, { name, options }) {
  const out = path.resolve(OUT, name.replaceAll(' ', '-'));
  fs.mkdirSync(out, { recursive: true });
  return new Promise((resolve, reject) => {
    const log = fs.openSync(path.join(out, 'suite.log'), 'w');
    const child = spawn(process.execPath, [suite, 'server', '--url', url, ...options, '-o', out], {
      stdio: ['ignore', log, log],
    });
    child.on('error', reject);
    child.on('exit', () => resolve(readChecks(out)));
  });
}

function readChecks(out) {
  const scenarios = new Map();
  for (const entry of fs.readdirSync(out).sort()) {
    const file = path.join(out, entry, 'checks.json');
    const scenario = entry.match(/^server-(.+?)-\d{4}-\d\d-\d\dT/)?.[1];
    if (scenario && fs.existsSync(file)) scenarios.set(scenario, JSON.parse(fs.readFileSync(file, 'utf8')));
  }
  return scenarios;
}

/** The reason for which a check may fail at a revision, if it is on the list. */
function unservedReason(unserved, revision, scenario, check) {
  const applies = ({ revisions }) => !revisions || revisions.includes(revision);
  const names = (entry) => entry.fails.includes(scenario) || entry.fails.includes(`${scenario}:${check}`);
  return unserved.find((entry) => applies(entry) && names(entry))?.reason;
}

/** One scenario at one revision: what the table shows, and what is wrong. */
function judge(unserved, revision, scenario, checks) {
  const failed = checks.filter((check) => check.status === 'FAILURE');
  const counted = checks.filter((check) => ['FAILURE', 'SUCCESS', 'WARNING'].includes(check.status));
  const wrong = failed.filter((check) => !unservedReason(unserved, revision, scenario, check.id));
  const warnings = checks.filter((check) => check.status === 'WARNING');
  let cell = `${counted.length - failed.length}/${counted.length}`;
  if (counted.length === 0) cell = 'skipped';
  if (failed.length > 0) cell += wrong.length > 0 ? ' FAILED' : ' unserved';
  if (warnings.length > 0) cell += ` ${warnings.length}w`;
  return { cell, wrong, warnings, counted };
}

/** Entries that name something that ran and did not fail. */
function staleEntries(unserved, results) {
  const stale = [];
  for (const { fails, revisions } of unserved) {
    for (const name of fails) {
      const [scenario, check] = name.split(':');
      for (const [run, { revision, scenarios }] of results) {
        const checks = scenarios.get(scenario);
        if (!checks || (revisions && !revisions.includes(revision))) continue;
        const fails = checks.some(({ id, status }) => status === 'FAILURE' && (!check || id === check));
        if (!fails) stale.push(`${name} at ${run}: on the list of what cannot be served, but it passes`);
      }
    }
  }
  return stale;
}

function printTable(names, rows) {
  console.log(`| scenario | ${names.join(' | ')} |`);
  console.log(`|${' --- |'.repeat(names.length + 1)}`);
  for (const [scenario, cells] of [...rows].sort()) {
    console.log(`| ${scenario} | ${names.map((name) => cells.get(name) ?? '–').join(' | ')} |`);
  }
}

const unserved = JSON.parse(fs.readFileSync('unserved.json', 'utf8'));
const proxy = await startProxy(MCP_URL, TOKEN);
const results = new Map();
for (const run of runs) {
  const scenarios = await runSuite(proxy.url, run);
  if (scenarios.size === 0) console.log(`${run.name}: the suite ran nothing, see its suite.log`);
  results.set(run.name, { revision: run.revision, scenarios });
}
proxy.close();

const rows = new Map();
const problems = [];
let passed = 0;
for (const [name, { revision, scenarios }] of results) {
  if (scenarios.size === 0) problems.push(`${name}: nothing ran`);
  for (const [scenario, checks] of scenarios) {
    const { cell, wrong, warnings, counted } = judge(unserved, revision, scenario, checks);
    if (!rows.has(scenario)) rows.set(scenario, new Map());
    rows.get(scenario).set(name, cell);
    if (counted.length > 0 && wrong.length === 0) passed += 1;
    for (const check of wrong) problems.push(`${name} ${scenario}:${check.id}: ${check.errorMessage ?? check.description}`);
    for (const check of warnings) console.log(`warning: ${name} ${scenario}:${check.id}: ${check.errorMessage ?? ''}`);
  }
}
problems.push(...staleEntries(unserved, results));
printTable([...results.keys()], rows);
console.log('\nNot served, and why:');
for (const { reason, fails, revisions } of unserved) {
  console.log(`- ${reason}${revisions ? ` (${revisions.join(', ')})` : ''}: ${fails.join(', ')}`);
}
for (const problem of problems) console.log(`FAILED ${problem}`);
console.log(`conformance result: ${passed} passed; ${problems.length} failed`);
process.exit(problems.length > 0 ? 1 : 0);
