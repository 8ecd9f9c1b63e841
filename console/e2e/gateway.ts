import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import createClient, { type Client } from 'openapi-fetch';
import { Client as Postgres } from 'pg';
import type { paths } from '../src/api/schema';

/** The line that `gatewright up --json` prints when it is ready, as far as the tests need it. */
interface Ready {
  /** Of the demo's server. */
  mcp_url: string;
  /** May call that server. */
  token: string;
  /** Makes the first owner, once. */
  setup_url: string;
}

/** The real binary, with the demo published, on a port and in a folder of its own. */
export class Gateway {
  /** Made when it is first asked for; one token does for all tests. */
  private program: Promise<Client<paths>> | undefined;

  private constructor(
    readonly base: string,
    readonly ready: Ready,
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** In a new database of the PostgreSQL that `DATABASE_URL` names, or else with SQLite. */
  static async start(): Promise<Gateway> {
    const folder = await mkdtemp(join(tmpdir(), 'gatewright-console-'));
    const env = await environment(folder);
    const log = await open(join(folder, 'gatewright.log'), 'w');
    const child = spawn(binary(), ['up', '--json', '--listen', '127.0.0.1:0', '--allow-private-networks'], {
      env,
      stdio: ['ignore', 'pipe', log.fd],
    });
    await log.close();
    const output = child.stdout;
    if (!output) throw new Error('a pipe was asked for');
    for await (const line of createInterface({ input: output })) {
      const ready = JSON.parse(line) as Ready;
      return new Gateway(new URL(ready.mcp_url).origin, ready, folder, child, env);
    }
    throw new Error(
      `gatewright ended before it was ready: ${await readFile(join(folder, 'gatewright.log'), 'utf8')}`,
    );
  }

  /** Makes the first owner, as the set-up page does. */
  async setUp(owner: { email: string; password: string; name: string }) {
    const answer = await fetch(`${this.base}/api/v1/links/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ link: this.ready.setup_url, ...owner }),
    });
    if (!answer.ok) throw new Error(`the owner could not be made: ${await answer.text()}`);
  }

  /** The API, as an owner's program uses it: for what a test needs and is not about. A refusal is thrown. */
  api(): Promise<Client<paths>> {
    this.program ??= this.signedIn();
    return this.program;
  }

  private async signedIn(): Promise<Client<paths>> {
    const made = await this.cli('token', 'create', '--name', 'e2e', '--role', 'owner', '--json');
    const { token } = JSON.parse(made) as { token: string };
    const api = createClient<paths>({ baseUrl: this.base, headers: { authorization: `Bearer ${token}` } });
    api.use({
      async onResponse({ request, response }) {
        if (response.ok) return;
        throw new Error(`${request.method} ${request.url}: ${response.status} ${await response.text()}`);
      },
    });
    return api;
  }

  /** Runs a command of the command line beside the running process. */
  async cli(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(binary(), args, { env: this.env });
    return stdout;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

function binary(): string {
  const path = process.env.GATEWRIGHT_BIN;
  if (!path) throw new Error('GATEWRIGHT_BIN names the binary: `cargo xtask test console` sets it');
  return path;
}

async function environment(folder: string): Promise<NodeJS.ProcessEnv> {
  const { PATH, DATABASE_URL } = process.env;
  const database = DATABASE_URL ? { GATEWRIGHT_DATABASE_URL: await emptyDatabase(DATABASE_URL) } : {};
  return { PATH, GATEWRIGHT_DATA_DIR: folder, ...database };
}

async function emptyDatabase(cluster: string): Promise<string> {
  const name = `console_${randomUUID().replaceAll('-', '')}`;
  const client = new Postgres({ connectionString: cluster });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(cluster);
  url.pathname = name;
  return url.href;
}
