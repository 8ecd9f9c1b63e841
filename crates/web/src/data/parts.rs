//! Prompts, resources and completions of a managed server.

use super::{entry::Asked, list::caching};
use crate::{Shared, rpc_error};
use app::{Admission, Companions, Kind, Outbound, Template};
use mcp::{
    Block, Complete, CompletionReference, ListShape, PromptArgument, PromptDefinition,
    PromptMessage, PromptResult, PromptsGet, ReadResult, ResourceAnnotations, ResourceBody,
    ResourceContents, ResourceDefinition, ResourceTemplateDefinition, Revision, RpcError,
    UriTemplate,
};
use model::{Content, Outcome, PromptRole, Resource, ResourceContent};

/// Nobody in particular, and no more or less important than others.
const NO_ANNOTATIONS: ResourceAnnotations<'_> =
    ResourceAnnotations { audience: &[], priority: None, last_modified: None };

/// Everything that one request of a caller needs.
pub(crate) struct Parts<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) asked: &'a Asked,
    pub(crate) revision: Revision,
}

impl Parts<'_> {
    fn shape(&self) -> ListShape {
        self.revision.list_shape()
    }

    /// All prompts, on one page.
    pub(crate) fn prompts_list(&self, cursor: Option<&str>) -> Result<Vec<u8>, RpcError> {
        one_page(cursor)?;
        let definitions: Vec<Vec<u8>> = self
            .asked
            .published
            .prompts()
            .iter()
            .map(|prompt| {
                let arguments: Vec<PromptArgument<'_>> = prompt
                    .arguments
                    .iter()
                    .map(|argument| PromptArgument {
                        name: &argument.name,
                        title: argument.title.as_deref(),
                        description: argument.description.as_deref(),
                        required: argument.required,
                    })
                    .collect();
                let definition = PromptDefinition {
                    name: &prompt.name,
                    title: prompt.title.as_deref(),
                    description: prompt.description.as_deref(),
                    arguments: &arguments,
                };
                let mut out = Vec::new();
                mcp::prompt_definition(&mut out, &definition, self.shape());
                out
            })
            .collect();
        let definitions = definitions.iter().map(Vec::as_slice);
        let (info, caching) = (&self.shared.info, caching(self.shared));
        Ok(mcp::prompts_list_result(definitions, None, self.shape(), info, caching))
    }

    /// One prompt, filled in.
    pub(crate) fn prompts_get(&self, get: &PromptsGet<'_>) -> Result<Vec<u8>, RpcError> {
        let values = get.arguments.iter().map(|(name, value)| (name.clone(), value.to_string()));
        let published = &self.asked.published;
        let app = &self.shared.app;
        let filled = app.fill_prompt(&self.asked.caller, published, &get.name, &values.collect());
        let filled = filled.map_err(|error| match error.kind {
            Kind::NotFound => RpcError::unknown_prompt(&get.name),
            _ => rpc_error::rpc_error(&error),
        })?;
        let messages: Vec<PromptMessage<'_>> = filled
            .iter()
            .map(|message| PromptMessage {
                role: match message.role {
                    PromptRole::User => mcp::Role::User,
                    PromptRole::Assistant => mcp::Role::Assistant,
                },
                content: Block::Text(&message.text),
            })
            .collect();
        let prompt = published.prompts().iter().find(|prompt| *prompt.name == *get.name);
        let description = prompt.and_then(|prompt| prompt.description.as_deref());
        let result = PromptResult { description, messages: &messages };
        Ok(mcp::prompt_result(&result, self.revision, &self.shared.info))
    }

    /// All stored resources, on one page.
    pub(crate) fn resources_list(&self, cursor: Option<&str>) -> Result<Vec<u8>, RpcError> {
        one_page(cursor)?;
        let resources = self.asked.published.resources(&self.asked.caller);
        let definitions: Vec<Vec<u8>> = resources
            .iter()
            .map(|resource| {
                let definition = ResourceDefinition {
                    uri: &resource.uri,
                    name: &resource.name,
                    title: resource.title.as_deref(),
                    description: resource.description.as_deref(),
                    mime_type: resource.mime_type.as_deref(),
                    size: Some(resource.content.bytes() as u64),
                    annotations: NO_ANNOTATIONS,
                };
                let mut out = Vec::new();
                mcp::resource_definition(&mut out, &definition, self.shape());
                out
            })
            .collect();
        let definitions = definitions.iter().map(Vec::as_slice);
        let (info, caching) = (&self.shared.info, caching(self.shared));
        Ok(mcp::resources_list_result(definitions, None, self.shape(), info, caching))
    }

    /// All resource templates, on one page.
    pub(crate) fn templates_list(&self, cursor: Option<&str>) -> Result<Vec<u8>, RpcError> {
        one_page(cursor)?;
        let templates = self.asked.published.templates(&self.asked.caller);
        let definitions: Vec<Vec<u8>> = templates
            .iter()
            .map(|Template { template, .. }| {
                let definition = ResourceTemplateDefinition {
                    uri_template: &template.uri_template,
                    name: &template.name,
                    title: template.title.as_deref(),
                    description: template.description.as_deref(),
                    mime_type: template.mime_type.as_deref(),
                    annotations: NO_ANNOTATIONS,
                };
                let mut out = Vec::new();
                mcp::resource_template_definition(&mut out, &definition, self.shape());
                out
            })
            .collect();
        let definitions = definitions.iter().map(Vec::as_slice);
        let (info, caching) = (&self.shared.info, caching(self.shared));
        Ok(mcp::resource_templates_list_result(definitions, None, self.shape(), info, caching))
    }

    /// One resource: a stored one, or what a template's action answers.
    pub(crate) async fn resources_read(
        &self,
        uri: &str,
        outbound: &Outbound,
        admission: &Admission,
    ) -> Result<Vec<u8>, RpcError> {
        let (published, caller) = (&self.asked.published, &self.asked.caller);
        if let Some(resource) = published.resources(caller).iter().find(|one| one.uri == uri) {
            return Ok(self.contents(stored(resource)));
        }
        let unknown = || RpcError::unknown_resource(uri, self.revision);
        for template in published.templates(caller) {
            let Ok(parsed) = UriTemplate::parse(&template.template.uri_template) else { continue };
            let Some(values) = parsed.matches(uri) else { continue };
            let with = Companions { admission: Some(admission), ..Companions::default() };
            let read = self
                .shared
                .app
                .read_template(caller, published, template, &values, outbound, with)
                .await;
            let outcome = read.map_err(|error| match error.kind {
                Kind::NotFound => unknown(),
                _ => rpc_error::rpc_error(&error),
            })?;
            if outcome.is_error {
                return Err(failed(&outcome, unknown));
            }
            let mime_type = template.template.mime_type.as_deref();
            let contents = outcome.content.first().map(|block| answered(uri, mime_type, block));
            return contents.map(|contents| self.contents(contents)).ok_or_else(unknown);
        }
        Err(unknown())
    }

    fn contents(&self, first: ResourceContents<'_>) -> Vec<u8> {
        let result = ReadResult { first, more: &[] };
        mcp::read_result(&result, self.revision, &self.shared.info, caching(self.shared))
    }

    /// Values for a variable of a template, where its action's schema lists them; a prompt's argument may be anything.
    pub(crate) fn complete(&self, complete: &Complete<'_>) -> Result<Vec<u8>, RpcError> {
        let published = &self.asked.published;
        let values = match &complete.reference {
            CompletionReference::Prompt(name) => {
                if !published.prompts().iter().any(|prompt| *prompt.name == **name) {
                    return Err(RpcError::unknown_prompt(name));
                }
                Vec::new()
            }
            CompletionReference::ResourceTemplate(text) => {
                let mut templates = published.templates(&self.asked.caller).iter();
                let known = templates.find(|one| one.template.uri_template == **text);
                let known = known.ok_or_else(|| RpcError::unknown_resource_template(text))?;
                known.values(&complete.argument)
            }
        };
        let begun =
            |value: &&String| value.to_lowercase().starts_with(&complete.value.to_lowercase());
        let values: Vec<&str> = values.iter().filter(begun).map(String::as_str).collect();
        let total = Some(values.len() as u64);
        let completion = mcp::Completion { values: &values, total, has_more: false };
        Ok(mcp::completion_result(&completion, self.revision, &self.shared.info))
    }
}

