use model::{FieldPath, SettingsError};

/// Settings that an action cannot be offered with. Names the member and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdaptError {
    /// A rule that needs no action to be broken.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A rule for an argument that the action lacks.
    #[error("{field} names the argument {argument:?}, which the action does not have; {known}")]
    UnknownArgument {
        /// The member of the settings.
        field: String,
        /// What it names.
        argument: String,
        /// Such as `there are owner, repo`.
        known: String,
    },
    /// Two arguments of one name.
    #[error(
        "arguments.{argument}.rename: {name:?} is the name of another argument; choose another"
    )]
    NameTaken {
        /// The argument that is renamed.
        argument: String,
        /// The name that it shall have.
        name: String,
    },
    /// A required argument that nobody can give.
    #[error(
        "arguments.{argument}.hidden: the action needs this argument; give it a fixed or a default value"
    )]
    HiddenRequired {
        /// The argument.
        argument: String,
    },
    /// An argument that another one cannot do without.
    #[error(
        "arguments.{argument}.hidden: the argument {by:?} cannot be given without this one; hide both, or give this one a default value"
    )]
    HiddenDependency {
        /// The argument that is hidden.
        argument: String,
        /// The argument that needs it.
        by: String,
    },
    /// A value that the argument's schema or its place in the request refuses.
    #[error("{field} does not fit the argument: {expected}")]
    Value {
        /// Such as `arguments.owner.fixed`.
        field: String,
        /// What would fit.
        expected: String,
    },
    /// A keyword at the root of the input schema that speaks of several arguments at once.
    #[error(
        "arguments: the action's input schema has {keyword:?} at its root, so its arguments cannot be renamed, fixed, defaulted, described or hidden"
    )]
    RootKeyword {
        /// The keyword.
        keyword: String,
    },
    /// A reference within the input schema that leads nowhere any more.
    #[error(
        "arguments: the action's input schema refers to {reference:?}, which is not there once the rules are applied; leave that argument as it is"
    )]
    Reference {
        /// The reference.
        reference: String,
    },
    /// An input schema that is no schema of an object.
    #[error("the action's input schema cannot be used: {0}; import the description again")]
    Schema(String),
    /// A hint that claims what the method does not keep.
    #[error(
        "annotations.read_only: {method} is no safe method, so this tool cannot be called read-only"
    )]
    ReadOnly {
        /// The action's method.
        method: String,
    },
    /// Something that is for safe methods alone.
    #[error("{field} is for safe methods alone, and this action sends {method}; leave it out")]
    Unsafe {
        /// The member of the settings.
        field: &'static str,
        /// The action's method.
        method: String,
    },
    /// An argument that a walk sets, and a rule too.
    #[error(
        "{field}: the walk sets the argument {argument:?}, and so does a rule; remove one of them"
    )]
    PageArgument {
        /// The member of the settings.
        field: &'static str,
        /// The argument.
        argument: String,
    },
    /// A field that the output schema says is not there.
    #[error("{field}: the output schema knows no {path}: {instead}")]
    UnknownField {
        /// The member of the settings.
        field: String,
        /// The path up to what is not known.
        path: FieldPath,
        /// What there is, such as `there are id, name`.
        instead: String,
    },
}

impl AdaptError {
    /// The member of the settings that is wrong, such as `arguments.owner.fixed`; empty when it is the action itself.
    #[must_use]
    pub fn field(&self) -> String {
        let of = |argument: &str, member: &str| format!("arguments.{argument}.{member}");
        match self {
            Self::Settings(error) => error.field.clone(),
            Self::UnknownArgument { field, .. }
            | Self::Value { field, .. }
            | Self::UnknownField { field, .. } => field.clone(),
            Self::NameTaken { argument, .. } => of(argument, "rename"),
            Self::HiddenRequired { argument } | Self::HiddenDependency { argument, .. } => {
                of(argument, "hidden")
            }
            Self::RootKeyword { .. } | Self::Reference { .. } => "arguments".to_owned(),
            Self::Schema(_) => String::new(),
            Self::ReadOnly { .. } => "annotations.read_only".to_owned(),
            Self::Unsafe { field, .. } | Self::PageArgument { field, .. } => (*field).to_owned(),
        }
    }
}
