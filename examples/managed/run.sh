#!/usr/bin/env bash
# A tour of managed MCP servers, with nothing but the command line: an account with its people, two APIs, a server
# made of chosen tools, tokens, a quota, and what each person's agent then sees and may call. It ends with a row of
# the audit log that somebody edits by hand.
#
# It needs gatewright (a build of it in target/, or GATEWRIGHT_BIN), Node.js 20 and Python 3. Everything is written
# below $WORK, a new folder when it is not set. With GATEWRIGHT_DATABASE_URL=postgres://… it runs on that database.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
WORK=${WORK:-$(mktemp -d)}
GATEWRIGHT_BIN=${GATEWRIGHT_BIN:-$(ls -t "$HERE"/../../target/{debug,release}/gatewright 2>/dev/null | head -n 1)}
# Real descriptions of the two APIs, or the small ones in this folder.
MUSEUM=${SPECS:+$SPECS/museum-3.1.yaml}
PETSTORE=${SPECS:+$SPECS/petstore-relative-server-3.0.yaml}

passed=0 failed=0
# Compares what came out with what should: check WHAT ACTUAL EXPECTED. The expected text is a pattern.
check() {
  # shellcheck disable=SC2053
  if [[ $2 == $3 ]]; then
    passed=$((passed + 1)) && echo "  ok    $1"
  else
    failed=$((failed + 1)) && printf '  WRONG %s\n        got:      %s\n        expected: %s\n' "$1" "$2" "$3"
  fi
}
say() { printf '\n%s\n' "$*"; }
gatewright() { "$GATEWRIGHT_BIN" "$@"; }
# A part of the JSON on standard input: field .name, field '[0].name'.
field() { node -p "JSON.parse(fs.readFileSync(0, 'utf8'))$1"; }

# The official TypeScript client, in a folder of its own.
cp "$HERE/client.mjs" "$WORK/"
if [[ -n ${MCP_CLIENT:-} ]]; then
  ln -sfn "$MCP_CLIENT/node_modules" "$WORK/node_modules"
else
  npm install --silent --no-audit --no-fund --prefix "$WORK" @modelcontextprotocol/client@2.4.0
fi
# What somebody's agent gets: agent TOKEN list | arguments TOOL | call TOOL JSON.
agent() { TOKEN=$1 node "$WORK/client.mjs" "$URL/mcp/museum/desk" "${@:2}"; }

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

say "The two APIs, and Gatewright on a fresh data directory"
export MUSEUM_PASSWORD=open-sesame PETSTORE_TOKEN=woof
node "$HERE/api.mjs" >"$WORK/asked" &
until [[ -s $WORK/asked ]]; do sleep 0.05; done
API=$(head -n 1 "$WORK/asked")

export GATEWRIGHT_DATA_DIR=$WORK/data GATEWRIGHT_ALIAS=museum
PORT=$(node -e "net.createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); this.close(); })")
URL=http://127.0.0.1:$PORT
# This machine's own addresses are refused unless they are allowed one by one.
# Not by the function above, which would stand between us and the process that we stop at the end.
"$GATEWRIGHT_BIN" serve --listen "127.0.0.1:$PORT" --allow-address "${API#http://}" >"$WORK/serve.out" 2>"$WORK/serve.log" &
SERVER=$!
until gatewright health --url "$URL/readyz" 2>/dev/null; do
  kill -0 $SERVER || { cat "$WORK/serve.log"; exit 1; }
  sleep 0.05
done

say "An account with three people of different roles"
gatewright account update --name "City Museum"
for person in grace:manager otto:auditor mia:member; do
  gatewright user create "${person%:*}@museum.example" --role "${person#*:}" --name "${person%:*}" >/dev/null
done
gatewright user list

say "Two apps: the description is read, and each operation becomes an action. The credentials are sealed"
gatewright app create "${MUSEUM:-$HERE/museum.yaml}" --key museum --base-url "$API/museum" >/dev/null
gatewright app create "${PETSTORE:-$HERE/petstore.yaml}" --key petstore --base-url "$API/petstore" >/dev/null
gatewright app list
gatewright connection create museum museum-desk --username gatewright --password-env MUSEUM_PASSWORD >/dev/null
gatewright connection create petstore petting-zoo --bearer-env PETSTORE_TOKEN >/dev/null

say "A server for the front desk, of four tools: renamed, with fixed and hidden arguments, and only the fields that matter"
gatewright server create "Front desk" --slug desk >/dev/null
gatewright tool add desk museum listSpecialEvents --name find_events --settings '{
  "description": "Finds the next special events of the museum.",
  "arguments": {
    "startDate": { "rename": "from", "description": "The first day." },
    "endDate": { "hidden": true },
    "page": { "hidden": true },
    "limit": { "fixed": 1 }
  },
  "projection": ["[].name", "[].dates"]
}' >/dev/null
gatewright tool add desk museum buyMuseumTickets --name buy_ticket --settings '{
  "arguments": {
    "ticketDate": { "rename": "day" },
    "ticketType": { "fixed": "general" },
    "ticketId": { "hidden": true },
    "eventId": { "hidden": true }
  },
  "projection": ["confirmationCode"]
}' >/dev/null
gatewright tool add desk petstore findPetsByStatus --name animals --settings '{
  "arguments": { "status": { "fixed": "available" } },
  "projection": ["[].name", "[].category.name"]
}' >/dev/null
gatewright tool add desk petstore addPet --name add_animal >/dev/null
gatewright tool list desk

say "A quota: two tickets a day, whoever buys them"
gatewright limit create --name "tickets" --server desk --tool buy_ticket --calls 2 --per day >/dev/null
gatewright limit list

