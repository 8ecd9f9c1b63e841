// What every client must see of the fixture API, and the lines that report it.

/** Lists, calls with arguments, calls for a structured result, and calls into an error. */
export async function exercise({ list, call }) {
  const names = (await list()).map((tool) => tool.name);
  for (const name of ['add', 'getBook', 'test_simple_text', 'test_error_handling']) {
    const found = names.some((known) => same(known, name));
    if (!found) throw new Error(`${name} is not listed: ${names.join(', ')}`);
  }
  const named = (name) => names.find((known) => same(known, name));
  const sum = await call(named('add'), { a: 17, b: 25 });
  if (sum.isError || JSON.parse(sum.content[0].text).sum !== 42) throw new Error(`add: ${JSON.stringify(sum)}`);
  if (sum.structuredContent && sum.structuredContent.sum !== 42) throw new Error(`add: ${JSON.stringify(sum)}`);
  const book = await call(named('getBook'), { book_id: 1 });
  if (JSON.parse(book.content[0].text).copies !== 3) throw new Error(`getBook: ${JSON.stringify(book)}`);
  const text = await call(named('test_simple_text'), {});
  if (!text.content[0].text.includes('simple text')) throw new Error(`text: ${JSON.stringify(text)}`);
  const error = await call(named('test_error_handling'), {});
  if (error.isError !== true) throw new Error(`error: ${JSON.stringify(error)}`);
  const refused = await call(named('add'), { a: 'seventeen', b: 25 });
  if (refused.isError !== true) throw new Error(`arguments that do not fit: ${JSON.stringify(refused)}`);
  return names.length;
}

/** Names may be spelled in another case: `getBook` and `get_book`. */
function same(one, other) {
  const plain = (name) => name.replaceAll(/[_.-]/g, '').toLowerCase();
  return plain(one) === plain(other);
}

let passed = 0;
let failed = 0;

/** Runs one client in one mode, which must lead to the expected revision, and prints its row. */
export async function row(client, mode, expected, action) {
  try {
    const { negotiated, tools } = await action();
    if (negotiated !== expected) throw new Error(`negotiated ${negotiated} instead of ${expected}`);
    passed += 1;
    console.log(`| ${client} | ${mode} | ${negotiated} | ${tools} | ok |`);
  } catch (error) {
    failed += 1;
    console.log(`| ${client} | ${mode} | – | – | FAILED: ${error.message} |`);
  }
}

/** Runs one test, and says how it went. */
export async function test(name, action) {
  try {
    await action();
    passed += 1;
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${name}: ${error.stack}`);
  }
}

/** The closing line and the exit code. */
export function finish(suite) {
  console.log(`${suite} result: ${passed} passed; ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
