use super::{
    PlanError, form, given,
    text::Encode,
    value::{compact, scalar},
};
use crate::Arguments;
use model::{Parameter, ParameterEncoding, Style};

/// Appends pairs to a URL, with `?` before the first and `&` before every other.
pub(super) struct Query<'o> {
    out: &'o mut String,
    empty: bool,
}

impl<'o> Query<'o> {
    /// Goes on after a path, which may have a query already.
    pub(super) fn after(out: &'o mut String) -> Self {
        let empty = !out.contains('?');
        Self { out, empty }
    }

    fn next(&mut self) -> &mut String {
        self.out.push(if self.empty { '?' } else { '&' });
        self.empty = false;
        self.out
    }

    pub(super) fn push_parameter(
        &mut self,
        parameter: &Parameter,
        arguments: &Arguments<'_>,
    ) -> Result<(), PlanError> {
        let Some(raw) = given(parameter, arguments)? else { return Ok(()) };
        match &parameter.encoding {
            ParameterEncoding::Style { style, explode, allow_reserved } => {
                let how = form::How::new(*style, *explode, *allow_reserved);
                form::pairs(&parameter.argument, &parameter.name, raw, how, &mut |name, value| {
                    form::push_pair(self.next(), name, value);
                })
            }
            ParameterEncoding::Content { media_type } => {
                let text = form::content_text(&parameter.argument, media_type, raw)?;
                let out = self.next();
                Encode::Component.push(out, &parameter.name);
                out.push('=');
                Encode::Component.push(out, &text);
                Ok(())
            }
        }
    }

    /// The whole query from one parameter (OpenAPI 3.2 `in: querystring`).
    pub(super) fn push_whole(
        &mut self,
        parameter: &Parameter,
        arguments: &Arguments<'_>,
    ) -> Result<(), PlanError> {
        let Some(raw) = given(parameter, arguments)? else { return Ok(()) };
        let argument = &parameter.argument;
        let text = match &parameter.encoding {
            ParameterEncoding::Content { media_type } if form::is_json(media_type) => compact(raw),
            ParameterEncoding::Content { media_type } if !form::is_form(media_type) => {
                scalar(argument, raw)?
            }
            ParameterEncoding::Content { .. } | ParameterEncoding::Style { .. } => {
                let how = form::How::new(Style::Form, true, false);
                for (name, raw) in super::value::map(argument, raw)? {
                    form::pairs(argument, &name, raw, how, &mut |name, value| {
                        form::push_pair(self.next(), name, value);
                    })?;
                }
                return Ok(());
            }
        };
        Encode::Component.push(self.next(), &text);
        Ok(())
    }
}
