//! Canonical JSON: keys sorted, no white space, as the npm package `safe-stable-stringify` prints it.

use serde_json::Value;

/// Writes a value canonically.
pub fn to_canonical_json(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), to_canonical_json(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(to_canonical_json).collect();
            format!("[{}]", items.join(","))
        }
        simple => simple.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value: Value =
            serde_json::from_str(r#"{ "b": [ {"d": 1, "c": "ü\n"}, null ], "a": true }"#).unwrap();
        assert_eq!(to_canonical_json(&value), r#"{"a":true,"b":[{"c":"ü\n","d":1},null]}"#);
    }
}
