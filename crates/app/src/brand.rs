use crate::Error;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 60;
/// The longest URL, in bytes.
const URL_BYTES_MAX: usize = 2_000;

/// How the pages look that an account's customers see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandSettings {
    /// What the product is called; the account's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 60, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub name: Option<String>,
    /// The color of what is to be clicked, as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^#[0-9A-Fa-f]{6}$")]
    pub color: Option<String>,
    /// A picture, by its https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub logo_url: Option<String>,
}

impl BrandSettings {
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`], with the member that is wrong.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let invalid = |member: &str, message: String| {
            Err(Error::invalid(message).field(format!("brand.{member}")))
        };
        if self.name.as_deref().is_some_and(|name| {
            name.trim().is_empty()
                || name.chars().count() > NAME_CHARS_MAX
                || name.contains(char::is_control)
        }) {
            let message =
                format!("a name has 1 to {NAME_CHARS_MAX} characters, all of them visible");
            return invalid("name", message);
        }
        if self.color.as_deref().is_some_and(|color| rgb(color).is_none()) {
            return invalid("color", "a color is written #rrggbb".to_owned());
        }
        if self.logo_url.as_deref().is_some_and(|url| !is_picture_url(url)) {
            return invalid("logo_url", "a logo is at an absolute https URL".to_owned());
        }
        Ok(self)
    }
}

fn is_picture_url(text: &str) -> bool {
    let plain =
        text.len() <= URL_BYTES_MAX && text.bytes().all(|b| matches!(b, b'!'..=b'~') && b != b'\\');
    plain
        && Url::parse(text).is_ok_and(|url| {
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none()
        })
}

/// The three parts of `#rrggbb`.
pub(crate) fn rgb(color: &str) -> Option<[u8; 3]> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

#[cfg(test)]
mod tests {
    use super::BrandSettings;

    #[test]
    fn what_is_no_brand() {
        let check = |name: Option<&str>, color: Option<&str>, logo: Option<&str>, field: &str| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let brand =
                BrandSettings { name: owned(name), color: owned(color), logo_url: owned(logo) };
            let error = brand.checked().unwrap_err();
            assert_eq!(error.field.as_deref(), Some(field));
        };
        check(Some(""), None, None, "brand.name");
        check(Some("a\nb"), None, None, "brand.name");
        check(Some(&"n".repeat(61)), None, None, "brand.name");
        for color in ["red", "#fff", "#12345g", "#1234567", "#12345;", "#+12345", "#é1234"] {
            check(None, Some(color), None, "brand.color");
        }
        for logo in [
            "http://a.example/x.png",
            "javascript:alert(1)",
            "https://u@a.example/",
            "https://a.example/ x",
            "/x",
            "data:image/png,x",
        ] {
            check(None, None, Some(logo), "brand.logo_url");
        }
    }
}
