//! What the whole check of a bundle shares: names, types, what is lowered so far, and findings.

use std::collections::HashMap;
use std::sync::Arc;

use ondo_grammar::ast::{self, Span};

use super::decls::Header;
use super::functions::FunctionInfo;
use super::names::Names;
use super::scope::{Scope, Sink};
use super::tables::TableInfo;
use super::trees::Trees;
use crate::catalog::{Catalog, Connector};
use crate::diagnostic::Diagnostic;
use crate::ir::{self, Account, AccountId, ExprId, Exprs, Program};
use crate::source::{FileId, Place};
use crate::types::{Name, ObjectType, Type, TypeTable};

/// The state of a check.
#[derive(Debug)]
pub(super) struct Cx<'a> {
    pub(super) catalog: &'a Arc<Catalog>,
    pub(super) trees: &'a Trees,
    /// What the bundle declares, by name.
    pub(super) names: Names<'a>,
    /// The bundle's own types; the connectors' are in the catalog.
    pub(super) types: TypeTable,
    pub(super) exprs: Exprs,
    pub(super) accounts: Vec<Account>,
    pub(super) functions: Vec<FunctionInfo<'a>>,
    pub(super) tables: Vec<TableInfo<'a>>,
    /// The accounts' own fields.
    pub(super) extensions: Vec<super::extend::Extension>,
    /// `allow personal -> …`: connectors and accounts. None: the bundle has no such line.
    pub(super) personal_targets: Option<Vec<(String, Place)>>,
    /// The bundle's currency.
    pub(super) currency: Option<Name>,
    pub(super) timezone: Option<Name>,
    /// Whether the definitions of actions made of steps are without mistakes, as far as they were looked at.
    pub(super) sound_actions: HashMap<(Name, Name), bool>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The files that tests name.
    pub(super) fixtures: Vec<super::Fixture>,
    /// The types of the names that steps bind.
    pub(super) bindings: Vec<super::Binding>,
    /// Patterns that need not be there, for the check that each of them can come.
    pub(super) open_patterns: Vec<super::matches::OpenPattern>,
    /// The file in hand.
    pub(super) file: FileId,
    /// What stands before the names that the file in hand declares.
    pub(super) namespace: String,
    /// What the expression in hand can see.
    pub(super) scope: Scope,
}

impl<'a> Cx<'a> {
    pub(super) fn new(catalog: &'a Arc<Catalog>, trees: &'a Trees) -> Self {
        Self {
            catalog,
            trees,
            names: Names::default(),
            types: TypeTable::default(),
            exprs: Exprs::default(),
            accounts: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            extensions: Vec::new(),
            personal_targets: None,
            currency: None,
            timezone: None,
            sound_actions: HashMap::new(),
            diagnostics: Vec::new(),
            fixtures: Vec::new(),
            bindings: Vec::new(),
            open_patterns: Vec::new(),
            file: trees.files.first().map_or(FileId(0), |tree| tree.id),
            namespace: String::new(),
            scope: Scope::default(),
        }
    }

