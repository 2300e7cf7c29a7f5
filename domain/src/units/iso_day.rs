//! Days in JSON: `YYYY-MM-DD`. Use as `#[serde(with = "crate::units::iso_day")]`.

use serde::{Deserialize, Deserializer, Serializer, de};

use crate::units::Day;

/// Writes a day as `YYYY-MM-DD`.
///
/// # Errors
/// Whatever the serializer reports.
pub fn serialize<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

/// Reads a day from `YYYY-MM-DD`.
///
/// # Errors
/// A text of another form, or a day that no calendar has.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

/// Days that may be absent (`null`). Use as `#[serde(default, with = "crate::units::iso_day::optional")]`.
pub mod optional {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::units::Day;

    /// Writes a day as `YYYY-MM-DD`, or `null`.
    ///
    /// # Errors
    /// Whatever the serializer reports.
    pub fn serialize<S: Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => serializer.collect_str(day),
            None => serializer.serialize_none(),
        }
    }

    /// Reads a day from `YYYY-MM-DD`, or `None` from `null`.
    ///
    /// # Errors
    /// A text of another form, or a day that no calendar has.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
    }
}

/// Lists of days. Use as `#[serde(with = "crate::units::iso_day::list")]`.
pub mod list {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::units::Day;

    /// Writes days as `YYYY-MM-DD`, in the order given.
    ///
    /// # Errors
    /// Whatever the serializer reports.
    pub fn serialize<S: Serializer>(days: &[Day], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(days.iter().map(ToString::to_string))
    }

    /// Reads days from `YYYY-MM-DD`.
    ///
    /// # Errors
    /// A text of another form, or a day that no calendar has.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Day>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| text.parse().map_err(de::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Range {
        #[serde(with = "super")]
        from: Day,
        #[serde(default, with = "super::optional")]
        to: Option<Day>,
        #[serde(default, with = "super::list")]
        holes: Vec<Day>,
    }

    #[test]
    fn days_read_and_write_as_dates() {
        let range: Range = serde_json::from_str(r#"{"from":"2021-02-26","holes":["2021-03-01"]}"#).unwrap();
        assert_eq!((range.from.number(), range.to, range.holes.len()), (18_684, None, 1));
        assert_eq!(serde_json::to_string(&range).unwrap(), r#"{"from":"2021-02-26","to":null,"holes":["2021-03-01"]}"#);
    }

    #[test]
    fn an_impossible_day_is_refused_with_its_text() {
        let error = serde_json::from_str::<Range>(r#"{"from":"2021-02-30"}"#).unwrap_err().to_string();
        assert!(error.contains("2021-02-30"), "{error}");
    }
}
