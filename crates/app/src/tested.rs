//! Trying the tools of a draft or of a published version: the same tools and the same calls as over MCP, for whoever builds a server.

use crate::{
    App, Caller, DraftProblem, Error, OfferedTool, Page, PageQuery, PlannedRequest, TestCase, Wire,
    publication::Published, request, tool::Tool, versions,
};
use model::{
    AccountId, Content, Outcome, Permission, RawJson, ResourceBody, ServerId, TestCaseId, ToolName,
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, sync::Arc, time::Duration};
use store::ServerRow;
use utoipa::{IntoParams, ToSchema};

/// Which of a server's tools are tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestedVersion {
    /// Those of its draft, the ones that are off too.
    #[default]
    Draft,
    /// Those that it has published, whether it is on or not.
    Published,
}

/// Which of a server's tools to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct TestedToolQuery {
    /// Those of the draft, unless the published ones are asked for.
    #[param(inline, nullable = false)]
    pub version: Option<TestedVersion>,
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
}

/// A call of a tool to try it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCall {
    /// Whose tool it is: the draft's, unless the published one is meant.
    #[serde(default)]
    pub version: TestedVersion,
    /// The arguments, as a client would send them.
    #[schema(value_type = Object)]
    pub arguments: RawJson,
}

/// A call of a test case's tool with its arguments.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestCaseRun {
    /// Whose tool it is: the draft's, unless the published one is meant.
    #[serde(default)]
    pub version: TestedVersion,
}

/// A tool that can be tried, as clients are told of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TestedTool {
    /// Its name.
    pub name: String,
    /// Whether it is on.
    pub enabled: bool,
    /// What clients are told.
    #[serde(flatten)]
    pub offered: OfferedTool,
}

/// What a test call came to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TestResult {
    /// Whether the call failed, by the API's answer or by ours.
    pub is_error: bool,
    /// What a model reads.
    pub content: Vec<TestContent>,
    /// The structured result, if the API answered JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structured: Option<RawJson>,
    /// Whether something was cut to fit the result budget.
    pub truncated: bool,
    /// How long the call took, in microseconds.
    pub duration_us: u64,
    /// What the arguments make of the call, the first request of a tool that reads several pages; without the credential, and with what
    /// the server adds under a secret's name hidden. Absent when the arguments do not fit. `upstream` says whether it was sent: an answer may
    /// be one that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request: Option<PlannedRequest>,
    /// The API's part, if it was asked and has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub upstream: Option<TestedUpstream>,
}

/// The API's part of a test call.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TestedUpstream {
    /// HTTP status.
    pub status: u16,
    /// From the first byte sent to the last received, in microseconds.
    pub duration_us: u64,
    /// Bytes of the request's body.
    pub bytes_out: u64,
    /// Bytes of the decoded answer's body.
    pub bytes_in: u64,
}

/// One block of a result.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TestContent {
    /// Text for the model.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    Image {
        /// Standard base64.
        data: String,
        /// Such as `image/png`.
        mime_type: String,
    },
    /// A sound.
    Audio {
        /// Standard base64.
        data: String,
        /// Such as `audio/wav`.
        mime_type: String,
    },
    /// Anything else.
    Resource {
        /// What it is called.
        uri: String,
        /// Its media type.
        mime_type: String,
        /// Its text, if it is text.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        text: Option<String>,
        /// Standard base64 of anything else.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        blob: Option<String>,
    },
}

/// A server whose tools somebody may try. Made by [`App::tested_server`] alone, for callers with the permission.
#[derive(Debug)]
pub struct TestedServer {
    published: Arc<Published>,
    /// Tools of the draft that are off.
    off: HashSet<String>,
    /// What keeps tools of the draft from being tried.
    problems: Vec<DraftProblem>,
}

impl App {
    /// The server's draft, or what it has published, ready to be called. Each asking reads it anew.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::TestServers`]; [`crate::Kind::NotFound`] for a server that is not there, or
    /// outside of the caller's scope; [`crate::Kind::Conflict`] when nothing is published.
    pub async fn tested_server(
        &self,
        caller: &Caller,
        id: ServerId,
        version: TestedVersion,
        wire: Wire<'_>,
    ) -> Result<TestedServer, Error> {
        let account = caller.may(Permission::TestServers)?;
        let row = self.known_server(account, id).await?;
        if !caller.covers_server(id) {
            return Err(Error::not_found("there is no such MCP server"));
        }
        match version {
            TestedVersion::Draft => self.tested_draft(account, row, wire).await,
            TestedVersion::Published => {
                let text = self.store.publication(account, id, row.server.version).await?;
                let text = text.ok_or_else(|| {
                    let message =
                        "nothing of this server is published: publish it, or test its draft";
                    Error::conflict(message).code("not_published")
                })?;
                let document = versions::read(&text)?;
                let published = self.loaded(account, &row.server, document).await?;
                Ok(TestedServer {
                    published: Arc::new(published),
                    off: HashSet::new(),
                    problems: Vec::new(),
                })
            }
        }
    }