    /// Adds a finding.
    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.diagnostics.push(finding);
    }

    /// The place of a span of the file in hand.
    pub(super) fn at(&self, span: Span) -> Place {
        Place {
            file: self.file,
            span,
        }
    }

    /// The text of a place.
    pub(super) fn text(&self, place: Place) -> &'a str {
        place.span.text(&self.trees.sources.get(place.file).text)
    }

    /// Adds an expression to the program.
    pub(super) fn add(&mut self, expr: ir::Expr, place: Place) -> ExprId {
        self.exprs.add(expr, place)
    }

    /// An expression that others use, too: if it has locals, they are its own.
    pub(super) fn shared(&mut self, value: ExprId, place: Place) -> ExprId {
        let local_count = self.scope.local_count;
        if local_count == 0 {
            return value;
        }
        self.add(ir::Expr::Apart { value, local_count }, place)
    }

    /// The type behind names of the bundle and of connectors.
    pub(super) fn resolve(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        // Cycles of bare names were refused; the bound only keeps a broken table from hanging.
        for _ in 0..64 {
            let Type::Named(name) = &ty else { return ty };
            let found = self
                .types
                .types
                .get(name)
                .or_else(|| self.catalog.types.types.get(name));
            match found {
                Some(def) => ty = def.ty.clone(),
                None => return Type::Unknown,
            }
        }
        Type::Unknown
    }

    /// The object behind a type, through names and `?`.
    pub(super) fn object(&self, ty: &Type) -> Option<Arc<ObjectType>> {
        match self.resolve(ty) {
            Type::Object(object) => Some(object),
            Type::Nullable(inner) => self.object(&inner),
            _ => None,
        }
    }

    /// Whether null fits, seen through names.
    pub(super) fn is_nullable(&self, ty: &Type) -> bool {
        ty.is_nullable() || self.resolve(ty).is_nullable()
    }

    /// The type without null, keeping a declared name where the name itself is not nullable.
    pub(super) fn non_null(&self, ty: &Type) -> Type {
        match ty {
            Type::Nullable(inner) => self.non_null(inner),
            Type::Named(_) => match self.resolve(ty) {
                Type::Nullable(inner) => self.non_null(&inner),
                _ => ty.clone(),
            },
            other => other.clone(),
        }
    }

    /// The connector of an account.
    pub(super) fn connector_of(&self, account: AccountId) -> Option<&'a Connector> {
        let name = &self.accounts[account.0 as usize].connector;
        self.catalog.connectors.get(name)
    }

    /// Whether the bundle lets personal data go there. None: it says nothing about it at all.
    pub(super) fn allowed(&self, sink: &Sink) -> Option<bool> {
        let targets = self.personal_targets.as_ref()?;
        let names = |name: &str| targets.iter().any(|(target, _)| target == name);
        let by_account = !sink.accounts.is_empty()
            && sink
                .accounts
                .iter()
                .all(|id| names(&self.accounts[id.0 as usize].name));
        Some(names(&sink.connector) || by_account)
    }

    /// Runs a check with a scope of its own, as functions, constants and tables have one.
    pub(super) fn apart<T>(
        &mut self,
        file: FileId,
        namespace: &str,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer_scope = std::mem::take(&mut self.scope);
        let outer_file = std::mem::replace(&mut self.file, file);
        let outer_namespace = std::mem::replace(&mut self.namespace, namespace.to_owned());
        let result = check(self);
        self.scope = outer_scope;
        self.file = outer_file;
        self.namespace = outer_namespace;
        result
    }

    /// Looks at every item of the bundle and its libraries, each in its own file.
    pub(super) fn each_item(&mut self, mut check: impl FnMut(&mut Self, &'a ast::Item, bool)) {
        let trees = self.trees;
        for tree in &trees.files {
            self.file = tree.id;
            self.namespace.clone_from(&tree.namespace);
            for item in &tree.file.items {
                check(self, item, tree.library);
            }
        }
    }

    /// The finished program. Only called when there is no error.
    pub(super) fn into_program(
        self,
        header: Header,
        rules: Vec<ir::Rule>,
        tests: Vec<ir::Test>,
    ) -> Program {
        let mut types = self.catalog.types.clone();
        types.types.extend(self.types.types);
        Program {
            bundle: header.name,
            version: header.version,
            timezone: self.timezone.unwrap_or_else(|| "UTC".into()),
            currency: self.currency,
            accounts: self.accounts,
            functions: self
                .functions
                .into_iter()
                .filter_map(FunctionInfo::finish)
                .collect(),
            tables: self
                .tables
                .into_iter()
                .filter_map(TableInfo::finish)
                .collect(),
            rules,
            tests,
            exprs: self.exprs,
            types,
            catalog: self.catalog.clone(),
            sources: self.trees.sources.clone(),
        }
    }
}
