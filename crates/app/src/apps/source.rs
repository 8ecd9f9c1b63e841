use crate::{App, Caller, Description, Error, Outbound, PrincipalId};
use openapi::{Options, Rule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Rules of one kind at most.
const RULES_MAX: usize = 100;
/// The longest rule, in characters.
const RULE_CHARS_MAX: usize = 500;

/// Which operations of a description become actions. A rule is `tag:NAME`, `method:GET`, `path:/users/**`, `operation:ID` or
/// `deprecated`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImportRules {
    /// Operations to take: those that match any of these; all when there is none.
    #[schema(max_items = 100)]
    pub include: Vec<String>,
    /// Operations to leave out, even when included.
    #[schema(max_items = 100)]
    pub exclude: Vec<String>,
    /// Whether deprecated operations are taken.
    pub deprecated: bool,
    /// Whether only operations with a safe method are taken.
    pub read_only: bool,
}

/// Rules as an app has them stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredRules {
    #[serde(flatten)]
    pub(crate) rules: ImportRules,
    /// Whether somebody chose the base URL: it takes the place of all servers of the description, those of single
    /// operations too.
    pub(crate) chosen_base_url: bool,
}

impl StoredRules {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        // Read by hand: `flatten` and unknown members that are refused do not go together.
        let mut value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| Error::corrupt("import rules", error))?;
        let chosen = value.as_object_mut().and_then(|members| members.remove("chosen_base_url"));
        let rules =
            serde_json::from_value(value).map_err(|error| Error::corrupt("import rules", error))?;
        let chosen_base_url = chosen.and_then(|chosen| chosen.as_bool()).unwrap_or_default();
        Ok(Self { rules, chosen_base_url })
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("its members are texts and flags")
    }
}

impl ImportRules {
    /// What the importer is told.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for text that is no rule.
    pub(crate) fn options(&self) -> Result<Options, Error> {
        Ok(Options {
            include: read("rules.include", &self.include)?,
            exclude: read("rules.exclude", &self.exclude)?,
            deprecated: self.deprecated,
            read_only: self.read_only,
            ..Options::default()
        })
    }
}

fn read(field: &str, texts: &[String]) -> Result<Vec<Rule>, Error> {
    if texts.len() > RULES_MAX {
        let message = format!("at most {RULES_MAX} rules of a kind are taken");
        return Err(Error::invalid(message).field(field.to_owned()));
    }
    let one = |(at, text): (usize, &String)| {
        let field = format!("{field}[{at}]");
        if text.chars().count() > RULE_CHARS_MAX {
            let message = format!("a rule has at most {RULE_CHARS_MAX} characters");
            return Err(Error::invalid(message).field(field));
        }
        text.parse::<Rule>().map_err(|error| Error::invalid(error.to_string()).field(field))
    };
    texts.iter().enumerate().map(one).collect()
}

impl App {
    /// The description that a request brings as text or names by its location; none when it does neither. A path is read for
    /// the operator alone, whose files they are.
    pub(crate) async fn described(
        &self,
        caller: &Caller,
        text: Option<String>,
        location: Option<String>,
        outbound: &Outbound,
    ) -> Result<Option<Description>, Error> {
        match (text, location) {
            (None, None) => Ok(None),
            (Some(text), None) => Ok(Some(Description::of_text(text))),
            (None, Some(location)) => {
                let place = |error: Error| error.field("location");
                if location.starts_with("http://") || location.starts_with("https://") {
                    return Description::fetch_by(&outbound.client, &location)
                        .await
                        .map(Some)
                        .map_err(place);
                }
                if caller.id() != PrincipalId::Operator {
                    let message = "a location is an https or http URL: send what is in a file as `description`";
                    return Err(Error::invalid(message)
                        .code("location_is_no_url")
                        .field("location"));
                }
                Description::read_path(&location).map(Some).map_err(place)
            }
            (Some(_), Some(_)) => {
                let message = "send either the description's text or its location";
                Err(Error::invalid(message).field("location"))
            }
        }
    }
}
