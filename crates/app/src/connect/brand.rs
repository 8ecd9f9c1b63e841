use crate::brand::rgb;

/// The color of an account that has chosen none.
const COLOR: &str = "#3b5bdb";

/// The looks of a page, with what stands in for what nobody has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// What the product is called.
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
    /// `#rrggbb`: what can be read on that color.
    pub ink: &'static str,
    /// A picture, by its https URL.
    pub logo_url: Option<String>,
}

impl Brand {
    pub(crate) fn of(account: &store::Account) -> Self {
        let name = account
            .brand_name
            .clone()
            .or_else(|| (!account.name.is_empty()).then(|| account.name.clone()));
        let color = account.brand_color.clone().unwrap_or_else(|| COLOR.to_owned());
        Self {
            name: name.unwrap_or_else(|| account.alias.to_string()),
            ink: ink(&color),
            color,
            logo_url: account.brand_logo_url.clone(),
        }
    }
}

/// Black or white, whichever has the greater contrast with the color (WCAG 2.2 §1.4.3).
fn ink(color: &str) -> &'static str {
    let linear = |byte: u8| {
        let part = f64::from(byte) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [r, g, b] = rgb(color).unwrap_or_default().map(linear);
    let luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) { "#000000" } else { "#ffffff" }
}

#[cfg(test)]
mod tests {
    use super::ink;

    #[test]
    fn ink_can_be_read() {
        for (color, expected) in [
            ("#ffffff", "#000000"),
            ("#000000", "#ffffff"),
            ("#3b5bdb", "#ffffff"),
            ("#FFD43B", "#000000"),
        ] {
            assert_eq!(ink(color), expected, "{color}");
        }
    }
}
