//! Erasing a worker: the row is written by the sequencer, and what shows the worker is gone once it is applied.

use tokio::sync::oneshot;

use crate::app::control::Served;
use crate::app::control::cases::look;
use crate::app::sequencer::Command;
use crate::console::office::OfficeError;
use crate::domain::ids::WorkerKey;

/// Erases a worker; one who has an open case only `even_with_case`. Gives the ids of what were their cases and actions.
pub(super) async fn erase(served: &Served, key: WorkerKey, even_with_case: bool) -> Result<Vec<String>, OfficeError> {
    let wanted = key.clone();
    let found = look(served, move |mut histories, _| {
        let known = Iterator::find(&mut histories, |history| history.profile.key == wanted);
        known.map(|history| history.cases.open.as_ref().map(|case| case.id.to_string()))
    });
    let open_case = found.await?.ok_or(OfficeError::Unknown)?;
    if let Some(case) = open_case.filter(|_| !even_with_case) {
        let problem = format!(
            "there is an open case, {case}: close it first, or say that it may end with the worker (open_case=true, --even-with-open-case)"
        );
        return Err(OfficeError::Refused { reason: "open_case", problem });
    }
    let (done, answered) = oneshot::channel();
    served.commands.send(Command::Erase { key, done }).await.map_err(|_| OfficeError::Stopping)?;
    // Dropped where somebody else erased the worker meanwhile, or the service stops: the row tells at the next start.
    answered.await.map(|erased| erased.matters).map_err(|_| OfficeError::Stopping)
}
