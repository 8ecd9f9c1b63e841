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
