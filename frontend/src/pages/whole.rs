//! Everything that an answer shows, as the workbook that the service makes of it.

use leptos::prelude::*;

use crate::api;
use crate::components::export_menu::Export;
use crate::files;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The workbook of the answer at a link, saved under a name; nothing while there is no link.
pub(crate) fn whole_workbook(link: Signal<Option<String>>, name: &'static str) -> Export {
    Export::slow("All of it (Excel)", move |_| {
        let link = link.get_untracked();
        async move {
            let Some(link) = link else { return Ok(()) };
            let joint = if link.contains('?') { '&' } else { '?' };
            let bytes = api::file(&format!("{link}{joint}format=xlsx")).await?;
            files::save(&format!("{name}.xlsx"), XLSX, &js_sys::Uint8Array::from(bytes.as_slice()))
        }
    })
}
