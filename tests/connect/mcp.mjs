// An agent of a customer at /mcp, in the protocol's revision that needs no session.

const REVISION = '2026-07-28';

export class Agent {
  constructor(base, token) {
    this.url = `${base}/mcp`;
    this.token = token;
  }

  async ask(method, params = {}) {
    const _meta = { 'io.modelcontextprotocol/protocolVersion': REVISION, 'io.modelcontextprotocol/clientCapabilities': {} };
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': REVISION,
      'mcp-method': method,
    };
    if (params.name) headers['mcp-name'] = params.name;
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } });
    const answer = await fetch(this.url, { method: 'POST', headers, body });
    const text = await answer.text();
    const { result, error } = JSON.parse(text.startsWith('{') ? text : text.split('data: ').at(-1));
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async tools() {
    return (await this.ask('tools/list')).tools.map((tool) => tool.name);
  }

  call(name, args = {}) {
    return this.ask('tools/call', { name, arguments: args });
  }
}

/** An agent with a session, as clients of 2025-11-25 have one. */
export class Session {
  constructor(base, token, query = '') {
    this.url = `${base}/mcp${query}`;
    this.headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
  }

  async ask(method, params = {}) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await fetch(this.url, { method: 'POST', headers: this.headers, body });
    const { result, error } = JSON.parse(await answer.text());
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return { result, id: answer.headers.get('mcp-session-id') };
  }

  async begin() {
    const clientInfo = { name: 'test', version: '1' };
    const { id } = await this.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    this.headers['mcp-session-id'] = id;
  }

  async tools() {
    return (await this.ask('tools/list')).result.tools.map((tool) => tool.name);
  }

  async call(name, args = {}) {
    return (await this.ask('tools/call', { name, arguments: args })).result;
  }

  /** The next notification of the session's stream: it is open when this has come back. */
  async listen() {
    const answer = await fetch(this.url, { headers: { ...this.headers, accept: 'text/event-stream' } });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const first = async () => {
      for (let text = ''; ; ) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream has ended');
        text += value;
        const data = /^data: (.+)$/m.exec(text);
        if (data) {
          await reader.cancel();
          return JSON.parse(data[1]).method;
        }
      }
    };
    return { told: first() };
  }
}
