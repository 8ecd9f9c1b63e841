use crate::RawJson;
use serde::{Deserialize, Serialize};

/// A JSON body whose shape is given, and in which arguments have their places.
///
/// What an argument that is not given would fill is left out, and so is an object or a list that holds nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyTemplate {
    /// The same in every request.
    Value(RawJson),
    /// The argument of that name, byte for byte.
    Argument(String),
    /// An object, its members in order.
    Object(Vec<(String, BodyTemplate)>),
    /// A list.
    List(Vec<BodyTemplate>),
    /// The base64url text of a mail (RFC 5322) that is made of arguments.
    Mail(MailArguments),
}

/// The arguments that a mail is made of. Each may be absent from a call but those that the input schema asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailArguments {
    /// Who sends it; the mail server's to say when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Addresses, in a list or a text with commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Addresses that get a copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<String>,
    /// Addresses that get a copy which the others do not hear of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bcc: Option<String>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// HTML; beside a plain text, the other form of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The `Message-ID` of the mail that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
}

impl MailArguments {
    /// Every argument that is named.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        let Self { from, to, cc, bcc, reply_to, subject, text, html, in_reply_to } = self;
        [from, to, cc, bcc, reply_to, subject, text, html, in_reply_to].into_iter().flatten()
    }

    fn names_mut(&mut self) -> impl Iterator<Item = &mut Option<String>> {
        let Self { from, to, cc, bcc, reply_to, subject, text, html, in_reply_to } = self;
        [from, to, cc, bcc, reply_to, subject, text, html, in_reply_to].into_iter()
    }
}

impl BodyTemplate {
    /// Every argument that has a place in it, in order; one may have several.
    #[must_use]
    pub fn arguments(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.each_argument(&mut found);
        found
    }

    fn each_argument<'t>(&'t self, found: &mut Vec<&'t str>) {
        match self {
            Self::Value(_) => {}
            Self::Argument(name) => found.push(name),
            Self::Object(members) => {
                members.iter().for_each(|(_, member)| member.each_argument(found));
            }
            Self::List(items) => items.iter().for_each(|item| item.each_argument(found)),
            Self::Mail(mail) => found.extend(mail.names().map(String::as_str)),
        }
    }

    /// Gives each argument the name that `new` says, or takes its places out where that is none.
    #[must_use]
    pub fn renamed(self, new: &impl Fn(&str) -> Option<String>) -> Option<Self> {
        Some(match self {
            Self::Value(_) => self,
            Self::Argument(name) => Self::Argument(new(&name)?),
            Self::Object(members) => {
                let kept = |(name, member): (String, Self)| Some((name, member.renamed(new)?));
                Self::Object(members.into_iter().filter_map(kept).collect())
            }
            Self::List(items) => {
                Self::List(items.into_iter().filter_map(|item| item.renamed(new)).collect())
            }
            Self::Mail(mut mail) => {
                for name in mail.names_mut() {
                    *name = name.take().and_then(|name| new(&name));
                }
                Self::Mail(mail)
            }
        })
    }
}