say "Nothing of that is seen before it is published"
gatewright server diff desk
gatewright server publish desk --note "first version" >/dev/null
gatewright server enable desk

say "Grants: the manager has every server, the others what they are granted"
gatewright grant put otto@museum.example desk mcp:read >/dev/null
gatewright grant put mia@museum.example desk tool:find_events tool:buy_ticket >/dev/null
gatewright grant list mia@museum.example

say "A token for each person's agent"
token() { gatewright token create --json --user "$1@museum.example" --name "$1's agent" "${@:2}" | field .token; }
GRACE=$(token grace) OTTO=$(token otto) MIA=$(token mia)
NARROW=$(token grace --read-only --tool animals --tool add_animal)
gatewright token list

say "Each agent sees what its person may call, and nothing else. (read_result reads on in long results)"
check "the manager sees every tool" "$(agent "$GRACE" list)" "find_events buy_ticket animals add_animal read_result"
check "the auditor sees what only reads" "$(agent "$OTTO" list)" "find_events animals read_result"
check "the member sees the two tools of its grant" "$(agent "$MIA" list)" "find_events buy_ticket read_result"
check "a read-only token for two tools sees the one that reads" "$(agent "$NARROW" list)" "animals read_result"
check "a token that is none sees nothing" "$(agent gwt_nobody list)" "error: *"

say "What it calls arrives at the API as the server's author meant it"
asked() { tail -n 1 "$WORK/asked"; }
check "the renamed argument is there, fixed and hidden ones are not" "$(agent "$MIA" arguments find_events)" "from"
check "only the chosen fields come back" "$(agent "$MIA" call find_events '{"from":"2026-12-01"}')" \
  '\[{"name":"Time Traveler Tea Party","dates":\["2026-12-02"\]}\]'
check "the API got its own names, and the fixed argument" "$(asked)" \
  "GET /museum/special-events?startDate=2026-12-01&limit=1"
check "the auditor's call reads" "$(agent "$OTTO" call animals '{}')" '\[{"name":"Rex","category":{"name":"Dogs"}}\]'
check "the manager's call writes" "$(agent "$GRACE" call add_animal '{"name":"Polly","photoUrls":[]}')" '*"name":"Polly"*'
check "a body arrives whole" "$(asked)" 'POST /petstore/pet {"name":"Polly","photoUrls":\[\]}'

say "What it may not call reads like what is not there, and never reaches the API"
before=$(wc -l <"$WORK/asked")
check "the auditor cannot write" "$(agent "$OTTO" call buy_ticket '{"day":"2026-12-01"}')" "error: *buy_ticket*"
check "the member has no animals" "$(agent "$MIA" call animals '{}')" "error: *animals*"
check "a tool that is nowhere reads the same" "$(agent "$MIA" call unicorns '{}')" "error: *unicorns*"
check "a fixed argument cannot be given" "$(agent "$MIA" call find_events '{"limit":100}')" "error: *limit*"
check "the API was not asked" "$(wc -l <"$WORK/asked")" "$before"

say "The quota: the third ticket of the day is refused, for everybody, with words that a model understands"
buy() { agent "$1" call buy_ticket '{"day":"2026-12-01","email":"visitor@example.com"}'; }
check "the first" "$(buy "$MIA")" '{"confirmationCode":"ticket-general-e5e5c6"}'
check "it was a general one" "$(asked)" \
  'POST /museum/tickets {"email":"visitor@example.com","ticketDate":"2026-12-01","ticketType":"general"}'
check "the second" "$(buy "$GRACE")" '{"confirmationCode":"ticket-general-e5e5c6"}'
check "the third" "$(buy "$MIA")" "error: *the limit of this tool is used up: 2 calls per day*"
check "the other tools go on" "$(agent "$MIA" call find_events '{}')" '*Tea Party*'

say "The control API holds the same roles: a person's token there does what its role may"
remote() { gatewright "${@:2}" --url "$URL" --token "$1" 2>&1 || true; }
CONTROL=$(token mia --role member)
check "a member makes tokens for itself" "$(remote "$CONTROL" token create --name laptop --tool find_events)" "tok_*gwt_*"
check "and sees no other people" "$(remote "$CONTROL" user list)" "*users:read*"

say "What happened: the last calls, and how much was used"
gatewright request list --tool buy_ticket
gatewright usage --by tool,user
check "a call can be looked at again" \
  "$(gatewright request list --outcome error --tool buy_ticket -n 1 --json | field '[0].error')" "the limit of this tool*"

say "The audit log: every change, chained and signed"
gatewright audit list -n 5
check "it is as it was written" "$(gatewright audit verify)" "*museum: * rows, intact*"
ROW=$(gatewright audit list --event server.publish --json | field '[0].seq')
kill $SERVER && wait $SERVER || true
# Somebody with access to the database puts the publication on somebody else. The triggers have to go first.
EDIT="update audit_row set actor_name = 'otto' where event = 'server.publish'"
if [[ -n ${GATEWRIGHT_DATABASE_URL:-} ]]; then
  psql --quiet "$GATEWRIGHT_DATABASE_URL" -c "drop trigger audit_row_append_only on audit_row" -c "$EDIT"
else
  python3 - "$GATEWRIGHT_DATA_DIR/gatewright.db" "drop trigger audit_row_no_update; $EDIT" <<'PYTHON'
import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])
PYTHON
fi
if found=$(gatewright audit verify 2>&1); then status=0; else status=$?; fi
check "the edited row is named" "$found" "*museum: row $ROW was altered*"
check "and the command fails" "$status" 1

echo
echo "$passed passed, $failed failed"
((failed == 0))
