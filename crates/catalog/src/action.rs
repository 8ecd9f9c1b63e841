use crate::{
    ActionDefinition, Definition,
    argument::{Argument, Place},
    body, check,
    error::Problem,
    schema::{expanded, fields, lenient},
};
use model::{
    Action, Annotations, AnswerRules, AuthMethod, AuthWay, BodyTemplate, FixedHeader, HttpCall,
    Parameter, ParameterEncoding, PathPart, RawJson, Source, Style,
};
use openapi::{NoFiles, Options, OutputSchemas};
use serde_json::{Map, Value, json};

/// What is asked for when neither the app nor the action says.
const ACCEPT: &str = "application/json";
/// The header that [`HttpCall::accept`] is.
const ACCEPT_HEADER: &str = "accept";
/// Bytes of the output schema of an operation of an embedded API description.
const OUTPUT_SCHEMA_BYTES: usize = 16 << 10;

impl Definition {
    /// Checks the definition, and makes its actions.
    pub(crate) fn actions(&self) -> Result<Vec<Action>, Problem> {
        check::definition(self)?;
        let described = self.described()?;
        let one = |(at, action): (usize, &ActionDefinition)| {
            let place = |problem: Problem| problem.within(&format!("actions[{at}]"));
            check::action(self, action).map_err(place)?;
            match &action.from {
                Some(operation) => self.referred(action, operation, &described),
                None => self.made(action),
            }
            .map_err(place)
        };
        self.actions.iter().enumerate().map(one).collect()
    }

    /// The actions of the API description within.
    fn described(&self) -> Result<Vec<Action>, Problem> {
        let Some(api) = &self.api else { return Ok(Vec::new()) };
        let text = json!(api).to_string();
        let options = Options {
            deprecated: true,
            output_schema: OutputSchemas { operations: usize::MAX, bytes: OUTPUT_SCHEMA_BYTES },
            ..Options::default()
        };
        let imported = openapi::import("api", text.as_bytes(), &mut NoFiles, &options);
        imported.map(|import| import.actions).map_err(|error| Problem::new("api", error.message))
    }

    /// An operation of the API description within.
    fn referred(
        &self,
        action: &ActionDefinition,
        operation: &str,
        described: &[Action],
    ) -> Result<Action, Problem> {
        let named = |one: &&Action| one.source.operation_id.as_deref() == Some(operation);
        let found = described.iter().find(named).ok_or_else(|| {
            let message = "`api` has no operation of that operationId that can be called";
            Problem::new("from", message)
        })?;
        let (result, answer) = self.answer(action)?;
        let headers = self.fixed_headers();
        let call = HttpCall {
            server: action.server.clone(),
            accept: action.accept.clone().unwrap_or_else(|| found.call.accept.clone()),
            headers,
            answer,
            security: self.security(),
            ..found.call.clone()
        };
        Ok(Action {
            name: action.key.to_string(),
            title: Some(action.title.clone()),
            description: action.description.clone(),
            output_schema: result.or_else(|| found.output_schema.clone()),
            annotations: hints(&call, action),
            tags: self.categories.clone(),
            scopes: action.scopes.clone(),
            call,
            ..found.clone()
        })
    }

    /// An action that is written by hand.
    fn made(&self, action: &ActionDefinition) -> Result<Action, Problem> {
        let (method, path) = check::request(action.request.as_deref().unwrap_or_default())?;
        let template = action.body.as_ref().map(body::template).transpose();
        let template = template.map_err(|problem| problem.within("body"))?;
        let arguments = arguments(action, method, path, template.as_ref())?;
        let (parameters, path_parts) = parameters(path, &arguments)?;
        let (result, answer) = self.answer(action)?;
        let accept = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(ACCEPT_HEADER));
        let accept = action.accept.as_ref().or(accept.map(|(_, value)| value));
        let call = HttpCall {
            method: method.to_owned(),
            server: action.server.clone(),
            path: path_parts,
            parameters,
            body: body::body(template, &arguments, action.body_type, &action.required),
            accept: accept.map_or(ACCEPT, String::as_str).to_owned(),
            headers: self.fixed_headers(),
            answer,
            security: self.security(),
        };
        Ok(Action {
            name: action.key.to_string(),
            title: Some(action.title.clone()),
            description: action.description.clone(),
            input_schema: input_schema(action, arguments)?,
            output_schema: result,
            annotations: hints(&call, action),
            tags: self.categories.clone(),
            deprecated: false,
            scopes: action.scopes.clone(),
            source: Source {
                path: path.to_owned(),
                operation_id: Some(action.key.to_string()),
                pointer: format!("/actions/{}", action.key),
            },
            call,
        })
    }

    fn fixed_headers(&self) -> Vec<FixedHeader> {
        let others =
            self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(ACCEPT_HEADER));
        others
            .map(|(name, value)| FixedHeader { name: name.clone(), value: value.clone() })
            .collect()
    }

    /// Any one way to connect will do.
    fn security(&self) -> Vec<Vec<String>> {
        let of_way = |way: &AuthWay| match way.method {
            AuthMethod::Fields => {
                let sent = way.fields.iter().filter(|field| field.send.is_some());
                sent.map(|field| field.name.clone()).collect()
            }
            AuthMethod::OAuth2(_)
            | AuthMethod::ClientCredentials(_)
            | AuthMethod::ApiKey(_)
            | AuthMethod::Bearer
            | AuthMethod::Basic(_) => vec![way.name.clone()],
        };
        self.auth.iter().map(of_way).collect()
    }

    /// The output schema, where MCP takes it, and what is known of answers.
    fn answer(&self, action: &ActionDefinition) -> Result<(Option<RawJson>, AnswerRules), Problem> {
        let mut answer = AnswerRules {
            fields: Vec::new(),
            mails: action.mails.clone(),
            failures: [&self.failures[..], &action.failures].concat(),
        };
        let Some(result) = &action.result else { return Ok((None, answer)) };
        let schema = lenient(expanded(result, "result")?);
        answer.fields = fields(&schema);
        let is_object = schema.get("type").is_some_and(|kind| kind == "object");
        let text = is_object.then(|| RawJson::of(&schema)).transpose();
        Ok((text.map_err(|error| Problem::new("result", error.to_string()))?, answer))
    }
}

