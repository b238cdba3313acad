//! Vahti in this application: login, each request, logout.

use crate::yours::{Answer, COOKIE, Credentials, User};
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, header::SET_COOKIE};
use axum::{middleware::Next, response::*};
use vahti_client::{CheckRequest, Client, EndRequest, LoginRequest, token_in};

pub async fn login(vahti: State<Client>, had: HeaderMap, form: Form<Credentials>) -> Answer {
    let Some(user) = form.account() else {
        return Ok(Redirect::to("/login").into_response());
    };
    let asked = LoginRequest::of(&user).replacing(token_in(&had, COOKIE));
    let said = vahti.login(&asked).await?.set_cookie;
    let cookie = said.map(|cookie| [(SET_COOKIE, cookie)]);
    Ok((cookie, Redirect::to("/")).into_response())
}

pub async fn check(vahti: State<Client>, mut request: Request, next: Next) -> Answer {
    let asked = CheckRequest::by_token(token_in(request.headers(), COOKIE));
    let said = vahti.check(&asked.at(request.uri().path())).await?;
    if said.allows() {
        request.extensions_mut().insert(User(said.user));
        return Ok(next.run(request).await);
    }
    let state = [("vahti-state", said.state.unwrap_or("none".to_owned()))];
    let place = said.wait_url.as_deref().unwrap_or("/login");
    Ok((state, Redirect::to(place)).into_response())
}

pub async fn logout(vahti: State<Client>, had: HeaderMap) -> Answer {
    let asked = EndRequest::by_token(token_in(&had, COOKIE));
    let cookie = [(SET_COOKIE, vahti.end(&asked).await?.clear_cookie)];
    Ok((cookie, Redirect::to("/login")).into_response())
}
