// Two small APIs, a museum and a pet store: as much of them as run.sh beside it needs. No dependencies, nothing on disk.
// The first line of the output is their address; then comes a line for each request, as it arrived.
import http from 'node:http';

const { MUSEUM_PASSWORD, PETSTORE_TOKEN, PORT = 0 } = process.env;
const credentials = {
  museum: `Basic ${Buffer.from(`gatewright:${MUSEUM_PASSWORD}`).toString('base64')}`,
  petstore: `Bearer ${PETSTORE_TOKEN}`,
};

const events = [
  { eventId: '6744a0da-4121-49cd-8479-f8cc20526495', name: 'Time Traveler Tea Party', location: 'Temporal Tearoom',
    eventDescription: 'Sip tea with important historical figures.', dates: ['2026-12-02'], price: 60 },
  { eventId: '3be6453c-03eb-4357-ae5a-984a0e574a54', name: 'Pirate Coding Workshop', location: 'Computer Room',
    eventDescription: 'Captain Blackbeard shares his love of the C... language.', dates: ['2026-12-05'], price: 45 },
];
const pets = [
  { id: 1, name: 'Rex', category: { id: 1, name: 'Dogs' }, photoUrls: ['https://example.com/rex.jpg'], status: 'available' },
  { id: 2, name: 'Tom', category: { id: 2, name: 'Cats' }, photoUrls: [], status: 'sold' },
];

/** Status and body of an answer. */
function answer(method, path, query, body) {
  switch (`${method} ${path}`) {
    case 'GET /museum/special-events':
      return [200, events.slice(0, Number(query.get('limit') ?? 10))];
    case 'POST /museum/tickets':
      return [201, { ...body, message: 'Museum general entry ticket purchased', confirmationCode: 'ticket-general-e5e5c6' }];
    case 'GET /petstore/pet/findByStatus':
      return [200, pets.filter((pet) => pet.status === (query.get('status') ?? 'available'))];
    case 'POST /petstore/pet':
      pets.push({ id: pets.length + 1, ...body });
      return [200, pets.at(-1)];
    default:
      return [404, { title: `nothing at ${method} ${path}` }];
  }
}

async function serve(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  console.log(`${request.method} ${request.url} ${text}`.trimEnd());
  const { pathname, searchParams } = new URL(request.url, 'http://api');
  const known = request.headers.authorization === credentials[pathname.split('/')[1]];
  const [status, value] = known
    ? answer(request.method, pathname, searchParams, JSON.parse(text || '{}'))
    : [401, { title: 'the credential is missing or wrong' }];
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const server = http.createServer(serve).listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
