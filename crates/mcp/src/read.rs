use crate::{
    Call, Capabilities, Code, Id, Incoming, JsonFault, Kind, Lane, Limits, Message, Notification,
    Refusal, Request, Revision, RpcError,
    envelope::Envelope,
    headers::{self, Single},
    method::Method,
    modern, params,
    scan::{self, Scanner},
    text,
};
use http::HeaderMap;

/// Reads one POST: body, lane, headers, method, parameters.
///
/// The strict scanner sees every byte before anything is decided. A request of a method that the lane does not have,
/// or whose capability is not in `capabilities`, is refused here. What is left to the host: sessions
/// ([`Incoming::settle`]), `Mcp-Param-*` headers ([`crate::check_param_headers`]), and whether the tool, the prompt or the resource exists.
///
/// # Errors
///
/// A complete answer to anything that is no acceptable message.
pub fn read<'a>(
    headers: &HeaderMap,
    body: &'a [u8],
    limits: &Limits,
    capabilities: &Capabilities,
) -> Result<Incoming<'a>, Refusal> {
    let reader = Reader {
        headers,
        capabilities,
        version: headers::single(headers, &headers::PROTOCOL_VERSION),
    };
    let text = scan::utf8(body).map_err(|fault| reader.fault(fault, None))?;
    let mut scanner = Scanner::new(text, limits);
    if scanner.peek() == Some(b'[') {
        return reader.batch(scanner, limits);
    }
    let mut envelope = Envelope::default();
    let whole = envelope.scan(&mut scanner).and_then(|whole| scanner.end().map(|()| whole));
    let whole =
        whole.map_err(|stop| reader.fault(scanner.stopped(stop), envelope.id.and_then(Id::new)))?;
    if whole.kind() != Kind::Object {
        let error =
            RpcError::new(Code::InvalidRequest, "the body must be a JSON-RPC message, an object");
        return Err(error.refuse(None, false));
    }
    reader.single(&envelope)
}

struct Reader<'h> {
    headers: &'h HeaderMap,
    capabilities: &'h Capabilities,
    version: Single<'h>,
}

impl Reader<'_> {
    fn fault(&self, fault: JsonFault, id: Option<Id<'_>>) -> Refusal {
        // What does not parse has no id that could be trusted.
        let (code, id) =
            if fault.trouble.is_json() { (Code::InvalidRequest, id) } else { (Code::Parse, None) };
        RpcError::new(code, fault.to_string()).refuse(id, false)
    }

    fn single<'a>(&self, envelope: &Envelope<'a>) -> Result<Incoming<'a>, Refusal> {
        let modern = modern::is_modern(Some(envelope), self.version, self.headers);
        let refuse = |error: RpcError| {
            let method = envelope.method.and_then(|method| method.string());
            let method = method.map(|method| text::clean(method, 64).into_owned());
            Refusal { method, ..error.refuse(envelope.id.and_then(Id::new), modern) }
        };
        let shape = Shape::of(envelope).map_err(refuse)?;
        let (lane, message) =
            if modern { self.modern(envelope, shape) } else { self.legacy(envelope, shape) }
                .map_err(refuse)?;
        Ok(Incoming { lane, message })
    }

    fn modern<'a>(
        &self,
        envelope: &Envelope<'a>,
        shape: Shape<'a>,
    ) -> Result<(Lane, Message<'a>), RpcError> {
        let (id, name) = match shape {
            Shape::Response => {
                return Err(RpcError::new(
                    Code::InvalidRequest,
                    "MCP 2026-07-28 has no requests from server to client, so there is nothing to answer",
                ));
            }
            Shape::Notification(name) => {
                let revision =
                    modern::check_notification(envelope, &name, self.version, self.headers)?;
                // Cancelling is closing the connection; no notification has an effect.
                return Ok((Lane::Modern(revision), Message::Notification(Notification::Other)));
            }
            Shape::Request(id, name) => (id, name),
        };
        let revision = modern::check_request(envelope, &name, self.version, self.headers)?;
        let method = self.available(&name, true)?;
        let meta = params::meta(&envelope.members, true)?;
        let call = params::call(method, &envelope.members, self.capabilities)?;
        if let Some((name, member)) = call.mirrored_name() {
            modern::check_name(self.headers, name, member)?;
        }
        Ok((Lane::Modern(revision), Message::Request(Request { id, meta, call })))
    }

    fn legacy<'a>(
        &self,
        envelope: &Envelope<'a>,
        shape: Shape<'a>,
    ) -> Result<(Lane, Message<'a>), RpcError> {
        let initializes = matches!(&shape, Shape::Request(_, name) if name == "initialize");
        // The handshake settles the revision by its parameters, whatever a header says.
        let lane = Lane::Legacy(if initializes { None } else { self.legacy_version()? });
        Ok((lane, self.legacy_message(envelope, shape)?))
    }

    fn legacy_version(&self) -> Result<Option<Revision>, RpcError> {
        match self.version {
            Single::Absent => Ok(None),
            Single::Value(date) => match Revision::parse(date) {
                Some(revision) if !revision.is_modern() => Ok(Some(revision)),
                _ => Err(RpcError {
                    data: Some(modern::unsupported_data(Revision::ALL.into_iter(), date)),
                    ..RpcError::new(
                        Code::InvalidRequest,
                        "MCP-Protocol-Version is no revision that is served",
                    )
                }),
            },
            Single::Malformed => {
                Err(RpcError::new(Code::InvalidRequest, "send MCP-Protocol-Version once"))
            }
        }
    }

    fn legacy_message<'a>(
        &self,
        envelope: &Envelope<'a>,
        shape: Shape<'a>,
    ) -> Result<Message<'a>, RpcError> {
        let (id, name) = match shape {
            Shape::Response => return Ok(Message::Response),
            Shape::Notification(name) => {
                return Ok(Message::Notification(notification(&name, envelope)));
            }
            Shape::Request(id, name) => (id, name),
        };
        if envelope.params.is_some_and(|params| params.kind() != Kind::Object) {
            return Err(RpcError::new(Code::InvalidParams, "params must be an object"));
        }
        let method = self.available(&name, false)?;
        let mut meta = params::meta(&envelope.members, false)?;
        if method == Method::Initialize {
            params::introduce(&mut meta, &envelope.members)?;
        }
        let call = params::call(method, &envelope.members, self.capabilities)?;
        Ok(Message::Request(Request { id, meta, call }))
    }

    fn available(&self, name: &str, modern: bool) -> Result<Method, RpcError> {
        Method::parse(name)
            .filter(|method| method.is_served(modern, self.capabilities))
            .ok_or_else(|| RpcError::method_not_found(name, modern))
    }

    fn batch<'a>(
        &self,
        mut scanner: Scanner<'a>,
        limits: &Limits,
    ) -> Result<Incoming<'a>, Refusal> {
        let mut envelopes = Vec::new();
        let mut count = 0_usize;
        let read = scanner.array(|scanner| {
            count += 1;
            if count > limits.batch {
                return scanner.value().map(drop);
            }
            let mut envelope = Envelope::default();
            let whole = envelope.scan(scanner)?;
            envelopes.push((whole.kind() == Kind::Object).then_some(envelope));
            Ok(())
        });
        read.and_then(|()| scanner.end())
            .map_err(|stop| self.fault(scanner.stopped(stop), None))?;

        let refuse =
            |message: String| Err(RpcError::new(Code::InvalidRequest, message).refuse(None, false));
        let modern = modern::is_modern(None, self.version, self.headers)
            || envelopes
                .iter()
                .flatten()
                .any(|envelope| modern::is_modern(Some(envelope), Single::Absent, self.headers));
        let lane = match self.legacy_version() {
            Ok(version)
                if !modern && version.is_none_or(|version| version == Revision::V2025_03_26) =>
            {
                Lane::Legacy(version)
            }
            _ => {
                return refuse("send one message per POST: only MCP 2025-03-26 has batches".into());
            }
        };
        if count == 0 {
            return refuse("the batch is empty".into());
        }
        if count > limits.batch {
            return refuse(format!(
                "the batch has {count} messages: send at most {}",
                limits.batch
            ));
        }
        let entries = envelopes.iter().map(|envelope| self.entry(envelope.as_ref())).collect();
        Ok(Incoming { lane, message: Message::Batch(entries) })
    }

    fn entry<'a>(&self, envelope: Option<&Envelope<'a>>) -> Result<Message<'a>, Refusal> {
        let Some(envelope) = envelope else {
            let error = RpcError::new(
                Code::InvalidRequest,
                "each entry of a batch must be a message, an object",
            );
            return Err(error.refuse(None, false));
        };
        let read = Shape::of(envelope)
            .and_then(|shape| self.legacy_message(envelope, shape))
            .and_then(|message| match &message {
                Message::Request(Request { call: Call::Initialize(_), .. }) => {
                    Err(RpcError::new(Code::InvalidRequest, "initialize must not be in a batch"))
                }
                _ => Ok(message),
            });
        read.map_err(|error| error.refuse(envelope.id.and_then(Id::new), false))
    }
}

