//! The schema as `schema.graphql` writes it: once as tables for our own executor, once as the library's, which validates
//! queries and answers introspection.
//!
//! A field without a resolver is the field of the same name, in snake case, of its parent's JSON.

use std::collections::HashMap;

use async_graphql::Value;
use async_graphql::dynamic::{Enum, EnumItem, Field, FieldFuture, InputValue, Object, Scalar, Schema, TypeRef};
use async_graphql::parser::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use super::resolvers::{self, Resolver};

/// What is offered.
pub(super) const TEXT: &str = include_str!("schema.graphql");

/// The root of every operation.
const QUERY: &str = "Query";

/// The schema in both forms.
pub(super) struct Offered {
    /// Validates and introspects.
    pub(super) library: Schema,
    objects: HashMap<String, ObjectType>,
}

/// An object type.
pub(super) struct ObjectType {
    pub(super) name: &'static str,
    fields: HashMap<String, FieldType>,
}

/// A field of an object type.
pub(super) struct FieldType {
    /// The name in the parent's JSON.
    pub(super) key: String,
    /// The object type of it or of its items; `None` for leaves.
    pub(super) object: Option<String>,
    /// What finds it; `None` where it lies in the parent.
    pub(super) resolver: Option<Resolver>,
    pub(super) arguments: Vec<Argument>,
    /// How many items a query is charged for where it does not say how many it wants.
    pub(super) assumed_size: u64,
    /// What it counts for itself.
    pub(super) weight: u64,
}

/// An argument of a field.
pub(super) struct Argument {
    pub(super) name: String,
    /// The name in snake case, as the REST twin calls it.
    pub(super) key: String,
    pub(super) default: Option<Value>,
}

/// A schema text that cannot be offered; no request can cause it.
#[derive(Debug, thiserror::Error)]
#[error("schema.graphql: {0}")]
pub(super) struct Unusable(String);

impl Offered {
    /// Reads `schema.graphql`.
    pub(super) fn read() -> Result<Self, Unusable> {
        let document = parse_schema(TEXT).map_err(|error| Unusable(error.to_string()))?;
        let types: Vec<TypeDefinition> = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                _ => None,
            })
            .collect();
        let is_object =
            |name: &str| types.iter().any(|one| one.name.node == name && matches!(one.kind, TypeKind::Object(_)));
        let mut objects = HashMap::new();
        let mut builder = Schema::build(QUERY, None, None);
        for one in &types {
            let name = one.name.node.as_str();
            let about = text_of(one.description.as_ref());
            builder = match &one.kind {
                TypeKind::Scalar => builder.register(Scalar::new(name).description(about)),
                TypeKind::Enum(kind) => {
                    let items = kind.values.iter().map(|value| {
                        EnumItem::new(value.node.value.node.as_str())
                            .description(text_of(value.node.description.as_ref()))
                    });
                    builder.register(Enum::new(name).description(about).items(items))
                }
                TypeKind::Object(kind) => {
                    let fields =
                        kind.fields.iter().map(|field| (&field.node, field_type(name, &field.node, &is_object)));
                    let mut object = Object::new(name).description(about);
                    let mut table = HashMap::new();
                    for (definition, field) in fields {
                        object = object.field(library_field(definition));
                        table.insert(definition.name.node.to_string(), field);
                    }
                    let name: &'static str = static_name(name)?;
                    objects.insert(name.to_owned(), ObjectType { name, fields: table });
                    builder.register(object)
                }
                _ => return Err(Unusable(format!("{name} is of a kind that is not offered"))),
            };
        }
        let library = builder
            .limit_recursive_depth(2 * super::limits::MOST_DEPTH)
            .limit_directives(super::limits::MOST_DIRECTIVES)
            .finish()
            .map_err(|error| Unusable(error.to_string()))?;
        Ok(Self { library, objects })
    }

    /// The root.
    pub(super) fn query(&self) -> Option<&ObjectType> {
        self.objects.get(QUERY)
    }

    /// An object type by its name.
    pub(super) fn object(&self, name: &str) -> Option<&ObjectType> {
        self.objects.get(name)
    }

    #[cfg(test)]
    pub(super) fn objects(&self) -> impl Iterator<Item = &ObjectType> {
        self.objects.values()
    }
}

