//! What the service manager is told of this server (sd_notify(3), `Type=notify`). Where none has started it, nothing is said.

use sd_notify::NotifyState;

/// It answers from now on.
pub(super) fn ready() {
    tell(NotifyState::Ready);
}

/// It answers begun requests, and ends.
pub(super) fn stopping() {
    tell(NotifyState::Stopping);
}

fn tell(state: NotifyState<'_>) {
    if let Err(cause) = sd_notify::notify(&[state]) {
        tracing::warn!(%cause, "the service manager cannot be told how the server stands");
    }
}
