use crate::Capabilities;

/// A method that is served in some lane with some capabilities.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Initialize,
    Ping,
    LoggingSetLevel,
    Discover,
    SubscriptionsListen,
    ToolsList,
    ToolsCall,
    PromptsList,
    PromptsGet,
    ResourcesList,
    ResourceTemplatesList,
    ResourcesRead,
    ResourcesSubscribe,
    ResourcesUnsubscribe,
    CompletionComplete,
}

impl Method {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "tools/call" => Self::ToolsCall,
            "tools/list" => Self::ToolsList,
            "initialize" => Self::Initialize,
            "ping" => Self::Ping,
            "logging/setLevel" => Self::LoggingSetLevel,
            "server/discover" => Self::Discover,
            "subscriptions/listen" => Self::SubscriptionsListen,
            "prompts/list" => Self::PromptsList,
            "prompts/get" => Self::PromptsGet,
            "resources/list" => Self::ResourcesList,
            "resources/templates/list" => Self::ResourceTemplatesList,
            "resources/read" => Self::ResourcesRead,
            "resources/subscribe" => Self::ResourcesSubscribe,
            "resources/unsubscribe" => Self::ResourcesUnsubscribe,
            "completion/complete" => Self::CompletionComplete,
            _ => return None,
        })
    }

    /// Whether a server that declares `capabilities` serves it in that lane.
    pub(crate) fn is_served(self, modern: bool, capabilities: &Capabilities) -> bool {
        match self {
            Self::Initialize | Self::Ping => !modern,
            Self::LoggingSetLevel => !modern && capabilities.logging,
            Self::Discover => modern,
            Self::SubscriptionsListen => modern && capabilities.tell_changes(),
            Self::ToolsList | Self::ToolsCall => capabilities.tools.is_some(),
            Self::PromptsList | Self::PromptsGet => capabilities.prompts.is_some(),
            Self::ResourcesList | Self::ResourceTemplatesList | Self::ResourcesRead => {
                capabilities.resources.is_some()
            }
            Self::ResourcesSubscribe | Self::ResourcesUnsubscribe => {
                !modern && capabilities.resources.is_some_and(|resources| resources.subscribe)
            }
            Self::CompletionComplete => capabilities.completions,
        }
    }
}
