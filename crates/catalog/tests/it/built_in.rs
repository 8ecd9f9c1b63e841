use catalog::{Definition, built_ins};
use std::collections::HashSet;

/// Actions that each built-in app has at least.
const ACTIONS_MIN: usize = 10;

fn all() -> Vec<Definition> {
    let read = |app: &catalog::BuiltIn| match app.read() {
        Ok(read) => read.definition,
        Err(error) => panic!("{}: {error}", app.key),
    };
    built_ins().iter().map(read).collect()
}

#[test]
fn every_built_in_definition_is_sound() {
    let mut tools = HashSet::new();
    for (app, definition) in built_ins().iter().zip(all()) {
        assert_eq!(app.key, definition.key.as_str());
        assert!(
            definition.actions.len() >= ACTIONS_MIN,
            "{} has {}",
            app.key,
            definition.actions.len()
        );
        assert!(!definition.auth.is_empty() && !definition.categories.is_empty(), "{}", app.key);
        for action in &definition.actions {
            let name = format!("{}-{}", app.key, action.key);
            assert!(model::ToolName::new(&name).is_ok(), "{name}");
            assert!(action.description.len() >= 40, "{name}: say what it does and when to use it");
            assert!(tools.insert(name.clone()), "{name} is there twice");
            let has_scopes = definition.auth.iter().any(|way| !way.method.scopes().is_empty());
            assert_eq!(has_scopes, !action.scopes.is_empty(), "{name}: the scopes that it needs");
        }
    }
    assert!(built_ins().is_sorted_by_key(|app| app.key));
}

#[test]
fn a_scope_that_an_action_needs_is_asked_for() {
    for definition in all() {
        for way in &definition.auth {
            let scopes = way.method.scopes();
            let missing = |scope: &&String| {
                !scopes.is_empty() && !scopes.iter().any(|one| one.default && one.name == **scope)
            };
            for action in &definition.actions {
                let found = action.scopes.iter().find(missing);
                assert_eq!(found, None, "{}-{}", definition.key, action.key);
            }
        }
    }
}

#[test]
fn the_head_says_what_the_definition_says() {
    for (app, definition) in built_ins().iter().zip(all()) {
        let head = app.head().unwrap_or_else(|error| panic!("{}: {error}", app.key));
        assert_eq!((head.key, head.name), (definition.key, definition.name));
        assert_eq!(
            (head.description, head.homepage),
            (definition.description, definition.homepage)
        );
        assert_eq!((head.icon, head.categories), (definition.icon, definition.categories));
    }
}

#[test]
fn the_documents_list_every_built_in_app() {
    let text = include_str!("../../../../docs/catalog.md");
    for definition in all() {
        let row = format!(
            "| `{}` | {} | {} |",
            definition.key,
            definition.name,
            definition.actions.len()
        );
        assert!(text.contains(&row), "docs/catalog.md lacks the row\n{row}");
    }
}

/// What upstream refuses at each call, and compiles for each tool.
#[test]
fn every_action_can_be_offered() {
    for app in built_ins() {
        for action in app.read().unwrap().actions {
            let name = format!("{}-{}", app.key, action.name);
            for schema in [Some(&action.input_schema), action.output_schema.as_ref()] {
                if let Some(Err(error)) = schema.map(upstream::Validator::compile) {
                    panic!("{name}: {error}");
                }
            }
            for header in &action.call.headers {
                assert!(!upstream::is_reserved_header(&header.name), "{name}: {}", header.name);
            }
            upstream::adapt(action, &model::ToolSettings::default())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
