//! What pages load: the stylesheet and the scripts. They are part of the binary. Browsers keep them and ask each time
//! whether they still hold, so that a new version is seen at once.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};

use super::page::Security;
use crate::http::App;

/// Something that pages load.
struct Asset {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

static ASSETS: [Asset; 9] = [
    Asset {
        path: "/vahti/style.css",
        content_type: CSS,
        text: concat!(
            include_str!("style.css"),
            include_str!("../console/console.css")
        ),
    },
    Asset {
        path: "/vahti/live.js",
        content_type: JS,
        text: include_str!("live.js"),
    },
    Asset {
        path: "/vahti/gate.js",
        content_type: JS,
        text: include_str!("gate.js"),
    },
    Asset {
        path: "/vahti/console.js",
        content_type: JS,
        text: include_str!("../console/console.js"),
    },
    Asset {
        path: "/vahti/vahti.js",
        content_type: JS,
        text: include_str!("vahti.js"),
    },
    Asset {
        path: "/vahti/scan.js",
        content_type: JS,
        text: include_str!("../console/scan.js"),
    },
    Asset {
        path: "/vahti/reading.js",
        content_type: JS,
        text: include_str!("../console/reading.js"),
    },
    // The decoder for browsers without one of their own: the package `qr` of npm, as it was published.
    Asset {
        path: "/vahti/vendor/qr/decode.js",
        content_type: JS,
        text: include_str!("../../assets/vendor/qr-0.7.0/decode.js"),
    },
    Asset {
        path: "/vahti/vendor/qr/index.js",
        content_type: JS,
        text: include_str!("../../assets/vendor/qr-0.7.0/index.js"),
    },
];

/// The marks of the assets (`ETag`), in their order.
static MARKS: LazyLock<[String; ASSETS.len()]> = LazyLock::new(|| {
    ASSETS.each_ref().map(|asset| {
        let digest = Sha256::digest(asset.text);
        let short: String = digest
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("\"{short}\"")
    })
});

/// The addresses of the assets.
pub(super) fn routes() -> impl Iterator<Item = (Method, &'static str)> {
    ASSETS.iter().map(|asset| (Method::GET, asset.path))
}

/// Everything that pages load.
pub(super) fn router() -> Router<App> {
    let assets = ASSETS.iter().zip(MARKS.iter());
    assets.fold(Router::new(), |router, (asset, mark)| {
        let (path, asset) = (asset.path, get(async |headers| load(asset, mark, &headers)));
        router.route(path, asset)
    })
}

fn load(asset: &Asset, mark: &str, headers: &HeaderMap) -> Response {
    let had = headers.get(header::IF_NONE_MATCH);
    // A list, or a mark that a proxy made weak, holds ours as it is.
    let is_had = had
        .and_then(|had| had.to_str().ok())
        .is_some_and(|had| had.contains(mark));
    let kept = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, mark)];
    let mut answer = if is_had {
        (StatusCode::NOT_MODIFIED, Security::Alone).into_response()
    } else {
        (Security::Alone, asset.text).into_response()
    };
    let content_type = (header::CONTENT_TYPE, asset.content_type);
    for (name, value) in kept.into_iter().chain([content_type]) {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
