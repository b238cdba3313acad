//! The doors: the only way from a request to the use cases. A handler reaches [`Vahti`] through the door that it takes
//! as its first argument, and the door has looked at the key before the handler runs.
//!
//! What a handler may see of the host is what its door gives it; [`App`] itself gives nothing away.

mod app;
mod bearer;
mod browser;
mod cookie;
mod demo;
mod holder;
mod key;
mod open;
mod places;
mod proxy;
mod supervisor;
mod tim;
mod trouble;
mod visitor;

use vahti_core::Role;

pub use self::app::App;
pub(crate) use self::{
    browser::Browser,
    cookie::cookie,
    demo::Guest,
    places::Place,
    supervisor::Supervisor,
    visitor::{NotIn, Visitor},
};
pub(super) use self::{
    holder::{Chooser, Holder},
    key::{Key, Owner},
    open::Open,
    proxy::Proxy,
    tim::{TimHolder, TimHost, TimOrder},
};

/// Who may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Whoever holds a session token.
    Token,
    /// Whoever sends a session token as a bearer.
    Bearer,
    /// A proxy at an address that is trusted.
    Proxy,
    /// A browser at a page, which shows no more than its cookie or its ticket proves.
    Browser,
    /// A supervisor who is logged in at the console.
    Supervisor,
    /// The holder of an API key with one of these roles.
    Key(&'static [Role]),
    /// A host of TIM's network that knows a secret, or the holder of an API key of role `admin`.
    TimSecret,
    /// Whoever holds a session token; to others it is said as TIM says it.
    TimToken,
}

/// A door, by whom it lets in.
pub(crate) trait Door {
    /// Whom it lets in.
    const ACCESS: Access;
}

/// A handler whose first argument is a door. `T` are its arguments.
pub(crate) trait Behind<T> {
    /// Whom that door lets in.
    const ACCESS: Access;
}

macro_rules! behind {
    ($($argument:ident),*) => {
        impl<F, D: Door, $($argument,)* Answer> Behind<(D, $($argument,)*)> for F
        where
            F: Fn(D, $($argument),*) -> Answer,
        {
            const ACCESS: Access = D::ACCESS;
        }
    };
}

behind!();
behind!(A);
behind!(A, B);

/// Whom the door of a handler lets in: read from the handler itself.
pub(crate) const fn access<T, H: Behind<T>>(_: &H) -> Access {
    H::ACCESS
}

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = [$($role:ident),*];)*) => {
        /// The sets of roles that calls ask for.
        pub(super) mod roles {
            use vahti_core::Role;

            /// A set of roles.
            pub(in crate::http) trait Allowed: Send + Sync + 'static {
                /// The roles in it.
                const ROLES: &'static [Role];
            }

            $(
                $(#[$doc])*
                #[derive(Debug)]
                pub(in crate::http) struct $name;
                impl Allowed for $name {
                    const ROLES: &'static [Role] = &[$(Role::$role),*];
                }
            )*
        }

        $($(#[$doc])* pub(super) type $name = Key<roles::$name>;)*
    };
}

roles! {
    /// A key of a host application.
    AppKey = [App];
    /// A key that may let in and hold.
    SupervisorKey = [Supervisor, Admin];
    /// A key that may end sessions.
    EnderKey = [App, Supervisor, Admin];
    /// A key that may do everything.
    AdminKey = [Admin];
    /// A key that may read about everybody.
    ReaderKey = [Supervisor, Admin, Auditor];
    /// A key that may look at the whole record.
    AuditorKey = [Admin, Auditor];
    /// Any key.
    AnyKey = [App, Supervisor, Admin, Auditor];
}