fn arguments<'d>(
    action: &'d ActionDefinition,
    method: &str,
    path: &str,
    template: Option<&BodyTemplate>,
) -> Result<Vec<Argument<'d>>, Problem> {
    let in_template: Vec<&str> = template.map(BodyTemplate::arguments).unwrap_or_default();
    let has_body = template.is_none() && matches!(method, "POST" | "PUT" | "PATCH");
    let one = |(name, written): (&'d String, &'d Value)| {
        let otherwise = if path.contains(&format!("{{{name}}}")) {
            Place::Path
        } else if in_template.contains(&name.as_str()) {
            Place::Template
        } else if has_body {
            Place::Body
        } else {
            Place::Query
        };
        Argument::read(name, written, otherwise)
            .map_err(|problem| problem.within(&format!("arguments.{name}")))
    };
    let arguments = action.arguments.iter().map(one).collect::<Result<Vec<_>, Problem>>()?;
    let unknown = |name: &&str| !action.arguments.contains_key(*name);
    if let Some(name) = in_template.iter().find(|name| unknown(name)) {
        return Err(Problem::new("body", format!("{name:?} is no argument: list it there")));
    }
    if template.is_some() && arguments.iter().any(|one| one.place == Place::Body) {
        let message = "`body` says what is sent: give each argument of it a place there";
        return Err(Problem::new("body", message));
    }
    if let Some(name) = action.required.iter().find(|name| unknown(&name.as_str())) {
        return Err(Problem::new("required", format!("{name:?} is no argument: list it there")));
    }
    Ok(arguments)
}

/// The parameters, and the path with their numbers.
fn parameters(
    path: &str,
    arguments: &[Argument<'_>],
) -> Result<(Vec<Parameter>, Vec<PathPart>), Problem> {
    let mut parameters = Vec::new();
    for one in arguments {
        let (place, style) = match one.place {
            Place::Path => (model::Place::Path, Style::Simple),
            Place::Query if one.is_compound() && one.schema["type"] == "object" => {
                (model::Place::Query, Style::DeepObject)
            }
            Place::Query => (model::Place::Query, Style::Form),
            Place::Header => (model::Place::Header, Style::Simple),
            Place::Body | Place::Template => continue,
        };
        let explode = one.explode && place != model::Place::Path && place != model::Place::Header;
        parameters.push(Parameter {
            argument: one.name.to_owned(),
            name: one.wire.to_owned(),
            place,
            encoding: ParameterEncoding::Style { style, explode, allow_reserved: false },
            required: place == model::Place::Path,
        });
    }
    let mut parts = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let braces = || Problem::new("request", "the path has a { without its }");
        let (name, after) = after.split_once('}').ok_or_else(braces)?;
        let number = parameters
            .iter()
            .position(|one| one.place == model::Place::Path && one.argument == name);
        let number = number.ok_or_else(|| {
            Problem::new("request", format!("{name:?} is no argument: list it under arguments"))
        })?;
        if !before.is_empty() {
            parts.push(PathPart::Literal(before.to_owned()));
        }
        parts.push(PathPart::Parameter(number));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(PathPart::Literal(rest.to_owned()));
    }
    Ok((parameters, parts))
}

fn input_schema(
    action: &ActionDefinition,
    arguments: Vec<Argument<'_>>,
) -> Result<RawJson, Problem> {
    let mut required = action.required.clone();
    let of_path = arguments.iter().filter(|one| one.place == Place::Path).map(|one| one.name);
    required.extend(
        of_path.filter(|name| !action.required.iter().any(|one| one == name)).map(str::to_owned),
    );
    let properties: Map<String, Value> =
        arguments.into_iter().map(|one| (one.name.to_owned(), one.schema)).collect();
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    RawJson::of(&schema).map_err(|error| Problem::new("arguments", error.to_string()))
}

/// Hints by the method, as an import gives them. Read-only is never more than the method.
fn hints(call: &HttpCall, action: &ActionDefinition) -> Annotations {
    let (method, own) = (call.method.as_str(), &action.annotations);
    Annotations {
        read_only: own.read_only.unwrap_or(true) && call.is_safe(),
        destructive: own.destructive.unwrap_or(matches!(method, "PUT" | "PATCH" | "DELETE")),
        idempotent: own.idempotent.unwrap_or(call.is_safe() || matches!(method, "PUT" | "DELETE")),
        open_world: own.open_world.unwrap_or(true),
    }
}
