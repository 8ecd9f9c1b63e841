use crate::{App, Error, ExportFormat, PageQuery};
use model::{AccountId, RequestId, Slug, Timestamp, TokenId, UserId};
use serde::Deserialize;
use store::{LoggedServer, RequestFilter, RequestOrder};
use utoipa::{IntoParams, ToSchema};

/// The longest text that a filter has.
const TEXT_CHARS_MAX: usize = 200;

/// The order of a list of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestSort {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
}

/// How a request ended, to be searched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeFilter {
    /// It was answered.
    Ok,
    /// A tool's result is an error.
    ToolError,
    /// It was refused, it failed, or the client went away.
    Error,
    /// One of the last two.
    Failed,
}

/// A query of the request log: what is its own, and the filters, which are the same for all.
macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident { $($own:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Came at this time or later.
            #[param(nullable = false)]
            pub from: Option<Timestamp>,
            /// Came before this time.
            #[param(nullable = false)]
            pub to: Option<Timestamp>,
            /// An MCP server, by its id or by its name: rows of when it was called otherwise are found too.
            #[param(max_length = 200, nullable = false)]
            pub server: Option<String>,
            /// A tool, by its name.
            #[param(max_length = 200, nullable = false)]
            pub tool: Option<String>,
            /// A token (tok_…), or a user (usr_…) with all of its tokens.
            #[param(pattern = "^(tok|usr)_[0-9a-f]{32}$", nullable = false)]
            pub principal: Option<String>,
            /// What the client calls itself.
            #[param(max_length = 200, nullable = false)]
            pub client: Option<String>,
            /// How it ended.
            #[param(inline, nullable = false)]
            pub outcome: Option<OutcomeFilter>,
            /// An MCP method, such as tools/call.
            #[param(max_length = 200, nullable = false)]
            pub method: Option<String>,
            /// Only requests of somebody who tried a tool, or none of them.
            #[param(nullable = false)]
            pub test: Option<bool>,
            /// Text in the tool, the error, the client's name, or kept arguments and results, whatever the case of ASCII letters.
            #[param(max_length = 200, nullable = false)]
            pub text: Option<String>,
            $($own)*
        }

        impl $name {
            pub(crate) fn filters(&self) -> Filters<'_> {
                Filters {
                    from: self.from,
                    to: self.to,
                    server: self.server.as_deref(),
                    tool: self.tool.as_deref(),
                    principal: self.principal.as_deref(),
                    client: self.client.as_deref(),
                    outcome: self.outcome,
                    method: self.method.as_deref(),
                    test: self.test,
                    text: self.text.as_deref(),
                }
            }
        }
    )*};
}

queries! {
    /// Which requests to list.
    RequestQuery {
        /// Only rows that were written after this one, by its id: how a client follows the log. Ask for the oldest first, show them, and ask
        /// again with the id of the last.
        #[param(nullable = false)]
        pub after: Option<RequestId>,
        /// The order.
        #[param(inline, nullable = false)]
        pub order: Option<RequestSort>,
        /// Items of the page at most.
        #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
        pub limit: Option<u32>,
        /// `next` of the page before.
        #[param(max_length = 1024, nullable = false)]
        pub cursor: Option<String>,
    }
    /// Which requests to export, and in which form.
    RequestExportQuery {
        /// JSON Lines, or comma-separated values.
        #[param(inline, nullable = false)]
        pub format: Option<ExportFormat>,
    }
}

impl RequestQuery {
    pub(crate) fn page(&self) -> PageQuery {
        PageQuery { limit: self.limit, cursor: self.cursor.clone() }
    }
}

/// The filters of a query.
pub(crate) struct Filters<'a> {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    server: Option<&'a str>,
    tool: Option<&'a str>,
    principal: Option<&'a str>,
    client: Option<&'a str>,
    outcome: Option<OutcomeFilter>,
    method: Option<&'a str>,
    test: Option<bool>,
    text: Option<&'a str>,
}

impl App {
    pub(crate) async fn request_filter(
        &self,
        account: AccountId,
        filters: &Filters<'_>,
        after: Option<RequestId>,
    ) -> Result<RequestFilter, Error> {
        let principal = short(filters.principal, "principal")?;
        let is_principal =
            |id: &String| id.parse::<TokenId>().is_ok() || id.parse::<UserId>().is_ok();
        if principal.as_ref().is_some_and(|id| !is_principal(id)) {
            let message = "a principal is the id of a token, tok_…, or of a user, usr_…";
            return Err(Error::invalid(message).field("principal"));
        }
        Ok(RequestFilter {
            since: filters.from,
            until: filters.to,
            after,
            server: match short(filters.server, "server")? {
                Some(name) => Some(self.logged_server(account, name).await?),
                None => None,
            },
            tool: short(filters.tool, "tool")?,
            principal,
            client: short(filters.client, "client")?,
            outcome: filters.outcome.map(OutcomeFilter::as_str),
            method: short(filters.method, "method")?,
            test: filters.test,
            text: short(filters.text, "text")?,
        })
    }

    /// The server that is meant: rows of before it was renamed are its own, too.
    async fn logged_server(&self, account: AccountId, name: String) -> Result<LoggedServer, Error> {
        if let Ok(id) = name.parse() {
            return Ok(LoggedServer::Id(id));
        }
        let known = match name.parse::<Slug>() {
            Ok(slug) => self.store.server_by_slug(account, &slug).await?,
            Err(_) => None,
        };
        Ok(match known {
            Some(server) => LoggedServer::Known(server.id, name),
            None => LoggedServer::Gone(name),
        })
    }
}

fn short(text: Option<&str>, field: &'static str) -> Result<Option<String>, Error> {
    if text.is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX) {
        let message = format!("a filter has at most {TEXT_CHARS_MAX} characters");
        return Err(Error::invalid(message).field(field));
    }
    Ok(text.map(str::to_owned))
}

impl OutcomeFilter {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::Error => "error",
            Self::Failed => "failed",
        }
    }
}

impl From<RequestSort> for RequestOrder {
    fn from(sort: RequestSort) -> Self {
        match sort {
            RequestSort::Newest => Self::Newest,
            RequestSort::Oldest => Self::Oldest,
        }
    }
}
