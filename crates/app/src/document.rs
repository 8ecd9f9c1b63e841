use model::{
    Action, AppId, ConnectionChoice, ConnectionId, Prompt, Resource, ResourceTemplate, ToolName,
    ToolSettings,
};
use serde::{Deserialize, Serialize};

/// What a server serves, frozen: the document of a publication. Documents of every earlier release can be read, so a member is
/// never renamed, and a new one has a default.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Publication {
    /// The server's name, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// What the server is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// What models are told before they use the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instructions: Option<String>,
    pub(crate) apps: Vec<PublishedApp>,
    pub(crate) tools: Vec<PublishedTool>,
    /// Whether results over budget are kept for a while, and the built-in tool that reads on in them is offered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) keeps_results: bool,
    /// Tokens of the list above which it starts in dynamic mode, where that is not the installation's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_warning: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) prompts: Vec<Prompt>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resources: Vec<Resource>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource_templates: Vec<PublishedTemplate>,
}

/// An app that the version calls, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishedApp {
    pub(crate) id: AppId,
    pub(crate) base_url: String,
    pub(crate) trusted_hosts: Vec<String>,
    /// The server's connection for the app; absent, it is the app's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connection: Option<ConnectionChoice>,
}

impl PublishedApp {
    /// Whether it is called with the connection of whoever calls.
    pub(crate) fn is_by_caller(&self) -> bool {
        self.connection == Some(ConnectionChoice::Caller)
    }
}

/// A tool: an action, and what the server makes of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PublishedTool {
    /// Index into [`Publication::apps`].
    pub(crate) app: usize,
    /// Absent for the action's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<ToolName>,
    /// The action as it was when the version was published.
    pub(crate) action: Action,
    /// What the server makes of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) settings: ToolSettings,
    /// The tool's connection; absent for the server's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connection: Option<ConnectionId>,
}

impl PublishedTool {
    /// An action of the first app as it is.
    pub(crate) fn of(action: Action) -> Self {
        Self { app: 0, name: None, action, settings: ToolSettings::default(), connection: None }
    }
}

fn is_default(settings: &ToolSettings) -> bool {
    *settings == ToolSettings::default()
}

/// A resource template and the action that reads its resources.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PublishedTemplate {
    /// Index into [`Publication::apps`].
    pub(crate) app: usize,
    pub(crate) action: Action,
    pub(crate) template: ResourceTemplate,
}

#[cfg(test)]
mod tests {
    use super::Publication;

    #[test]
    fn the_first_documents_can_be_read() {
        let text = r#"{"apps":[{"id":"app_0190a5c2000070008000000000000000","base_url":"https://a.example","trusted_hosts":[]}],"tools":[{"app":0,"action":{"name":"list","description":"Lists.","input_schema":{"type":"object"},"annotations":{"read_only":true,"destructive":false,"idempotent":true,"open_world":true},"call":{"method":"GET","path":[{"literal":"/list"}],"accept":"application/json"},"source":{"path":"/list","pointer":"/paths/~1list/get"}}}]}"#;
        let read: Publication = serde_json::from_str(text).expect(text);
        let tool = &read.tools[0];
        assert_eq!((&*tool.action.name, &tool.name), ("list", &None));
        assert_eq!(read.apps[0].connection, None);
        assert!(read.prompts.is_empty() && read.instructions.is_none());
        // And written as before, so that publishing the same again writes nothing.
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}
