//! The use cases of Gatewright: authorise, act, record. Knows no HTTP and no MCP.
//!
//! Every public method of [`App`] that touches an account's things takes a [`Caller`] first. Those that cannot are these:
//! [`App::open`], [`App::authenticate`], [`App::authenticate_customer`], [`App::authenticate_cookie`], [`App::operator`] and [`App::operator_of`] (they make the
//! callers), [`App::create_session`] and [`App::accept_link`] (a password or a link says who comes), [`App::server_of_host`] (before
//! anybody asks), [`App::revoke_leaked`] (who holds a token may end it), [`App::health`], [`App::tasks`], [`App::outbound`] and
//! [`App::close`] (the process's own life).
//! Whoever holds a connect link uses [`App::connect_page`], [`App::connect_progress`], [`App::start_connect`], [`App::finish_connect`]
//! and [`App::new_browser`].
//! [`App::connect_link_for`] makes such links for a customer whose caller was let in. [`Installation`] is for whoever holds the data
//! directory and the key, on this machine: nothing that comes from the network can reach it.

mod account;
mod actions;
mod apps;
mod audit;
mod authenticate;
mod brand;
mod built_in;
mod call;
mod caller;
mod checkpoint;
mod clock;
mod connect;
mod connected;
mod connections;
mod cursor;
mod customer;
mod customer_address;
mod customer_connections;
mod customer_token;
mod description;
mod document;
mod drafts;
mod dynamic;
mod embeddings;
mod error;
mod events;
mod export;
mod grant;
mod idempotency;
mod imports;
mod installation;
mod issuer;
mod limits;
mod link;
mod me;
mod named;
mod number;
mod oauth_client;
mod one_time;
mod open;
mod own;
mod page;
mod password;
mod patch;
mod principal;
mod publication;
mod publish;
mod quota;
mod record;
mod redact;
mod registry;
mod request;
mod resource;
mod retention;
mod server;
mod server_file;
mod servers;
mod session;
mod session_view;
mod shelf;
mod sign_in;
mod signing_secret;
mod target;
mod tasks;
mod tested;
mod throttle;
mod token;
mod tool;
mod tool_list;
mod upgrade;
mod usage;
mod usage_hours;
mod user;
mod uses;
mod versions;
mod wire;