/// The three kinds of message, by their members.
enum Shape<'a> {
    Request(Id<'a>, std::borrow::Cow<'a, str>),
    Notification(std::borrow::Cow<'a, str>),
    Response,
}

impl<'a> Shape<'a> {
    fn of(envelope: &Envelope<'a>) -> Result<Self, RpcError> {
        let bad = |message: &'static str| Err(RpcError::new(Code::InvalidRequest, message));
        if envelope.miscased {
            return bad(
                "a member of the message is in wrong letter case: use jsonrpc, id, method, params",
            );
        }
        if envelope.jsonrpc.and_then(|version| version.string()).as_deref() != Some("2.0") {
            return bad(r#"the message needs "jsonrpc": "2.0""#);
        }
        let id = match envelope.id {
            None => None,
            Some(id) => match Id::new(id) {
                None => {
                    return bad(
                        "id must be a string of at most 256 bytes or an integer of 64 bits",
                    );
                }
                id => id,
            },
        };
        let answers =
            usize::from(envelope.result.is_some()) + usize::from(envelope.error.is_some());
        let Some(method) = envelope.method else {
            return if answers == 1 {
                Ok(Self::Response)
            } else {
                bad("the message needs a method")
            };
        };
        if answers != 0 {
            return bad("a message has either a method, or a result, or an error");
        }
        let Some(name) = method.string() else { return bad("method must be a string") };
        match id {
            Some(id) => Ok(Self::Request(id, name)),
            None if Method::parse(&name).is_some() => {
                bad("this method is a request: send it with an id")
            }
            None => Ok(Self::Notification(name)),
        }
    }
}

fn notification<'a>(name: &str, envelope: &Envelope<'a>) -> Notification<'a> {
    match name {
        "notifications/initialized" => Notification::Initialized,
        "notifications/cancelled" => match envelope.members.request_id.and_then(Id::new) {
            Some(request_id) => {
                let reason = envelope.members.reason.and_then(|reason| reason.string());
                Notification::Cancelled {
                    request_id,
                    reason: reason.map(|reason| text::clean(reason, 256)),
                }
            }
            None => Notification::Other,
        },
        _ => Notification::Other,
    }
}
