//! What a form of the console has sent.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    response::Response,
};

use crate::http::App;

/// The fields of a form, in their order. One that a list has ticked many times is there many times.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// What a body, or an address behind its `?`, holds.
    pub(super) fn of(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first field of this name.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        let field = fields.find(|(field, _)| field == name);
        field.map(|(_, value)| value.as_str())
    }

    /// Every field of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let fields = self.0.iter().filter(move |(field, _)| field == name);
        fields.map(|(_, value)| value.as_str())
    }
}

impl FromRequest<App> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let body = Bytes::from_request(request, app).await;
        let body = body.map_err(axum::response::IntoResponse::into_response)?;
        Ok(Self::of(&body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_may_stand_many_times() {
        let form = Form::of(b"session=a&how=list&session=b%20c&session=&x");
        let sessions: Vec<_> = form.all("session").collect();
        assert_eq!(sessions, ["a", "b c", ""]);
        assert_eq!((form.one("session"), form.one("x")), (Some("a"), Some("")));
        assert_eq!(form.one("y"), None);
    }
}