    async fn tested_draft(
        &self,
        account: AccountId,
        row: ServerRow,
        wire: Wire<'_>,
    ) -> Result<TestedServer, Error> {
        let draft = self.whole_draft(account, row).await?;
        let off = draft.tools.iter().filter(|tool| !tool.enabled);
        let off = off.map(|tool| tool.name.to_string()).collect();
        let problems = draft.problems(wire)?;
        let document = versions::read(&draft.compose(&problems)?.document)?;
        let published = self.loaded(account, &draft.row.server, document).await?;
        Ok(TestedServer { published: Arc::new(published), off, problems })
    }

    /// The test case that is to be run.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::TestServers`]; [`crate::Kind::NotFound`].
    pub async fn tested_case(
        &self,
        caller: &Caller,
        server: ServerId,
        tool: &ToolName,
        id: TestCaseId,
    ) -> Result<TestCase, Error> {
        let account = caller.may(Permission::TestServers)?;
        TestCase::new(self.known_case(account, server, tool, id).await?)
    }
}

impl TestedServer {
    /// The server as a client would reach it.
    #[must_use]
    pub fn published(&self) -> &Arc<Published> {
        &self.published
    }

    /// The tools that the caller may call, in their order.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for a page that cannot be.
    pub fn tools(
        &self,
        caller: &Caller,
        query: &TestedToolQuery,
    ) -> Result<Page<TestedTool>, Error> {
        let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
        let (size, after) = (page.size()?, page.after::<usize>()?);
        let view = self.published.view(caller);
        let first = after.map_or(0, |after| after.saturating_add(1));
        let tools = self.published.tools(&view).enumerate().skip(first);
        let rows: Vec<_> = tools.take(size as usize + 1).collect();
        Ok(Page::new(rows, size, |(at, _)| *at, |(_, tool)| self.tested(tool)))
    }

    fn tested(&self, tool: &Tool) -> TestedTool {
        TestedTool {
            name: tool.name.to_string(),
            enabled: !self.off.contains(&*tool.name),
            offered: OfferedTool::of(tool),
        }
    }

    /// What the outcome of a call of a tool, which took that long, is told as.
    #[must_use]
    pub fn result(
        &self,
        tool: &str,
        arguments: &str,
        outcome: Outcome,
        duration: Duration,
    ) -> TestResult {
        let facts = outcome.upstream;
        TestResult {
            is_error: outcome.is_error,
            content: outcome.content.into_iter().map(TestContent::from).collect(),
            structured: outcome.structured,
            truncated: outcome.truncated,
            duration_us: u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
            request: request::planned(&self.published, tool, arguments),
            upstream: facts.status.map(|status| TestedUpstream {
                status,
                duration_us: facts.duration_us,
                bytes_out: facts.bytes_out,
                bytes_in: facts.bytes_in,
            }),
        }
    }
    /// Refuses a tool that the draft has and cannot offer, with the reason.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Conflict`].
    pub fn check(&self, tool: &str) -> Result<(), Error> {
        let place = format!("tools.{tool}");
        match self.problems.iter().find(|problem| problem.place == place) {
            Some(problem) => Err(problem.clone().into()),
            None => Ok(()),
        }
    }
}

impl From<Content> for TestContent {
    fn from(content: Content) -> Self {
        match content {
            Content::Text(text) => Self::Text { text },
            Content::Image { data, mime_type } => Self::Image { data, mime_type },
            Content::Audio { data, mime_type } => Self::Audio { data, mime_type },
            Content::Resource { uri, mime_type, body } => {
                let (text, blob) = match body {
                    ResourceBody::Text(text) => (Some(text), None),
                    ResourceBody::Blob(data) => (None, Some(data)),
                };
                Self::Resource { uri, mime_type, text, blob }
            }
        }
    }
}
