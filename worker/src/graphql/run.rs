//! Runs a plan: asks the resolvers, all fields of one level together, and shapes what they find.
//!
//! Only fields with a resolver can fail, and every one of them may be null, so a failure ends at its field.

use std::cell::RefCell;
use std::rc::Rc;

use async_graphql::Value;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value as Json;

use super::batch::together;
use super::failure::Failure;
use super::out::Out;
use super::plan::{Plan, Planned};
use super::resolvers::Asked;
use super::sources::Sources;
use crate::error::Problem;

/// What is done with a field: often it needs nothing that is not there.
enum Step<'a> {
    Done(Out),
    Later(LocalBoxFuture<'a, Out>),
}

/// Where in the answer something is.
#[derive(Clone)]
struct Path(Option<Rc<Place>>);

struct Place {
    above: Path,
    name: Json,
}

/// One run.
pub(super) struct Run<'a> {
    pub(super) sources: &'a Sources,
    /// What the library has answered, for the fields that ask for the schema.
    pub(super) library: &'a Value,
    pub(super) failures: RefCell<Vec<Failure>>,
}

impl Path {
    fn with(&self, name: impl Into<Json>) -> Self {
        Self(Some(Rc::new(Place { above: self.clone(), name: name.into() })))
    }

    fn names(&self) -> Vec<Json> {
        let mut names = Vec::new();
        let mut at = self;
        while let Some(place) = &at.0 {
            names.push(place.name.clone());
            at = &place.above;
        }
        names.reverse();
        names
    }
}

impl<'a> Run<'a> {
    /// The `data` of a plan of the root.
    pub(super) async fn data(&'a self, plan: &'a Plan<'a>) -> Out {
        let root = Json::Null;
        finish(self.object(plan, &root, &Path(None))).await
    }

    fn object<'b>(&'a self, plan: &'a Plan<'a>, parent: &'b Json, path: &Path) -> Step<'b>
    where
        'a: 'b,
    {
        let steps: Vec<Step<'b>> = plan.fields.iter().map(|field| self.field(plan, field, parent, path)).collect();
        let keyed =
            |outs: Vec<Out>| Out::Object(plan.fields.iter().map(|field| field.key.to_owned()).zip(outs).collect());
        gather(steps, keyed)
    }

    fn field<'b>(&'a self, plan: &'a Plan<'a>, field: &'a Planned<'a>, parent: &'b Json, path: &Path) -> Step<'b>
    where
        'a: 'b,
    {
        let Some(ty) = field.field else {
            return Step::Done(match field.name {
                "__typename" => Out::Name(plan.object.name),
                _ => match self.library {
                    Value::Object(fields) => fields.get(field.key).cloned().map_or(Out::Null, Out::Library),
                    _ => Out::Null,
                },
            });
        };
        let Some(resolver) = ty.resolver else {
            let value = parent.get(&ty.key).unwrap_or(&Json::Null);
            return self.value(field, value, path);
        };
        let path = path.with(field.key);
        Step::Later(
            async move {
                let asked = Asked { sources: self.sources, arguments: &field.arguments, parent };
                match resolver(asked).await {
                    Ok(found) => finish(self.value_at(field, &found, &path)).await,
                    Err(problem) => self.failed(field, &problem, &path),
                }
            }
            .boxed_local(),
        )
    }

    fn failed(&self, field: &Planned<'_>, problem: &Problem, path: &Path) -> Out {
        if let Some(cause) = problem.cause() {
            crate::telemetry::failed_field(field.name, problem.code(), cause);
        }
        self.failures.borrow_mut().push(Failure::of_field(problem, field.position, path.names()));
        Out::Null
    }

    fn value<'b>(&'a self, field: &'a Planned<'a>, value: &'b Json, path: &Path) -> Step<'b>
    where
        'a: 'b,
    {
        match &field.below {
            // Paths cost something, and leaves cannot fail.
            None => Step::Done(leaf(value)),
            Some(_) => self.value_at(field, value, &path.with(field.key)),
        }
    }

    fn value_at<'b>(&'a self, field: &'a Planned<'a>, value: &'b Json, path: &Path) -> Step<'b>
    where
        'a: 'b,
    {
        match (&field.below, value) {
            (_, Json::Null) => Step::Done(Out::Null),
            (None, value) => Step::Done(leaf(value)),
            (Some(plan), Json::Array(items)) => {
                let needs_paths = plan.can_fail();
                let steps = items.iter().enumerate().map(|(index, item)| match item {
                    Json::Null => Step::Done(Out::Null),
                    item if needs_paths => self.object(plan, item, &path.with(index)),
                    item => self.object(plan, item, path),
                });
                gather(steps.collect(), Out::List)
            }
            (Some(plan), value) => self.object(plan, value, path),
        }
    }
}

fn leaf(value: &Json) -> Out {
    match value {
        Json::Null => Out::Null,
        value => Out::Leaf(value.clone()),
    }
}

/// Puts steps together, without waiting where all are done.
fn gather<'b>(steps: Vec<Step<'b>>, whole: impl FnOnce(Vec<Out>) -> Out + 'b) -> Step<'b> {
    if steps.iter().all(|step| matches!(step, Step::Done(_))) {
        let done = steps.into_iter().map(|step| match step {
            Step::Done(out) => out,
            Step::Later(_) => Out::Null,
        });
        return Step::Done(whole(done.collect()));
    }
    Step::Later(async move { whole(together(steps.into_iter().map(finish).collect()).await) }.boxed_local())
}

async fn finish(step: Step<'_>) -> Out {
    match step {
        Step::Done(out) => out,
        Step::Later(future) => future.await,
    }
}
