// The API that openapi.yaml beside it describes: no dependencies, nothing on disk.
import http from 'node:http';

const TOKEN = process.env.HELPDESK_TOKEN ?? 'letmein';
const PORT = Number(process.env.PORT ?? 4010);

const agents = [
  { id: 'ada', name: 'Ada Lovelace' },
  { id: 'grace', name: 'Grace Hopper' },
];
let tickets;
reset();

function reset() {
  const ticket = (number, subject, priority, status, assignee) => ({
    number, subject, text: '', status, priority, assignee, comments: [],
  });
  tickets = [
    ticket(1, 'Cannot log in since the update', 'urgent', 'open', 'ada'),
    ticket(2, 'Invoice shows the wrong address', 'normal', 'waiting', null),
    ticket(3, 'Login page shows an error 500', 'urgent', 'open', null),
  ];
}

class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

function listTickets(query) {
  const status = query.get('status') ?? 'open';
  const priorities = query.getAll('priority');
  const limit = Number(query.get('limit') ?? 20);
  const wanted = (ticket) =>
    ticket.status === status && (priorities.length === 0 || priorities.includes(ticket.priority));
  return { tickets: tickets.filter(wanted).toReversed().slice(0, limit) };
}

function createTicket({ subject, text = '', priority = 'normal' }) {
  if (typeof subject !== 'string' || subject.length < 3) throw new Problem(400, 'subject: at least 3 characters');
  const number = Math.max(0, ...tickets.map((ticket) => ticket.number)) + 1;
  tickets.push({ number, subject, text, status: 'open', priority, assignee: null, comments: [] });
  return tickets.at(-1);
}

function find(number) {
  const ticket = tickets.find((candidate) => candidate.number === Number(number));
  if (!ticket) throw new Problem(404, `there is no ticket ${number}`);
  return ticket;
}

/** Status and body of an answer. */
function answer(method, path, query, body) {
  const number = path.match(/^\/v1\/tickets\/(\d+)/)?.[1];
  switch (`${method} ${path.slice('/v1'.length).replace(/\d+/, '{number}')}`) {
    case 'GET /tickets': return [200, listTickets(query)];
    case 'POST /tickets': return [201, createTicket(body)];
    case 'GET /tickets/{number}': return [200, find(number)];
    case 'PATCH /tickets/{number}': return [200, Object.assign(find(number), body)];
    case 'POST /tickets/{number}/comments': find(number).comments.push(body.text); return [201, find(number)];
    case 'GET /agents': return [200, { agents }];
    case 'POST /reset': reset(); return [204];
    default: throw new Problem(404, `nothing at ${method} ${path}`);
  }
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { pathname, searchParams } = new URL(request.url, 'http://helpdesk');
  let [status, value] = [500, { message: 'unexpected' }];
  try {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) throw new Problem(401, 'the bearer token is missing or wrong');
    [status, value] = answer(request.method, pathname, searchParams, JSON.parse(Buffer.concat(chunks).toString() || '{}'));
  } catch (error) {
    [status, value] = [error.status ?? 400, { message: error.message }];
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(value === undefined ? undefined : JSON.stringify(value));
}

http.createServer(serve).listen(PORT, '127.0.0.1', () => console.log(`helpdesk at http://127.0.0.1:${PORT}/v1`));
