use super::way::{Failed, Way};
use super::{Companions, Step, cache::Asked};
use crate::{
    App, Caller, Outbound,
    connected::{ConnectedApp, Unconnected},
    own::NOBODY,
    publication::{Place, Published},
    tool::{HttpWork, Tool},
};
use model::Outcome;
use std::{sync::Arc, time::Instant};
use upstream::{
    Arguments, Limits, Next, Request, Response, Shape, Walk, not_connected, refusal, shape, unsent,
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
    ///
    /// # Errors
    ///
    /// [`Unconnected`] when a connection of the customer or of the caller's own is missing or does not work; nothing was sent with it
    /// then that the API took.
    pub(super) async fn answer(&self, caller: &Caller, text: &str) -> Result<Outcome, Unconnected> {
        let place = self.server.place(self.work);
        let own = match place {
            // Boxed: few calls need it, and all would carry its size.
            Place::Caller(app) => match Box::pin(self.own(caller, app)).await {
                Ok(own) => own,
                Err(outcome) => return Ok(outcome),
            },
            Place::Account(_) | Place::Customer(_) | Place::None(_) => None,
        };
        let generation = own.as_ref().map(|own| own.generation);
        let asked = Asked::new(caller, self.server, self.tool, self.work, text, generation);
        if let Some(outcome) =
            asked.as_ref().and_then(|asked| self.app.kept_answer(asked, self.app.clock.now()))
        {
            return Ok(outcome);
        }
        let arguments = match Arguments::parse(text) {
            Ok(arguments) => arguments.with(&self.work.injected),
            Err(error) => return Ok(refusal(&[error])),
        };
        let chosen = match place {
            Place::Account(target) => Ok((Way::Account(target), arguments)),
            Place::Customer(app) => Way::of(app, app.selector(), arguments),
            Place::Caller(app) => match &own {
                Some(own) => Way::of(own, self.tool.selector, arguments),
                None => Err(Failed::Customer(Unconnected::nothing(app))),
            },
            Place::None(reason) => return Ok(not_connected(reason)),
        };
        let (way, arguments) = match chosen {
            Ok(chosen) => chosen,
            Err(failed) => return failed.outcome(),
        };
        let request = match self.plan(&way, &arguments) {
            Ok(request) => request,
            Err(outcome) => return Ok(outcome),
        };
        let (method, path) = (&self.work.call.method, request.uri.path());
        self.with.step(Step::Sending { method, path });
        let answer = match &self.work.pagination {
            None => self.one(&way, request).await,
            // Boxed: few calls walk, and all would carry its size.
            Some(_) => Box::pin(self.walk(&way, request, &arguments)).await,
        };
        let mut outcome = match answer {
            Ok(answer) => self.shape(&way, answer),
            Err(failed) => {
                self.with.step(Step::Failed);
                failed.outcome()?
            }
        };
        self.with.step(Step::Shaped { truncated: outcome.truncated });
        if let Some(asked) = asked {
            self.app.keep_answer(asked, self.work, &outcome);
        }
        self.app.keep_overflow(caller, self.server, &mut outcome);
        Ok(outcome)
    }

    /// The app as the caller has connected it for itself, if it has.
    ///
    /// # Errors
    ///
    /// What the call comes to of a caller that is no user, or whose connections cannot be read.
    async fn own(
        &self,
        caller: &Caller,
        app: &store::App,
    ) -> Result<Option<Arc<ConnectedApp>>, Outcome> {
        let Some(user) = caller.user_id() else { return Err(not_connected(NOBODY)) };
        self.app.own_app(caller.account_id(), user, app.id).await.map_err(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a caller's own connections cannot be read"
            );
            let text =
                "Your connections cannot be read now. Nothing was sent. Try again in a while.";
            unsent(text.to_owned())
        })
    }

    fn plan(&self, way: &Way<'_>, arguments: &Arguments<'_>) -> Result<Request, Outcome> {
        let mut request =
            self.work.plan(way.base(), arguments).map_err(|error| refusal(&[error]))?;
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
        way: &Way<'_>,
        request: Request,
        limits: &Limits,
    ) -> Result<Response, Failed> {
        let response = way.send(self.app, self.outbound, request, limits).await?;
        self.with.step(Step::Answered {
            status: response.status,
            bytes: response.body.len(),
            duration: response.duration,
        });
        Ok(response)
    }

    async fn one(&self, way: &Way<'_>, request: Request) -> Result<Answer, Failed> {
        let uri = request.uri.clone();
        let response = self.send(way, request, self.limits()).await?;
        let name = resource_name(&response, &uri.to_string());
        Ok(Answer { response, name, walk_note: None })
    }

    /// The API's own pages, one after another, within the time of one call.
    async fn walk(
        &self,
        way: &Way<'_>,
        first: Request,
        arguments: &Arguments<'_>,
    ) -> Result<Answer, Failed> {
        let paging = self.work.pagination.as_ref().expect("the caller found that there is one");
        let limits = self.limits();
        let started = Instant::now();
        let uri = first.uri.clone();
        let template = (first.method.clone(), first.headers.clone());
        let mut walk =
            Walk::new(paging, &self.work.injected, &first, arguments, limits.decoded_bytes);
        let mut next = walk.take(self.send(way, first, limits).await?);
        loop {
            let request = match next {
                Next::Done => break,
                Next::Argument { name, value } => {
                    self.plan(way, &arguments.replaced(&name, &value))
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
            next = match self.send(way, request, &limits).await {
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

    fn shape(&self, way: &Way<'_>, answer: Answer) -> Outcome {
        let secrets = way.secrets();
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
