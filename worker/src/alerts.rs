//! Alerts as a JSON POST to a webhook; without one, and when it fails, as a line in the log.

use domain::ports::{Alert, Alerts, Clock};
use domain::units::{Day, UnixMillis};
use worker::console_error;

use crate::outbound::{OutboundRequest, fetch};

const TIMEOUT_MS: u32 = 10_000;
/// What a webhook answers is of no interest beyond its status.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const SERVICE: &str = "equipoise";

/// The webhook of `ALERT_WEBHOOK_URL`.
pub(crate) struct WebhookAlerts<C> {
    /// Absent: alerts go to the log only.
    pub(crate) url: Option<String>,
    pub(crate) clock: C,
}

impl<C: Clock> Alerts for WebhookAlerts<C> {
    async fn raise(&self, alert: &Alert) {
        let json = alert_json(alert, self.clock.now());
        let Some(url) = &self.url else {
            console_error!("alert {json}");
            return;
        };
        let request = OutboundRequest {
            url: url.clone(),
            headers: Vec::new(),
            json: Some(json.clone()),
            form: None,
            timeout_ms: TIMEOUT_MS,
            max_bytes: MAX_ANSWER_BYTES,
            follow_redirects: true,
        };
        // The webhook's URL is often a secret of its own, so only the outcome is logged.
        match fetch(&request).await {
            Ok(answer) if (200..300).contains(&answer.status) => {}
            Ok(answer) => console_error!("alert {json} was answered with status {}", answer.status),
            Err(error) => console_error!("alert {json} was not delivered: {error}"),
        }
    }
}

fn alert_json(alert: &Alert, at: UnixMillis) -> String {
    serde_json::json!({"code": alert.code, "message": alert.message, "service": SERVICE, "at": rfc3339(at)}).to_string()
}

/// The instant as `2026-11-20T22:15:03.250Z`.
fn rfc3339(at: UnixMillis) -> String {
    const DAY_MS: i64 = 86_400_000;
    let day = Day::from_number(i32::try_from(at.0.div_euclid(DAY_MS)).unwrap_or(i32::MAX));
    let ms = at.0.rem_euclid(DAY_MS);
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    format!("{day}T{:02}:{:02}:{:02}.{ms:03}Z", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_one_json_object_with_its_instant() {
        let alert = Alert { code: "data_late", message: "no bars for 2026-11-20".to_owned() };
        // 20 777 days of 86 400 000 ms are 2026-11-20; 80 103 250 ms are 22 h 15 min 3.25 s.
        let json = alert_json(&alert, UnixMillis(20_777 * 86_400_000 + 80_103_250));
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            value,
            serde_json::json!({
                "code": "data_late",
                "message": "no bars for 2026-11-20",
                "service": "equipoise",
                "at": "2026-11-20T22:15:03.250Z",
            })
        );
    }
}
