use http::{HeaderMap, header};

/// How the bytes of a file are written (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    /// As they are.
    Identity,
}

impl Coding {
    /// The smallest first.
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// The end of the name of a file in this form.
    pub(super) const fn suffix(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some(".br"),
            Self::Gzip => Some(".gz"),
            Self::Identity => None,
        }
    }

    /// Its name in HTTP.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The smallest form that the client takes; as the bytes are if it takes none, which every client reads. `forms` has them by size, and
/// that last.
pub(super) fn choose(
    forms: &[(Coding, &'static [u8])],
    headers: &HeaderMap,
) -> (Coding, &'static [u8]) {
    let takes = |coding: Coding| coding.name().is_none_or(|name| accepts(headers, name));
    let found = forms.iter().find(|(coding, _)| takes(*coding));
    *found.or(forms.last()).expect("a file has the form that it is made of")
}

/// Whether `Accept-Encoding` takes a coding: named, or else by `*`, with a weight above nothing.
fn accepts(headers: &HeaderMap, name: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let codings = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut by_star = false;
    for coding in codings {
        let mut parts = coding.split(';').map(str::trim);
        let one = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let is_taken = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|q| q > 0.0));
        if one.eq_ignore_ascii_case(name) {
            return is_taken;
        }
        by_star |= one == "*" && is_taken;
    }
    by_star
}

#[cfg(test)]
mod tests {
    use super::{Coding, choose};
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn the_smallest_form_that_is_taken() {
        let all = [(Coding::Brotli, &b"b"[..]), (Coding::Gzip, b"g"), (Coding::Identity, b"i")];
        let check = |accept: &'static str, expected: Coding| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(choose(&all, &headers).0, expected, "{accept}");
        };
        check("gzip, deflate, br, zstd", Coding::Brotli);
        check("gzip;q=1.0, br;q=0.1", Coding::Brotli);
        check("BR", Coding::Brotli);
        check("gzip", Coding::Gzip);
        check("br;q=0, gzip", Coding::Gzip);
        check("br; q=0.000, *", Coding::Gzip);
        check("*", Coding::Brotli);
        check("*;q=0", Coding::Identity);
        check("gzip;q=nonsense", Coding::Identity);
        check("identity", Coding::Identity);
        check("brotli, xgzip", Coding::Identity);
        check("", Coding::Identity);
        assert_eq!(choose(&all, &HeaderMap::new()).0, Coding::Identity);
        assert_eq!(choose(&all[2..], &HeaderMap::new()).1, b"i");
    }
}
