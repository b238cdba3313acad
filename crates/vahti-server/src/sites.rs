//! Sites: the hosts that browsers may be sent to, and the addresses of the pages there. Whatever address comes from
//! outside, a browser is sent only to a host of the configuration, in the configuration's own spelling.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::address::{self, Address, Host};
use crate::config::Config;

/// What stays as it is in the value of a parameter: unreserved characters (RFC 3986), `/` and `:`.
const ENCODED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');

/// The longest return address that is carried along, in bytes: with it an answer's head still fits into the 4 KiB that
/// nginx has for it, unless it is told otherwise.
const RETURN_MAX_BYTES: usize = 1_500;

/// The hosts that browsers may be sent to.
pub(crate) struct Sites {
    secure: bool,
    public: String,
    others: Vec<String>,
    login_url: Option<String>,
}

/// A host that browsers may be sent to.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    sites: &'a Sites,
    /// `https://host`, without a slash at the end.
    origin: &'a str,
}

impl Sites {
    /// The sites of a configuration.
    pub(crate) fn of(config: &Config) -> Self {
        let url = &config.http.public_url;
        let scheme = if url.is_https() { "https" } else { "http" };
        let hosts = config.pages.return_hosts.iter();
        Self {
            secure: url.is_https(),
            public: url.as_str().to_owned(),
            others: hosts.map(|host| format!("{scheme}://{host}")).collect(),
            login_url: config.pages.login_url.clone(),
        }
    }

    /// The origins of all sites, the public one first.
    pub(crate) fn origins(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.public)
            .chain(&self.others)
            .map(String::as_str)
    }

    /// The site that the public address names.
    pub(crate) fn public(&self) -> Site<'_> {
        Site {
            sites: self,
            origin: &self.public,
        }
    }

    /// The site with this host.
    pub(crate) fn find(&self, host: Host<'_>) -> Option<Site<'_>> {
        let is_it = |origin: &&str| Address::parse(origin).is_some_and(|known| known.host == host);
        let mut origins = std::iter::once(&self.public).chain(&self.others);
        let origin = origins.find(|origin| is_it(&origin.as_str()))?;
        Some(Site {
            sites: self,
            origin,
        })
    }

    /// The site with this host as a browser names it, which leaves the usual port out.
    pub(crate) fn find_by_name(&self, host: Host<'_>) -> Option<Site<'_>> {
        self.find(host.by(self.secure))
    }

    /// The same address on the site with its host.
    pub(crate) fn find_address(&self, address: &Address<'_>) -> Option<String> {
        let site = self.find(address.host)?;
        Some(format!("{}{}", site.origin, address.target))
    }
}

impl Site<'_> {
    /// The front page.
    pub(crate) fn front(&self) -> String {
        format!("{}/", self.origin)
    }

    /// Where a return address leads from this site: an address of one of the sites, or a path here.
    pub(crate) fn back_to(&self, return_to: &str) -> Option<String> {
        if return_to.starts_with('/') && !return_to.starts_with("//") {
            let target = address::target(return_to)?;
            return Some(format!("{}{target}", self.origin));
        }
        self.sites.find_address(&Address::parse(return_to)?)
    }

    /// Where *Log out* is sent. As at the login, a return address that leads elsewhere is left out.
    pub(crate) fn logout(&self, return_to: Option<&str>) -> String {
        let back = return_to.and_then(|address| self.back_to(address));
        with_return("/vahti/logout".to_owned(), back.as_deref())
    }

    /// The page of an invitation to the console.
    pub(crate) fn invitation(&self, secret: &str) -> String {
        format!("{}/vahti/console/invitation?i={secret}", self.origin)
    }

    /// What a challenge in a QR code leads to.
    pub(crate) fn scanned(&self, challenge: &str) -> String {
        format!("{}/vahti/s/{challenge}", self.origin)
    }

    /// The waiting page, for whoever holds this ticket.
    pub(crate) fn gate_with(&self, ticket: &str) -> String {
        format!("{}/vahti/gate?t={ticket}", self.origin)
    }

    /// The waiting page. With `after_form` the request that was held back had sent a form.
    pub(crate) fn gate(&self, return_to: Option<&str>, after_form: bool) -> String {
        let mut url = with_return(format!("{}/vahti/gate", self.origin), return_to);
        if after_form {
            let before = if url.contains('?') { '&' } else { '?' };
            let _ = write!(url, "{before}rm=POST");
        }
        url
    }

    /// The login page of the application, if the configuration names one. It is told only return addresses that lead to one
    /// of the sites, because it may follow whatever it is told.
    pub(crate) fn login(&self, return_to: Option<&str>) -> Option<String> {
        let url = self.sites.login_url.as_deref()?;
        let origin = if url.starts_with('/') {
            self.origin
        } else {
            ""
        };
        let back = return_to.and_then(|address| self.back_to(address));
        Some(with_return(format!("{origin}{url}"), back.as_deref()))
    }
}

/// The address with the parameter `rd`. A return address that is too long is left out.
fn with_return(mut url: String, return_to: Option<&str>) -> String {
    let encoded = return_to.map(|address| utf8_percent_encode(address, &ENCODED).to_string());
    if let Some(encoded) = encoded.filter(|encoded| encoded.len() <= RETURN_MAX_BYTES) {
        let before = if url.contains('?') { '&' } else { '?' };
        let _ = write!(url, "{before}rd={encoded}");
    }
    url
}
