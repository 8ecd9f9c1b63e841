// The lines that report what was looked at.

let passed = 0;
let failed = 0;

/** One thing that must be so. */
export function check(found, expected, what = 'found') {
  const [one, other] = [found, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
}

/** Runs a test, and prints its row. */
export async function test(name, act) {
  try {
    await act();
    passed += 1;
    console.log(`| ${name} | ok |`);
  } catch (error) {
    failed += 1;
    console.log(`| ${name} | FAILED: ${error.stack} |`);
  }
}

/** The closing line and the exit code. */
export function finish(suite) {
  console.log(`${suite} result: ${passed} passed; ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
