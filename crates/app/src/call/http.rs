use super::{Companions, Step, cache::Asked};
use crate::{
    App, Caller, Outbound,
    publication::Published,
    target::{NotConnected, Target},
    tool::{HttpWork, Tool},
};
use model::Outcome;
use std::time::Instant;
use upstream::{
    Arguments, Limits, Next, Request, Response, SendError, Shape, Walk, failure, not_connected,
    refusal, shape,
};

/// Bytes of a file, an image or a sound that a result carries.
const RESOURCE_CAP_BYTES: usize = 1 << 20;

/// A call of a tool that calls an API.
pub(super) struct HttpCall<'a> {
    pub(super) app: &'a App,
    pub(super) server: &'a Published,
    pub(super) tool: &'a Tool,
    pub(super) work: &'a HttpWork,
    pub(super) outbound: &'a Outbound,
    pub(super) with: Companions<'a>,
}

/// What an API answered, all pages of it.
struct Answer {
    response: Response,
    /// What is called, for what becomes an embedded resource.
    name: String,
    walk_note: Option<String>,
}

impl HttpCall<'_> {
    /// The tool's result for arguments that fit its schema.
    pub(super) async fn answer(&self, caller: &Caller, text: &str) -> Outcome {
        let asked = Asked::new(caller, self.server, self.tool, self.work, text);
        if let Some(outcome) =
            asked.as_ref().and_then(|asked| self.app.kept_answer(asked, self.app.clock.now()))
        {
            return outcome;
        }
        let arguments = match Arguments::parse(text) {
            Ok(arguments) => arguments.with(&self.work.injected),
            Err(error) => return refusal(&[error]),
        };
        let target = match &self.server.targets[self.work.target] {
            Ok(target) => target,
            Err(NotConnected(reason)) => return not_connected(reason),
        };
        let request = match self.plan(target, &arguments) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        let (method, path) = (&self.work.call.method, request.uri.path());
        self.with.step(Step::Sending { method, path });
        let answer = match &self.work.pagination {
            None => self.one(target, request).await,
            // Boxed: few calls walk, and all would carry its size.
            Some(_) => Box::pin(self.walk(target, request, &arguments)).await,
        };
        let mut outcome = match answer {
            Ok(answer) => self.shape(target, answer),
            Err(error) => {
                self.with.step(Step::Failed);
                failure(&error)
            }
        };
        self.with.step(Step::Shaped { truncated: outcome.truncated });
        if let Some(asked) = asked {
            self.app.keep_answer(asked, self.work, &outcome);
        }
        self.app.keep_overflow(caller, self.server, &mut outcome);
        outcome
    }

    fn plan(&self, target: &Target, arguments: &Arguments<'_>) -> Result<Request, Outcome> {
        let mut request = self.work.plan(target, arguments).map_err(|error| refusal(&[error]))?;
        if let Some(value) = self.with.traceparent.and_then(|text| text.parse().ok()) {
            request.headers.insert("traceparent", value);
        }
        Ok(request)
    }

    fn limits(&self) -> &Limits {
        self.work.limits.as_ref().unwrap_or(&self.app.config.upstream)
    }

    async fn send(
        &self,
        target: &Target,
        request: Request,
        limits: &Limits,
    ) -> Result<Response, SendError> {
        let response = self.outbound.client.send(request, &target.route, limits).await?;
        if response.status == 401 && response.credential_sent {
            self.app.credential_refused(target);
        }
        self.with.step(Step::Answered {
            status: response.status,
            bytes: response.body.len(),
            duration: response.duration,
        });
        Ok(response)
    }

    async fn one(&self, target: &Target, request: Request) -> Result<Answer, SendError> {
        let uri = request.uri.clone();
        let response = self.send(target, request, self.limits()).await?;
        let name = resource_name(&response, &uri.to_string());
        Ok(Answer { response, name, walk_note: None })
    }

    /// The API's own pages, one after another, within the time of one call.
    async fn walk(
        &self,
        target: &Target,
        first: Request,
        arguments: &Arguments<'_>,
    ) -> Result<Answer, SendError> {
        let paging = self.work.pagination.as_ref().expect("the caller found that there is one");
        let limits = self.limits();
        let started = Instant::now();
        let uri = first.uri.clone();
        let template = (first.method.clone(), first.headers.clone());
        let mut walk =
            Walk::new(paging, &self.work.injected, &first, arguments, limits.decoded_bytes);
        let mut next = walk.take(self.send(target, first, limits).await?);
        loop {
            let request = match next {
                Next::Done => break,
                Next::Argument { name, value } => {
                    self.plan(target, &arguments.replaced(&name, &value))
                }
                Next::Url(uri) => Ok(Request {
                    method: template.0.clone(),
                    uri,
                    headers: template.1.clone(),
                    body: bytes::Bytes::new(),
                }),
            };
            let Ok(request) = request else {
                walk.stop("the next page cannot be asked for");
                break;
            };
            let Some(left) =
                limits.total.checked_sub(started.elapsed()).filter(|left| !left.is_zero())
            else {
                walk.stop("the time of the call is over");
                break;
            };
            let limits = Limits { total: left, ..limits.clone() };
            next = match self.send(target, request, &limits).await {
                Ok(response) => walk.take(response),
                Err(error) => {
                    walk.stop(&format!("the next page failed: {error}"));
                    break;
                }
            };
        }
        let walked = walk.finish().expect("the first page was taken");
        let name = resource_name(&walked.response, &uri.to_string());
        Ok(Answer { response: walked.response, name, walk_note: walked.cut })
    }

    fn shape(&self, target: &Target, answer: Answer) -> Outcome {
        let secrets = target.route.credential().secrets();
        let options = Shape {
            budget_tokens: self.work.budget_tokens.unwrap_or(self.app.config.result_budget_tokens),
            resource_cap_bytes: RESOURCE_CAP_BYTES,
            secrets: &secrets,
            output_schema: self.tool.output(),
            paging_hints: &self.work.paging_hints,
            projection: self.work.projection.as_ref(),
            answer: Some(&self.work.call.answer),
            walk_note: answer.walk_note.as_deref(),
            keeps_overflow: self.server.keeps_results,
        };
        shape(&answer.name, answer.response, &options)
    }
}

/// What was asked, less its query. Only what becomes an embedded resource needs a name.
fn resource_name(response: &Response, uri: &str) -> String {
    let json =
        response.content_type.as_deref().is_some_and(|kind| kind.starts_with("application/json"));
    if json { String::new() } else { uri.split('?').next().unwrap_or(uri).to_owned() }
}
