//! One message as its members' texts: what the strict pass over the body leaves behind.

use crate::{
    Json,
    scan::{Scanner, Stop},
};

/// The members of a JSON-RPC message that matter. Unknown ones are read over.
#[derive(Default)]
pub(crate) struct Envelope<'a> {
    pub(crate) jsonrpc: Option<Json<'a>>,
    pub(crate) id: Option<Json<'a>>,
    pub(crate) method: Option<Json<'a>>,
    pub(crate) params: Option<Json<'a>>,
    pub(crate) result: Option<Json<'a>>,
    pub(crate) error: Option<Json<'a>>,
    /// Whether a known member is there in other letter case: a reader that ignores case would see another message.
    pub(crate) miscased: bool,
    pub(crate) members: Params<'a>,
}

/// Members of `params`, of any method. A method may come after its parameters, so all are taken.
#[derive(Default)]
pub(crate) struct Params<'a> {
    pub(crate) name: Option<Json<'a>>,
    pub(crate) arguments: Option<Json<'a>>,
    pub(crate) cursor: Option<Json<'a>>,
    pub(crate) level: Option<Json<'a>>,
    pub(crate) protocol_version: Option<Json<'a>>,
    pub(crate) capabilities: Option<Json<'a>>,
    pub(crate) client_info: Client<'a>,
    pub(crate) notifications: Option<Json<'a>>,
    pub(crate) uri: Option<Json<'a>>,
    pub(crate) reference: Option<Json<'a>>,
    pub(crate) argument: Option<Json<'a>>,
    pub(crate) context: Option<Json<'a>>,
    pub(crate) request_id: Option<Json<'a>>,
    pub(crate) reason: Option<Json<'a>>,
    pub(crate) request_state: Option<Json<'a>>,
    pub(crate) input_responses: Option<Json<'a>>,
    pub(crate) meta: Option<Json<'a>>,
    pub(crate) meta_members: MetaMembers<'a>,
}

/// Members of `params._meta`.
#[derive(Default)]
pub(crate) struct MetaMembers<'a> {
    pub(crate) progress_token: Option<Json<'a>>,
    pub(crate) protocol_version: Option<Json<'a>>,
    pub(crate) client_info: Client<'a>,
    pub(crate) client_capabilities: Option<Json<'a>>,
    pub(crate) log_level: Option<Json<'a>>,
    pub(crate) traceparent: Option<Json<'a>>,
    pub(crate) tracestate: Option<Json<'a>>,
}

/// An `Implementation` object.
#[derive(Default)]
pub(crate) struct Client<'a> {
    pub(crate) whole: Option<Json<'a>>,
    pub(crate) name: Option<Json<'a>>,
    pub(crate) version: Option<Json<'a>>,
}

const KNOWN: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

impl<'a> Envelope<'a> {
    /// Reads the value that comes next. What was read before a fault stays, so that an error can name the id.
    pub(crate) fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<Json<'a>, Stop> {
        scanner.members(|scanner, key| {
            match key {
                "jsonrpc" => self.jsonrpc = Some(scanner.value()?),
                "id" => self.id = Some(scanner.value()?),
                "method" => self.method = Some(scanner.value()?),
                "params" => self.params = Some(self.members.scan(scanner)?),
                "result" => self.result = Some(scanner.value()?),
                "error" => self.error = Some(scanner.value()?),
                other => {
                    self.miscased |= KNOWN.iter().any(|known| other.eq_ignore_ascii_case(known));
                    scanner.value()?;
                }
            }
            Ok(())
        })
    }
}

impl<'a> Params<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<Json<'a>, Stop> {
        scanner.members(|scanner, key| {
            match key {
                "name" => self.name = Some(scanner.value()?),
                "arguments" => self.arguments = Some(scanner.value()?),
                "_meta" => self.meta = Some(self.meta_members.scan(scanner)?),
                "cursor" => self.cursor = Some(scanner.value()?),
                "level" => self.level = Some(scanner.value()?),
                "protocolVersion" => self.protocol_version = Some(scanner.value()?),
                "capabilities" => self.capabilities = Some(scanner.value()?),
                "clientInfo" => self.client_info.scan(scanner)?,
                "notifications" => self.notifications = Some(scanner.value()?),
                "uri" => self.uri = Some(scanner.value()?),
                "ref" => self.reference = Some(scanner.value()?),
                "argument" => self.argument = Some(scanner.value()?),
                "context" => self.context = Some(scanner.value()?),
                "requestId" => self.request_id = Some(scanner.value()?),
                "reason" => self.reason = Some(scanner.value()?),
                "requestState" => self.request_state = Some(scanner.value()?),
                "inputResponses" => self.input_responses = Some(scanner.value()?),
                _ => drop(scanner.value()?),
            }
            Ok(())
        })
    }
}

impl<'a> MetaMembers<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<Json<'a>, Stop> {
        scanner.members(|scanner, key| {
            match key {
                "progressToken" => self.progress_token = Some(scanner.value()?),
                "io.modelcontextprotocol/protocolVersion" => {
                    self.protocol_version = Some(scanner.value()?)
                }
                "io.modelcontextprotocol/clientInfo" => self.client_info.scan(scanner)?,
                "io.modelcontextprotocol/clientCapabilities" => {
                    self.client_capabilities = Some(scanner.value()?)
                }
                "io.modelcontextprotocol/logLevel" => self.log_level = Some(scanner.value()?),
                "traceparent" => self.traceparent = Some(scanner.value()?),
                "tracestate" => self.tracestate = Some(scanner.value()?),
                _ => drop(scanner.value()?),
            }
            Ok(())
        })
    }
}

impl<'a> Client<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Stop> {
        let whole = scanner.members(|scanner, key| {
            let value = scanner.value()?;
            match key {
                "name" => self.name = Some(value),
                "version" => self.version = Some(value),
                _ => {}
            }
            Ok(())
        })?;
        self.whole = Some(whole);
        Ok(())
    }
}
