//! An operation made ready to run: fragments spread, what is skipped left out, fields of one name merged, arguments read.
//!
//! No type of the schema is abstract, so all of this is known before the first value is.

use async_graphql::parser::Pos;
use async_graphql::parser::Positioned;
use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Written;

use super::schema::{FieldType, ObjectType, Offered};
use crate::error::Problem;
use crate::routes::query::Query;

/// The fields that are wanted of an object.
pub(super) struct Plan<'a> {
    pub(super) object: &'a ObjectType,
    pub(super) fields: Vec<Planned<'a>>,
}

/// A field that is wanted.
pub(super) struct Planned<'a> {
    /// Its name in the answer.
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    /// `None` for `__typename` and for what the library answers.
    pub(super) field: Option<&'a FieldType>,
    pub(super) arguments: Query,
    /// What is wanted of it, where it is an object or a list of them.
    pub(super) below: Option<Plan<'a>>,
    pub(super) position: Pos,
}

impl Plan<'_> {
    /// Whether any field of it, however deep, has a resolver.
    pub(super) fn can_fail(&self) -> bool {
        self.fields.iter().any(|field| {
            field.field.is_some_and(|field| field.resolver.is_some())
                || field.below.as_ref().is_some_and(Plan::can_fail)
        })
    }
}

struct Planner<'a> {
    offered: &'a Offered,
    document: &'a ExecutableDocument,
    definitions: &'a [Positioned<VariableDefinition>],
    variables: &'a Variables,
}

/// Plans the operation that is asked for. The document has been validated.
pub(super) fn plan<'a>(
    offered: &'a Offered,
    document: &'a ExecutableDocument,
    name: Option<&str>,
    variables: &'a Variables,
) -> Result<Plan<'a>, Problem> {
    let operation = operation(document, name)?;
    if operation.ty != OperationType::Query {
        return Err(Problem::refused("only_queries", "nothing can be changed here: expected a query"));
    }
    let root = offered.query().ok_or_else(|| Problem::internal("the schema has no root"))?;
    let planner = Planner { offered, document, definitions: &operation.variable_definitions, variables };
    planner.plan(root, &[&operation.selection_set.node])
}

fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Problem> {
    let unknown = || Problem::refused("unknown_operation", "operationName: expected the name of one of the operations");
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.values().next().map(|operation| &operation.node).ok_or_else(unknown)
        }
        (DocumentOperations::Multiple(all), Some(name)) => {
            all.get(name).map(|operation| &operation.node).ok_or_else(unknown)
        }
        _ => Err(unknown()),
    }
}

impl<'a> Planner<'a> {
    fn plan(&self, object: &'a ObjectType, sets: &[&'a SelectionSet]) -> Result<Plan<'a>, Problem> {
        let mut found: Vec<Vec<&'a Positioned<Field>>> = Vec::new();
        for set in sets {
            self.collect(object, set, &mut found)?;
        }
        let fields = found.iter().map(|same| self.planned(object, same)).collect::<Result<_, _>>()?;
        Ok(Plan { object, fields })
    }

    /// Fields by their name in the answer, in the order of their first mention.
    fn collect(
        &self,
        object: &ObjectType,
        set: &'a SelectionSet,
        found: &mut Vec<Vec<&'a Positioned<Field>>>,
    ) -> Result<(), Problem> {
        for selection in &set.items {
            if self.is_skipped(selection.node.directives())? {
                continue;
            }
            let (on, inner) = match &selection.node {
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    match found.iter_mut().find(|same| same[0].node.response_key().node == *key) {
                        Some(same) => same.push(field),
                        None => found.push(vec![field]),
                    }
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name);
                    let fragment = fragment.ok_or_else(|| Problem::internal("a fragment is gone after validation"))?;
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set)
                }
            };
            if on.is_none_or(|on| on.node.on.node == object.name) {
                self.collect(object, &inner.node, found)?;
            }
        }
        Ok(())
    }

    fn planned(&self, object: &'a ObjectType, same: &[&'a Positioned<Field>]) -> Result<Planned<'a>, Problem> {
        let first = &same[0].node;
        let name = first.name.node.as_str();
        let field = object.field(name);
        let inner = field.and_then(|field| field.object.as_deref()).and_then(|name| self.offered.object(name));
        let below = inner.map(|inner| {
            let sets: Vec<&SelectionSet> = same.iter().map(|field| &field.node.selection_set.node).collect();
            self.plan(inner, &sets)
        });
        Ok(Planned {
            key: first.response_key().node.as_str(),
            name,
            field,
            arguments: field.map_or_else(|| Ok(Query::default()), |field| self.arguments(first, field))?,
            below: below.transpose()?,
            position: same[0].pos,
        })
    }

    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> Result<bool, Problem> {
        for directive in directives {
            let skips_when = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => continue,
            };
            let condition = directive.node.get_argument("if").map(|value| self.value(&value.node)).transpose()?;
            match condition.flatten() {
                Some(Value::Boolean(condition)) if condition == skips_when => return Ok(true),
                Some(Value::Boolean(_)) => {}
                _ => return Err(Problem::malformed_parameter("if", "", "expected a Boolean")),
            }
        }
        Ok(false)
    }

    /// The arguments as their REST twins are written.
    fn arguments(&self, field: &Field, ty: &FieldType) -> Result<Query, Problem> {
        let mut pairs = Vec::new();
        for argument in &ty.arguments {
            let given = field.get_argument(&argument.name).map(|value| self.value(&value.node)).transpose()?;
            let value = given.flatten().or_else(|| argument.default.clone());
            if let Some(text) = value.and_then(|value| written(&value)) {
                pairs.push((argument.key.clone(), text));
            }
        }
        Ok(Query::from_iter(pairs))
    }

    /// A value with its variables filled in; `None` for a variable that is left out.
    fn value(&self, value: &Written) -> Result<Option<Value>, Problem> {
        if let Written::Variable(name) = value {
            return Ok(self.variable(name));
        }
        // Inside a list a variable that is left out is null.
        let filled =
            value.clone().into_const_with(|name| Ok::<_, Problem>(self.variable(&name).unwrap_or(Value::Null)));
        filled.map(Some)
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let given = self.variables.get(name).cloned();
        given.or_else(|| {
            let definition = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|default| default.node.clone())
        })
    }
}

/// A value as a parameter is written; `None` for null, which counts as absent.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Enum(name) => Some(name.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::List(items) => Some(items.iter().filter_map(written).collect::<Vec<_>>().join(",")),
        Value::Null | Value::Binary(_) | Value::Object(_) => None,
    }
}
