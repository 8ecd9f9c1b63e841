//! `Mcp-Param-*` against the arguments that they repeat.

use crate::headers;
use mcp::{Code, HeaderParam, Limits, check_json, check_param_headers};

#[track_caller]
fn check(pairs: &[(&str, &str)], arguments: &str, same: bool) {
    let params = [
        HeaderParam::new("X", vec!["x".into()]).unwrap(),
        HeaderParam::new("Deep", vec!["a".into(), "b".into()]).unwrap(),
    ];
    let arguments = check_json(arguments.as_bytes(), &Limits::default()).unwrap();
    match check_param_headers(&headers(pairs), &params, Some(arguments)) {
        Ok(()) => assert!(same, "{pairs:?} {arguments:?}"),
        Err(error) => {
            assert!(!same, "{pairs:?} {arguments:?}: {error}");
            assert_eq!((error.code, error.code.status(true)), (Code::HeaderMismatch, 400));
        }
    }
}

#[test]
fn m06_absence() {
    check(&[], "{}", true);
    check(&[], r#"{"x":null,"a":{"b":null}}"#, true);
    check(&[], r#"{"a":7}"#, true);
    check(&[], r#"{"x":"v"}"#, false);
    check(&[], r#"{"a":{"b":""}}"#, false);
    check(&[("Mcp-Param-X", "v")], "{}", false);
    check(&[("Mcp-Param-X", "")], "{}", false);
    check(&[("Mcp-Param-X", "null")], r#"{"x":null}"#, false);
    check(&[("Mcp-Param-Other", "v")], "{}", true);
    let one = [HeaderParam::new("X", vec!["x".into()]).unwrap()];
    assert!(check_param_headers(&headers(&[]), &one, None).is_ok());
    assert!(check_param_headers(&headers(&[("mcp-param-x", "v")]), &one, None).is_err());
}

#[test]
fn m06_equality() {
    let x = |header: &str, value: &str, same| {
        check(&[("mcp-PARAM-x", header)], &format!(r#"{{"x":{value}}}"#), same)
    };
    x("v", r#""v""#, true);
    x("  v\t", r#""v""#, true);
    x("v", r#""\u0076""#, true);
    x("V", r#""v""#, false);
    x("", r#""""#, true);
    x("true", "true", true);
    x("True", "true", false);
    x("1", "true", false);
    x("=?base64?SGVsbG8=?=", r#""Hello""#, true);
    x("=?base64?IHYg?=", r#"" v ""#, true);
    x("=?base64?w6k=?=", r#""é""#, true);
    x("=?base64?SGVsbG8?=", r#""Hello""#, false);
    x("=?base64?SGVs!!!bG8=?=", r#""Hello""#, false);
    x("SGVsbG8=", r#""SGVsbG8=""#, true);
    x("=?base64?SGVsbG8=", r#""=?base64?SGVsbG8=""#, true);
    x("=?base64?SGVsbG8=?=", r#""=?base64?SGVsbG8=?=""#, false);
    x("é", r#""é""#, false);
    x("v", "{}", false);
    x("[]", "[]", false);
    check(&[("mcp-param-x", "v"), ("mcp-param-x", "v")], r#"{"x":"v"}"#, false);
    check(&[("mcp-param-deep", "7")], r#"{"a":{"b":7}}"#, true);
    check(&[("mcp-param-deep", "8")], r#"{"a":{"b":7}}"#, false);
    check(&[], r#"{"x":{}}"#, true);
}

#[test]
fn m06_numbers() {
    let x = |header: &str, value: &str, same| {
        check(&[("Mcp-Param-X", header)], &format!(r#"{{"x":{value}}}"#), same)
    };
    for spelled in ["42", "42.0", "42.000", "4.2e1", "420e-1", "0.42E+2", "=?base64?NDI=?="] {
        x(spelled, "42", true);
    }
    for other in
        ["43", "-42", "042", "+42", "0x2a", "42 ", "4 2", "\"42\"", "", "42.", "4.2e2", "NaN"]
    {
        x(other, "42", other == "42 ");
    }
    x("9007199254740993", "9007199254740992", false);
    x("9007199254740993", "9007199254740993.0", true);
    x("0", "-0", true);
    x("0.0", "0e5", true);
    x("1e-9223372036854775808", "1", false);
    x("0.1e-9223372036854775808", "0.1e-9223372036854775808", false);
    x("12345678901234567890123", "12345678901234567890123", true);
}

#[test]
fn suffixes_are_tokens() {
    for bad in ["", "a b", "a\r\n", "é", "a:b"] {
        assert_eq!(HeaderParam::new(bad, vec![]), None, "{bad}");
    }
}