/// These lists are short: a cursor is none that was given out.
fn one_page(cursor: Option<&str>) -> Result<(), RpcError> {
    if cursor.is_some() { Err(RpcError::invalid_cursor()) } else { Ok(()) }
}

fn stored(resource: &Resource) -> ResourceContents<'_> {
    ResourceContents {
        uri: &resource.uri,
        mime_type: resource.mime_type.as_deref(),
        body: match &resource.content {
            ResourceContent::Text(text) => ResourceBody::Text(text),
            ResourceContent::Base64(data) => ResourceBody::Blob(data),
        },
    }
}

fn answered<'a>(
    uri: &'a str,
    mime_type: Option<&'a str>,
    block: &'a Content,
) -> ResourceContents<'a> {
    let (own, body) = match block {
        Content::Text(text) => (None, ResourceBody::Text(text)),
        Content::Image { data, mime_type } | Content::Audio { data, mime_type } => {
            (Some(mime_type.as_str()), ResourceBody::Blob(data))
        }
        Content::Resource { mime_type, body, .. } => (
            Some(mime_type.as_str()),
            match body {
                model::ResourceBody::Text(text) => ResourceBody::Text(text),
                model::ResourceBody::Blob(data) => ResourceBody::Blob(data),
            },
        ),
    };
    ResourceContents { uri, mime_type: mime_type.or(own), body }
}

/// A resource that the API does not have is unknown; anything else that went wrong is told.
fn failed(outcome: &Outcome, unknown: impl Fn() -> RpcError) -> RpcError {
    if matches!(outcome.upstream.status, Some(404 | 410)) {
        return unknown();
    }
    let text = outcome.content.iter().find_map(|block| match block {
        Content::Text(text) => text.lines().next(),
        Content::Image { .. } | Content::Audio { .. } | Content::Resource { .. } => None,
    });
    let text = text.unwrap_or("the resource cannot be read").to_owned();
    RpcError::new(mcp::Code::InvalidParams, text)
}