impl ObjectType {
    /// One of its fields.
    pub(super) fn field(&self, name: &str) -> Option<&FieldType> {
        self.fields.get(name)
    }

    #[cfg(test)]
    pub(super) fn fields(&self) -> impl Iterator<Item = (&String, &FieldType)> {
        self.fields.iter()
    }
}

/// The name of a type as it stands in the text, which lives as long as the program.
fn static_name(name: &str) -> Result<&'static str, Unusable> {
    let start = TEXT.find(&format!("type {name} ")).map(|at| at + "type ".len());
    start.and_then(|start| TEXT.get(start..start + name.len())).ok_or_else(|| Unusable(format!("{name} is not found")))
}

fn field_type(object: &str, definition: &FieldDefinition, is_object: &dyn Fn(&str) -> bool) -> FieldType {
    let name = definition.name.node.as_str();
    let base = base_of(&definition.ty.node);
    FieldType {
        key: snake_case(name),
        object: is_object(base).then(|| base.to_owned()),
        resolver: resolvers::find(object, name),
        arguments: definition.arguments.iter().map(|argument| argument_of(&argument.node)).collect(),
        assumed_size: number_of(&definition.directives, "listSize", "assumedSize").unwrap_or(1),
        weight: number_of(&definition.directives, "cost", "weight").unwrap_or(1),
    }
}

fn argument_of(definition: &InputValueDefinition) -> Argument {
    let name = definition.name.node.to_string();
    let default = definition.default_value.as_ref().map(|value| value.node.clone());
    Argument { key: snake_case(&name), name, default }
}

/// The number that a directive gives, as `@listSize(assumedSize: …)` and `@cost(weight: …)` do.
fn number_of(directives: &[Positioned<ConstDirective>], name: &str, argument: &str) -> Option<u64> {
    let directive = directives.iter().find(|directive| directive.node.name.node == name)?;
    match &directive.node.get_argument(argument)?.node {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

/// The named type of a field or of its items.
fn base_of(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(items) => base_of(items),
    }
}

fn library_field(definition: &FieldDefinition) -> Field {
    let ty = library_type(&definition.ty.node);
    // Found by our own executor; the library sees nothing to go into.
    let field = Field::new(definition.name.node.as_str(), ty, |_| FieldFuture::from_value(None));
    let field = field.description(text_of(definition.description.as_ref()));
    definition.arguments.iter().fold(field, |field, argument| {
        let argument = &argument.node;
        let value = InputValue::new(argument.name.node.as_str(), library_type(&argument.ty.node))
            .description(text_of(argument.description.as_ref()));
        field.argument(match &argument.default_value {
            Some(default) => value.default_value(default.node.clone()),
            None => value,
        })
    })
}

fn library_type(ty: &Type) -> TypeRef {
    let base = match &ty.base {
        BaseType::Named(name) => TypeRef::Named(name.to_string().into()),
        BaseType::List(items) => TypeRef::List(Box::new(library_type(items))),
    };
    if ty.nullable { base } else { TypeRef::NonNull(Box::new(base)) }
}

fn text_of(description: Option<&Positioned<String>>) -> String {
    description.map(|text| text.node.trim().to_owned()).unwrap_or_default()
}

/// `startDate` as `start_date`.
pub(super) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// `start_date` as `startDate`.
pub(super) fn camel_case(name: &str) -> String {
    let mut upper = false;
    let mut camel = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter == '_' {
            upper = true;
        } else {
            camel.push(if upper { letter.to_ascii_uppercase() } else { letter });
            upper = false;
        }
    }
    camel
}
