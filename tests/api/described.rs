//! The OpenAPI document as a judge: requests as it describes them, and answers held against it.

use std::collections::BTreeSet;

use reqwest::RequestBuilder;
use serde_json::{Map, Value, json};

use crate::harness::{Reply, TestServer};

/// A method in capitals, and a path with its parameters in braces.
pub type Operation = (String, String);

pub struct Description(Value);

impl Description {
    /// What the server says about itself.
    pub async fn of(server: &TestServer) -> Self {
        Self(server.get("/openapi.json").await.body)
    }

    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.0["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &Value)| -> Vec<Operation> {
            item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect()
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// The statuses of an operation.
    pub fn statuses(&self, operation: &Operation) -> BTreeSet<u16> {
        let responses = self.operation(operation)["responses"].as_object().unwrap();
        responses.keys().map(|status| status.parse().unwrap()).collect()
    }

    /// The request that its examples make.
    pub fn example(&self, server: &TestServer, operation: &Operation) -> RequestBuilder {
        let (method, mut path) = operation.clone();
        let described = self.operation(operation);
        let mut query = Vec::new();
        for parameter in described["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let example = &parameter["example"];
            let text = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            match parameter["in"].as_str().unwrap() {
                "path" => path = path.replace(&format!("{{{name}}}"), &text),
                "query" => query.push(format!("{name}={text}")),
                _ => continue,
            }
            self.hold(&parameter["schema"], example, name);
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let request = server.http.request(method.parse().unwrap(), format!("{}{path}{query}", server.url));
        match described["requestBody"]["content"]["application/json"].as_object() {
            Some(body) => {
                self.hold(&body["schema"], &body["example"], &path);
                request.json(&body["example"])
            }
            None => request,
        }
    }

    /// Fails unless the document says that this operation can be answered like that: with this status, this content
    /// type, a body of that schema with nothing more in it, these headers, and a code that the status mentions.
    pub fn check(&self, operation: &Operation, reply: &Reply) {
        let status = reply.status.as_str();
        let what = format!("{} {} {status}: {}", operation.0, operation.1, reply.body);
        let response = &self.operation(operation)["responses"][status];
        assert!(response.is_object(), "not described: {what}");
        for header in response["headers"].as_object().into_iter().flat_map(Map::keys) {
            assert_ne!(reply.header(header), "", "without {header}: {what}");
        }
        let Some(contents) = response["content"].as_object() else {
            assert_eq!((reply.header("content-type"), &reply.body), ("", &json!("")), "{what}");
            return;
        };
        let content = contents.get(reply.header("content-type"));
        let content =
            content.unwrap_or_else(|| panic!("{} is not described: {what}", reply.header("content-type")));
        self.hold(&content["schema"], &reply.body, &what);
        let description = response["description"].as_str().unwrap();
        assert!(reply.code().is_empty() || description.contains(&format!("`{}`", reply.code())), "{what}");
    }

    fn operation(&self, (method, path): &Operation) -> &Value {
        let operation = &self.0["paths"][path][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {path} is not described");
        operation
    }

    /// Holds a value against a schema of the document.
    fn hold(&self, schema: &Value, value: &Value, what: &str) {
        let mut components = self.0["components"].clone();
        let mut schema = schema.clone();
        join(&mut components, &self.0);
        seal(&mut components);
        seal(&mut schema);
        let whole = json!({ "allOf": [schema], "components": components });
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&whole).unwrap();
        let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{what}: {errors:?}");
    }
}

/// Makes one object of the objects that another one is made of, so that it can be sealed.
fn join(schema: &mut Value, document: &Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(|value| join(value, document));
            let Some(Value::Array(parts)) = keys.remove("allOf") else { return };
            let mut whole = json!({ "type": "object", "properties": {}, "required": [] });
            for part in parts {
                let reference = part["$ref"].as_str().map(|path| path.trim_start_matches('#').to_owned());
                let part = reference.map_or(part, |path| document.pointer(&path).unwrap().clone());
                let properties = part["properties"].as_object().unwrap().clone();
                whole["properties"].as_object_mut().unwrap().extend(properties);
                let required = part["required"].as_array().unwrap().clone();
                whole["required"].as_array_mut().unwrap().extend(required);
            }
            keys.extend(whole.as_object().unwrap().clone());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| join(item, document)),
        _ => {}
    }
}

/// Clients have to accept fields that they do not know, but a test should not.
fn seal(schema: &mut Value) {
    match schema {
        Value::Object(keys) => {
            keys.values_mut().for_each(seal);
            if keys.get("type") == Some(&json!("object")) && keys.contains_key("properties") {
                keys.insert("additionalProperties".into(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(seal),
        _ => {}
    }
}
