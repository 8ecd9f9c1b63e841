//! The nouns of Gatewright and the rules that hold for each of them.
//!
//! Values only: nothing here does I/O, reads a clock, draws randomness or blocks, and nothing here knows
//! HTTP servers, SQL or MCP. Every other crate may use this one; this one uses none of ours.

mod action;
mod answer_rules;
mod app;
mod app_definition;
mod auth;
mod body_template;
mod call;
mod connection;
mod connection_choice;
mod credential;
mod difference;
mod field_path;
mod grant;
mod id;
mod json;
mod limit;
mod name;
mod outcome;
mod pagination;
mod permission;
mod prompt;
mod resource;
mod secret;
mod template;
mod time;
mod tool_settings;
mod way_secret;

pub use action::{Action, Annotations, Source};
pub use answer_rules::{AnswerRules, FailureMark};
pub use app::AppKind;
pub use app_definition::AppDefinition;
pub use auth::{
    AuthMethod, AuthScope, AuthWay, BasicNames, ConnectionField, CredentialSender, FieldError,
    FieldFormat, FieldLookup, FieldSource, MAX_AUTH_SCOPES, MAX_AUTH_WAYS, MAX_CONNECTION_FIELDS,
    OAuth2, OAuth2Client, Refresh, TokenRequestFormat, is_loopback_url,
};
pub use body_template::{BodyTemplate, MailArguments};
pub use call::{
    Body, BodyEncoding, BodyField, BodyLayout, BodyVariant, FieldEncoding, FixedHeader, HttpCall,
    Parameter, ParameterEncoding, PartEncoding, PartKind, PathPart, Place, Style,
};
pub use connection::{
    ClientAuthStyle, ClientCredentials, ConnectionKind, ConnectionSecret, ConnectionSecretError,
    ConnectionSummary, KeyPlace,
};
pub use connection_choice::{ConnectionChoice, ConnectionChoiceError};
pub use credential::{CredentialSlot, SlotKind};
pub use difference::{Change, ChangedAction, ChangedPart, Difference, changes, difference};
pub use field_path::{FieldPath, FieldPathError, FieldStep};
pub use grant::{GrantScope, GrantScopeError, GrantScopes, MAX_SCOPE_NAMES, Names, Scope};
pub use id::{
    AccountId, ActionId, ApiRequestId, AppId, AuditId, ConnectLinkId, ConnectionId, CustomerId,
    GrantId, IdError, IssuerId, LimitId, LinkId, RequestId, ServerId, SignInId, SigningSecretId,
    TestCaseId, TokenId, UserId,
};
pub use json::{RawJson, object, object_or_default, or_default};
pub use limit::{LimitMode, LimitTarget, LimitUnit};
pub use name::{Alias, AppKey, CustomerKey, NameError, PromptName, ResourceName, Slug, ToolName};
pub use outcome::{Connect, Content, Outcome, Overflow, ResourceBody, UpstreamFacts};
pub use pagination::{PageStyle, Pagination};
pub use permission::{Permission, PermissionSet, Role};
pub use prompt::{
    FillError, MAX_PROMPT_ARGUMENT_NAME_BYTES, MAX_PROMPT_ARGUMENTS, MAX_PROMPT_MESSAGES,
    MAX_PROMPT_TEXT_BYTES, Prompt, PromptArgument, PromptMessage, PromptRole,
};
pub use resource::{
    MAX_MIME_TYPE_CHARS, MAX_RESOURCE_BYTES, MAX_RESOURCE_URI_BYTES, MAX_TEMPLATE_VARIABLES,
    Resource, ResourceContent, ResourceTemplate,
};
pub use secret::Secret;
pub use template::{Template, TemplateError};
pub use time::Timestamp;
pub use tool_settings::{
    AnnotationRules, ArgumentRule, MAX_ARGUMENT_DESCRIPTION_CHARS, MAX_ARGUMENT_NAME_BYTES,
    MAX_ARGUMENT_RULES, MAX_CACHE_SECONDS, MAX_DESCRIPTION_CHARS, MAX_PROJECTION_PATHS,
    MAX_RESULT_BUDGET_TOKENS, MAX_TIMEOUT_MS, MAX_TITLE_CHARS, MAX_VALUE_BYTES,
    MIN_RESULT_BUDGET_TOKENS, MIN_TIMEOUT_MS, SettingsError, ToolSettings, is_argument_name,
};
pub use way_secret::{WayCredential, WaySecret};

/// Bytes per token in every estimate that Gatewright prints: English JSON runs at about four.
pub const BYTES_PER_TOKEN: usize = 4;

/// Tokens that `bytes` of JSON cost a model, rounded up. An estimate: no tokenizer is run.
#[must_use]
pub const fn tokens_estimate(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_TOKEN)
}
