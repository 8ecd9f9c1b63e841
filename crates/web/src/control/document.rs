use super::{
    BASE, headers, operations,
    schema::{close_variants, open_parts},
};
use crate::problem::Problem;
use std::{collections::BTreeMap, sync::LazyLock};
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        Components, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, Required, Response,
        ResponseBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
        },
    },
};
use utoipa_axum::router::OpenApiRouter;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    document().to_pretty_json().expect("a document of our own making is JSON") + "\n"
});

/// The OpenAPI document as JSON text.
#[must_use]
pub fn document_text() -> &'static str {
    &TEXT
}

/// The OpenAPI document of the control API.
#[must_use]
pub fn document() -> OpenApi {
    let (_, found) = OpenApiRouter::new().nest(BASE, operations()).split_for_parts();
    let mut info = Info::new("Gatewright control API", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Everything that Gatewright does. Errors are problem documents (RFC 9457) with a stable `code`. Lists are pages: \
         `next` of one is the `cursor` of the next. Changes are JSON merge patches (RFC 7396) and need `If-Match`. \
         Creations take an `Idempotency-Key`. Every answer has an `X-Request-Id`, which the audit log and the server's log have too. A browser that has signed in sends the `csrf_token` of its session as `X-CSRF-Token` \
         with everything but GET."
            .to_owned(),
    );
    let mut document = OpenApiBuilder::new().info(info).paths(found.paths).build();
    let mut components = found.components.unwrap_or_else(Components::new);
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let closed = components.schemas.clone();
    components.schemas.values_mut().for_each(|schema| open_parts(schema, &closed));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("gwt_…")
        .description(Some("An API token."))
        .build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let about =
        "What `create_session` and `accept_link` set. Over plain http its name is `gatewright`.";
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description("__Host-gatewright", about));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    document.components = Some(components);
    document.security = Some(Vec::from(
        ["token", "session"].map(|name| SecurityRequirement::new(name, Vec::<String>::new())),
    ));
    close_variants(&mut document);
    let named = document.components.as_ref().map_or_else(BTreeMap::new, |one| one.schemas.clone());
    for (path, item) in &mut document.paths.paths {
        let has_parameters = path.contains('{');
        let is_changed = item.patch.is_some() || item.put.is_some() || item.delete.is_some();
        let methods = [
            (&mut item.get, Effect::Read),
            (&mut item.post, Effect::Post),
            (&mut item.put, Effect::Put),
            (&mut item.patch, Effect::Change),
            (&mut item.delete, Effect::Delete),
        ];
        for (operation, effect) in methods {
            if let Some(operation) = operation {
                complete(operation, effect, has_parameters);
                let is_changed = is_changed || effect != Effect::Read;
                headers::declare(operation, is_changed, &named);
            }
        }
    }
    document
}

/// What kind of operation it is, as far as its errors go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Read,
    Post,
    Put,
    Change,
    Delete,
}

/// Adds what is the same for all operations of a kind, so that no handler can forget it.
fn complete(operation: &mut Operation, effect: Effect, has_parameters: bool) {
    let has_body = operation.request_body.is_some();
    // An operation says what it needs only when that is nothing.
    let anonymous = operation.security.is_some();
    let mut errors = vec![
        ("400", "The input is wrong: `field` says which part."),
        ("429", "Too many requests: wait for `Retry-After` seconds."),
        ("503", "Gatewright cannot do it now: try again."),
    ];
    if !anonymous {
        errors.push(("401", "There is no valid credential."));
        errors.push(("403", "The credential does not cover this."));
    } else {
        errors.push(("403", "A page of another site may not send this."));
    }
    if has_parameters || effect != Effect::Read {
        errors.push(("404", "There is no such thing, or not for this caller."));
    }
    if effect != Effect::Read {
        errors.push(("409", "It collides with what is there."));
    }
    // What no path names has no revision: a sign-in.
    let has_revision = has_parameters || effect == Effect::Change;
    if effect != Effect::Read && has_revision {
        errors.push(("412", "It was changed since it was read."));
    }
    if effect == Effect::Change {
        errors.push(("428", "`If-Match` is missing."));
    }
    if has_body {
        errors.push(("413", "The body is too large."));
        errors.push(("415", "The body is not JSON."));
    }
    for (status, description) in errors {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(problem(description)));
    }
    let parameters = operation.parameters.get_or_insert_default();
    match effect {
        Effect::Post if has_body && !anonymous => parameters.push(header(
            "Idempotency-Key",
            "Makes a creation that is sent twice happen once: any text of the client's choice, remembered for a day.",
            false,
        )),
        Effect::Change => parameters.push(header(
            "If-Match",
            "The ETag of what was read, or `*` for whatever is there.",
            true,
        )),
        Effect::Put | Effect::Delete if has_revision => {
            parameters.push(header("If-Match", "The ETag of what was read.", false));
        }
        Effect::Read | Effect::Post | Effect::Put | Effect::Delete => {}
    }
}

fn problem(description: &str) -> Response {
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

fn header(name: &str, description: &str, required: bool) -> RefOr<Parameter> {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .required(if required { Required::True } else { Required::False })
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(255))))
        .build();
    RefOr::T(parameter)
}
