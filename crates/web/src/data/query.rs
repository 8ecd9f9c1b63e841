use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The values of the parameter of that name in a URL's query, in their order. What is no UTF-8 is none.
pub(crate) fn values<'q>(query: Option<&'q str>, name: &str) -> Vec<Cow<'q, str>> {
    let pairs = query.unwrap_or_default().split('&');
    let named = pairs.filter_map(|pair| {
        let (own, value) = pair.split_once('=').unwrap_or((pair, ""));
        (own == name).then_some(value)
    });
    named.filter_map(|value| percent_decode_str(value).decode_utf8().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn values_are_decoded_and_all_of_a_name_are_found() {
        let query = Some("apps=a%2Cb&mode=dynamic&apps=c&apps&token=x%20y&apps=%ff");
        assert_eq!(values(query, "apps"), ["a,b", "c", ""]);
        assert_eq!(values(query, "token"), ["x y"]);
        assert!(values(query, "app").is_empty() && values(None, "apps").is_empty());
    }
}
