//! What a proxy asks about: the request that it holds back. Each fact has one source, and a fact that is missing, said
//! twice or malformed is refused: a guess would be the client's to make.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, Method, header, uri::PathAndQuery},
};

use crate::{
    address::{Address, Host, is_secure, target},
    http::problem::Refused,
};

const ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
const ORIGINAL_URL: HeaderName = HeaderName::from_static("x-original-url");
const FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");

/// Names that proxies and applications trust. Many programs take `_` for `-` in a name, so a client that writes one of
/// these with `_` may be believed by them: it is refused here.
const RESERVED: &[&str] = &[
    "x-original-method",
    "x-original-url",
    "x-forwarded-method",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-uri",
    "x-forwarded-for",
    "remote-user",
    "remote-groups",
    "remote-name",
    "remote-email",
    "vahti-session",
    "vahti-state",
];

/// The request that a proxy holds back.
pub(super) struct Asked<'a> {
    /// Whether it only reads: GET, HEAD or OPTIONS.
    pub(super) reads: bool,
    /// What it asks for.
    pub(super) address: Address<'a>,
}

impl<'a> Asked<'a> {
    /// As nginx says it.
    pub(super) fn original(headers: &'a HeaderMap) -> Result<Self, Refused> {
        no_folded(headers)?;
        let address = one(headers, &ORIGINAL_URL)?;
        Ok(Self {
            reads: reads(headers, &ORIGINAL_METHOD)?,
            address: Address::parse(address)
                .ok_or_else(|| malformed(&ORIGINAL_URL, "`https://host/path?query`"))?,
        })
    }

    /// As Caddy, Traefik and HAProxy say it.
    pub(super) fn forwarded(headers: &'a HeaderMap) -> Result<Self, Refused> {
        no_folded(headers)?;
        let uri = one(headers, &FORWARDED_URI)?;
        Ok(Self {
            reads: reads(headers, &FORWARDED_METHOD)?,
            address: Address {
                target: target(uri)
                    .ok_or_else(|| malformed(&FORWARDED_URI, "a path, perhaps with a query"))?,
                ..address(headers, &FORWARDED_HOST)?
            },
        })
    }

    /// As Envoy says it: by the request itself, its path behind `prefix`.
    pub(super) fn behind(prefix: &str, request: &'a Request) -> Result<Self, Refused> {
        no_folded(request.headers())?;
        let path = request.uri().path_and_query().map(PathAndQuery::as_str);
        let path = path
            .and_then(|path| path.strip_prefix(prefix))
            .and_then(target);
        Ok(Self {
            reads: is_reading(request.method()),
            address: Address {
                target: path
                    .ok_or_else(|| wrong("path", "The path of the request cannot be read."))?,
                ..address(request.headers(), &header::HOST)?
            },
        })
    }
}

/// Scheme and host, with the host from the header of this name. The target is left for the caller.
fn address<'a>(headers: &'a HeaderMap, host: &HeaderName) -> Result<Address<'a>, Refused> {
    let scheme = one(headers, &FORWARDED_PROTO)?;
    // Some proxies name the scheme of a WebSocket, which is the same connection.
    let secure = match scheme {
        "wss" => Some(true),
        "ws" => Some(false),
        scheme => is_secure(scheme),
    };
    let secure = secure.ok_or_else(|| malformed(&FORWARDED_PROTO, "`https` or `http`"))?;
    let named = Host::parse(one(headers, host)?);
    let named = named.ok_or_else(|| malformed(host, "a host, perhaps with a port"))?;
    Ok(Address {
        secure,
        host: named.by(secure),
        target: "/",
    })
}

fn reads(headers: &HeaderMap, name: &HeaderName) -> Result<bool, Refused> {
    let method = Method::from_bytes(one(headers, name)?.as_bytes());
    let method = method.map_err(|_| malformed(name, "a method"))?;
    Ok(is_reading(&method))
}

fn is_reading(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// The one value of a header.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Refused> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Err(wrong(
            name.as_str(),
            &format!("The header `{name}` is missing."),
        ));
    };
    if values.next().is_some() {
        return Err(wrong(
            name.as_str(),
            &format!("The header `{name}` stands twice."),
        ));
    }
    value.to_str().map_err(|_| malformed(name, "visible ASCII"))
}

/// Refuses names that are reserved when `_` is read as `-`.
fn no_folded(headers: &HeaderMap) -> Result<(), Refused> {
    let is_folded = |name: &&HeaderName| {
        let folded = || {
            name.as_str()
                .bytes()
                .map(|byte| if byte == b'_' { b'-' } else { byte })
        };
        name.as_str().contains('_') && RESERVED.iter().any(|known| folded().eq(known.bytes()))
    };
    match headers.keys().find(is_folded) {
        None => Ok(()),
        Some(name) => Err(wrong(
            name.as_str(),
            &format!("The header `{name}` could be taken for another one: it is spelt with `-`."),
        )),
    }
}

fn malformed(name: &HeaderName, right: &str) -> Refused {
    wrong(
        name.as_str(),
        &format!("The header `{name}` is not {right}."),
    )
}

fn wrong(header: &str, message: &str) -> Refused {
    tracing::warn!(header, message, "a proxy's question was refused");
    Refused::field(header, message)
}