pub use account::{
    Account, AccountSettings, FormerAlias, FormerAliasClient, NewAccount, OwnAccount,
};
pub use actions::{
    ActionOrigin, ActionQuery, ActionSettings, ActionSummary, ActionView, BodySettings, NewAction,
    ParameterPlace, ParameterSettings,
};
pub use apps::{
    AppSettings, AppView, ImportNote, ImportPreview, ImportReport, ImportRules, ImportStatus,
    ImportSummary, ImportedOperation, NewApp, PreviewImport, Reimport, Reimported,
};
pub use audit::{
    AuditCheckpoint, AuditEvent, AuditExportQuery, AuditQuery, AuditVerdict, VerifyAudit,
};
pub use brand::BrandSettings;
pub use built_in::{CatalogAction, CatalogApp, CatalogEntry};
pub use call::{Companions, Observer, Step};
pub use caller::Caller;
pub use clock::Clock;
pub use connect::{
    Answer, Brand, ConnectApp, ConnectInput, ConnectLink, ConnectLinkStatus, ConnectPage,
    ConnectProgress, ConnectWay, Connected, CreatedConnectLink, Entered, LINK_SPENT,
    NewConnectLink, Returned, Started, UNKNOWN_STATE,
};
pub use connected::{ChatSessions, CustomerChat, CustomerTool, ToolConnection};
pub use connections::{
    ConnectionQuery, ConnectionRotation, ConnectionSettings, ConnectionStatus, ConnectionTest,
    ConnectionTestOrder, ConnectionView, NamedSecret, NewConnection, NewCredential, TestOutcome,
    WriteOnly,
};
pub use customer::{Customer, CustomerName, CustomerQuery, CustomerSettings, NewCustomer};
pub use customer_address::CustomerAddress;
pub use customer_connections::{
    CustomerConnectionQuery, CustomerConnectionRotation, CustomerConnectionStatus,
    CustomerConnectionView, NewCustomerConnection, NewWayCredential, Revocation, RevokedToken,
};
pub use customer_token::{CUSTOMER_TOKEN_AUDIENCE, SignToken, SignedToken, TokenPlace};
pub use description::{Description, Fetching};
pub use drafts::{
    AddedTools, NewServerTool, NewTestCase, OfferedTool, ResourceTemplateSettings, ServerPrompt,
    ServerResource, ServerResourceTemplate, ServerTool, ServerToolSettings, StoredResource,
    TestCase, TestCaseSettings, ToolSelection,
};
pub use dynamic::{CALL_TOOL, Dynamic, ENABLE_TOOLS, EnabledTools, Enabling, Mode};
pub use embeddings::{EmbeddingsSettings, EmbeddingsState, EmbeddingsStatus};
pub use error::{Error, Kind};
pub use events::{Changed, Event, Listening};
pub use export::{Export, ExportFormat};
pub use grant::{Grant, GrantServer, GrantSettings};
pub use idempotency::{IDEMPOTENCY_KEY_BYTES_MAX, Idempotency};
pub use installation::{AuditReport, Installation, Rotation};
pub use issuer::{Issuer, IssuerSettings, NewIssuer};
pub use limits::{Admission, Admitted, Limit, LimitHit, LimitSettings, NewLimit};
pub use link::{AcceptLink, OneTimeLink, Purpose};
pub use me::OwnSettings;
pub use oauth_client::{CALLBACK_PATH, OAuthClient, OAuthClientSettings, OAuthWay, OAuthWays};
pub use one_time::random_secret;
pub use open::{App, Config, Outbound};
pub use own::{OwnApp, OwnAppServer, OwnApps};
pub use page::{Page, PageQuery};
pub use password::Password;
pub use patch::{Expected, Patch};
pub use principal::{Context, PrincipalId, Via};
pub use publication::Published;
pub use publish::{Prepared, Publish, PublishOutcome};
pub use record::{Record, RecordOutcome};
pub use request::{
    KeptCall, LoggedRequest, OutcomeFilter, PlannedBody, PlannedCredential, PlannedHeader,
    PlannedPlace, PlannedRequest, Replay, RequestExportQuery, RequestQuery, RequestSort,
};
pub use resource::Template;
pub use server::{Reached, ServerWatch, Signal, Subscription};
pub use server_file::{ImportServer, ServerDocument};
pub use servers::{
    BulkServers, CloneServer, FormerSlug, NewServer, RecentUsage, Server, ServerAddress,
    ServerEnabled, ServerQuery, ServerSettings, ServerSort, VersionFacts,
};
pub use session::{NewMcpSession, Session, SessionHandle};
pub use session_view::{CallerKind, SessionAccount, SessionView};
pub use sign_in::{CreatedSession, NewSession};
pub use signing_secret::{
    CreatedSigningSecret, NewSigningSecret, SigningAlgorithm, SigningSecret, SigningSecretRotation,
};
pub use tested::{
    TestCall, TestCaseRun, TestContent, TestResult, TestedServer, TestedTool, TestedToolQuery,
    TestedUpstream, TestedVersion,
};
pub use token::{
    CreatedToken, LeakedToken, NewCustomerToken, NewToken, Token, TokenQuery, TokenRotation,
    TokenSettings, TokenState,
};
pub use tool::Tool;
pub use tool_list::{Define, ToolView};
pub use usage::{Usage, UsageQuery};
pub use usage_hours::{HourQuery, ServerHours};
pub use user::{CreatedUser, NewUser, User, UserSettings};
pub use uses::{Use, UsedBy};
pub use versions::{
    DraftProblem, ListBudget, NameChanges, PublishServer, PublishedVersion, ServerDiff,
    SettingChange, ToolChange, VersionDetail, VersionTool,
};
pub use wire::Wire;

// What callers of the use cases name in their own signatures.
pub use openapi::{Counts, Format, Import, Options as ImportOptions, Report, Rule, Status};
pub use store::{DataDir, Database, Fault, KeySource, Verdict};
pub use upstream::{AllowRule, Limits as UpstreamLimits};
