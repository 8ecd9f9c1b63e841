/// What a server declares, and so which methods [`crate::read`] lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// `tools/list` and `tools/call`.
    pub tools: Option<ToolsCapability>,
    /// `prompts/list` and `prompts/get`.
    pub prompts: Option<PromptsCapability>,
    /// `resources/list`, `resources/templates/list` and `resources/read`.
    pub resources: Option<ResourcesCapability>,
    /// `completion/complete`.
    pub completions: bool,
    /// `logging/setLevel`, `notifications/message`.
    pub logging: bool,
}

/// How tools are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToolsCapability {
    /// Whether changes of the list are told: on the GET stream, and through `subscriptions/listen`.
    pub list_changed: bool,
}

/// How prompts are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PromptsCapability {
    /// Whether changes of the list are told.
    pub list_changed: bool,
}

/// How resources are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResourcesCapability {
    /// Whether changes of single resources are told: after `resources/subscribe`, and through `subscriptions/listen`.
    pub subscribe: bool,
    /// Whether changes of the lists, of resources or of templates, are told.
    pub list_changed: bool,
}

impl Capabilities {
    /// None at all: for constants, which name the others.
    pub const NONE: Self =
        Self { tools: None, prompts: None, resources: None, completions: false, logging: false };

    /// Whether there is anything to listen for.
    #[must_use]
    pub fn tell_changes(&self) -> bool {
        self.tools.is_some_and(|tools| tools.list_changed)
            || self.prompts.is_some_and(|prompts| prompts.list_changed)
            || self.resources.is_some_and(|resources| resources.list_changed || resources.subscribe)
    }

    /// Appends the member `capabilities`.
    pub(crate) fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"capabilities\":{");
        let start = out.len();
        let mut declare = |name: &str, flags: &[(&str, bool)]| {
            if out.len() > start {
                out.push(b',');
            }
            let flags: Vec<String> = flags
                .iter()
                .filter(|(_, is_set)| *is_set)
                .map(|(flag, _)| format!("\"{flag}\":true"))
                .collect();
            out.extend_from_slice(format!("\"{name}\":{{{}}}", flags.join(",")).as_bytes());
        };
        if self.completions {
            declare("completions", &[]);
        }
        if self.logging {
            declare("logging", &[]);
        }
        if let Some(prompts) = self.prompts {
            declare("prompts", &[("listChanged", prompts.list_changed)]);
        }
        if let Some(resources) = self.resources {
            declare(
                "resources",
                &[("subscribe", resources.subscribe), ("listChanged", resources.list_changed)],
            );
        }
        if let Some(tools) = self.tools {
            declare("tools", &[("listChanged", tools.list_changed)]);
        }
        out.push(b'}');
    }
}
