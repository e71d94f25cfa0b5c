//! Aggregates (`CREATE AGGREGATE`, `pg_aggregate`). In everything but their making they are
//! functions (`pg_proc.prokind = 'a'`).

mod arguments;
mod options;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use arguments::Arguments;
use options::Options;

use crate::catalog::Catalog;
use crate::clause::{Shape, clause};
use crate::grants;
use crate::id::{QUOTED_PART, key_part};
use crate::kind::abilities::Granted;
use crate::kind::routines::routine;
use crate::kind::routines::routine::find::{best, called, qualify};
use crate::kind::routines::routine::signature::name;
use crate::kind::{
    About, Alter, Cx, Define, Describe, Id, Inner, Kind, Lookup, Part, Sides, def_list,
};
use crate::leaf::Sql;
use crate::source::Origin;
use crate::sql::own::{USER_SCHEMA, no_member};
use crate::sql::quote::qualified;
use crate::sql::tree::Class;
use crate::step::Step;

/// An aggregate.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// The arguments, where they have names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arguments: Option<Arguments>,
    /// How it is computed.
    options: Options,
}

/// A column of `pg_aggregate` that names a function, as its name.
fn function(column: &str) -> String {
    format!(
        "(SELECT CASE WHEN fn.nspname <> 'pg_catalog' THEN quote_ident(fn.nspname) || '.' ELSE '' END \
         || quote_ident(f.proname) FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace \
         WHERE f.oid = a.{column}::oid)"
    )
}

/// A column of `pg_aggregate` that says whether the state may be changed.
fn modify(column: &str) -> String {
    format!(
        "CASE WHEN a.{column} <> CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END THEN \
         CASE a.{column} WHEN 'r' THEN 'read_only' WHEN 's' THEN 'shareable' ELSE 'read_write' END END"
    )
}

impl Aggregate {
    fn statement(&self, id: &Id, create: &str) -> Step {
        let arguments = match &self.arguments {
            Some(arguments) => arguments.sql(),
            None => Arguments::of(id).types(),
        };
        Step::new(format!(
            "{create} AGGREGATE {}({arguments}) ({})",
            qualified(id.first(), &name(id)),
            self.options.sql(true)
        ))
        .authored()
    }

    /// The types with which one of its functions is called, if no type is polymorphic.
    fn call(&self, option: &str, id: &Id) -> Option<String> {
        let state = if option.starts_with('m') { "mstype" } else { "stype" };
        let state = &self.options.type_of(state)?.text;
        let aggregated = match Arguments::of(id).aggregated() {
            none if none.is_empty() => String::new(),
            some => format!(", {some}"),
        };
        Some(match option {
            "sfunc" | "msfunc" | "minvfunc" => format!("{state}{aggregated}"),
            "combinefunc" => format!("{state}, {state}"),
            "deserialfunc" => "bytea, internal".to_owned(),
            _ => state.clone(),
        })
    }
}

impl Define for Aggregate {
    const ABOUT: About = About {
        clauses: &[clause("options", "", Shape::Parens)],
        catalog: 1255,
        extra_keys: options::KEYS,
        plain_key: false,
        models: Some(("pg_proc", "t.prokind = 'a'")),
        rights: Some(&grants::FUNCTION),
        owned: true,
        ..About::USUAL
    };

    fn query(_major: u32) -> String {
        let functions = [
            ("sfunc", "aggtransfn"),
            ("finalfunc", "aggfinalfn"),
            ("combinefunc", "aggcombinefn"),
            ("serialfunc", "aggserialfn"),
            ("deserialfunc", "aggdeserialfn"),
            ("msfunc", "aggmtransfn"),
            ("minvfunc", "aggminvtransfn"),
            ("mfinalfunc", "aggmfinalfn"),
        ];
        let functions: Vec<String> = functions
            .iter()
            .map(|(option, column)| format!("'{option}', {}", function(column)))
            .collect();
        format!(
            "SELECT p.oid AS _oid, n.nspname::text AS _1, \
             CASE WHEN p.proname ~ '{QUOTED_PART}' THEN '\"' || replace(p.proname, '\"', '\"\"') || '\"' \
               ELSE p.proname END || '(' || CASE WHEN p.pronargs = 0 THEN '*' \
               ELSE concat_ws(' ', i.direct, 'order by ' || i.ordered) END || ')' AS _2, \
             pg_get_userbyid(p.proowner)::text AS _owner, p.proacl::text AS _acl, \
             CASE WHEN p.proargnames IS NOT NULL THEN pg_get_function_arguments(p.oid) END AS arguments, \
             json_strip_nulls(json_build_object({functions}, \
               'stype', format_type(a.aggtranstype, NULL), 'sspace', NULLIF(a.aggtransspace, 0), \
               'finalfunc_extra', NULLIF(a.aggfinalextra, false), \
               'finalfunc_modify', {final_modify}, 'initcond', a.agginitval, \
               'mstype', CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END, \
               'msspace', NULLIF(a.aggmtransspace, 0), \
               'mfinalfunc_extra', NULLIF(a.aggmfinalextra, false), \
               'mfinalfunc_modify', {moving_modify}, 'minitcond', a.aggminitval, \
               'sortop', (SELECT CASE WHEN nn.nspname = 'pg_catalog' THEN o.oprname::text \
                   ELSE 'operator(' || quote_ident(nn.nspname) || '.' || o.oprname || ')' END \
                 FROM pg_operator o JOIN pg_namespace nn ON nn.oid = o.oprnamespace \
                 WHERE o.oid = a.aggsortop), \
               'parallel', CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END, \
               'hypothetical', CASE WHEN a.aggkind = 'h' THEN true END)) AS options \
             FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid \
             JOIN pg_namespace n ON n.oid = p.pronamespace \
             CROSS JOIN LATERAL (SELECT string_agg(x.of, ', ' ORDER BY x.at) \
                 FILTER (WHERE a.aggkind = 'n' OR x.at <= a.aggnumdirectargs) AS direct, \
               string_agg(x.of, ', ' ORDER BY x.at) FILTER (WHERE a.aggkind <> 'n' \
                 AND x.at > LEAST(a.aggnumdirectargs, p.pronargs - 1)) AS ordered \
               FROM (SELECT CASE WHEN u.at = p.pronargs AND p.provariadic <> 0 THEN 'variadic ' \
                   ELSE '' END || format_type(u.of, -1) AS of, u.at \
                 FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(of, at)) x) i \
             WHERE {USER_SCHEMA} AND {}",
            no_member("pg_proc", "p.oid"),
            functions = functions.join(", "),
            final_modify = modify("aggfinalmodify"),
            moving_modify = modify("aggmfinalmodify"),
        )
    }

    fn alter(&self, old: &Self, id: &Id, _cx: &Sides<'_>) -> Alter {
        let Self { arguments, options } = self;
        // OR REPLACE must leave the type of the result alone, which only these can change.
        let result = ["stype", "finalfunc", "finalfunc_extra", "hypothetical"];
        if *arguments == old.arguments && options.agree(&old.options, &result) {
            return Alter::InPlace(vec![self.statement(id, "CREATE OR REPLACE")]);
        }
        Alter::Replace
    }

    fn expand(_id: &Id, parts: &mut Vec<Part>) -> Result<Vec<Inner>, (String, Origin)> {
        // The first key is that of the arguments.
        def_list::gather(&options::KEYS[1..], parts)
    }

    fn resolve_key(id: &Id, names: &Lookup<'_>) -> Option<Id> {
        arguments::resolve_key(id, names)
    }

    fn key(key: &str) -> Result<(String, Option<Json>), String> {
        arguments::key(key)
    }
}

impl Describe for Aggregate {
    fn address(&self, id: &Id) -> String {
        let types = Arguments::of(id).types();
        format!("AGGREGATE {}({types})", qualified(id.first(), &name(id)))
    }

    fn create(&self, id: &Id, _cx: &Cx<'_>, _inner: &[String]) -> Vec<Step> {
        vec![self.statement(id, "CREATE")]
    }

    fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
        routine::rename(self, old, new)
    }

    fn references(&self, id: &Id) -> Vec<Id> {
        Arguments::of(id).references()
    }

    fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
        let functions = self.options.functions().flat_map(|(option, function)| {
            best(Kind::Function, function, self.call(option, id).as_deref(), catalog)
        });
        let operator = self.options.operator();
        functions
            .chain(operator.into_iter().flat_map(|of| called(Kind::Operator, of, catalog)))
            .collect()
    }

    fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
        for (option, of) in self.options.types_mut() {
            visit(option, Class::Type, of);
        }
    }

    fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
        let key = arguments::resolve_key(id, names).unwrap_or_else(|| id.clone());
        let there = names.current.and_then(|current| current.attrs::<Self>(&key));
        for (_, of) in self.options.types_mut() {
            names.type_name(of);
        }
        let theirs = |option: &str| {
            let all = there.into_iter().flat_map(|there| there.options.functions());
            all.filter(|(name, _)| *name == option).map(|(_, function)| function).next()
        };
        for (option, function) in self.options.functions_mut() {
            qualify(Kind::Function, function, theirs(option), names);
        }
        let theirs = there.and_then(|there| there.options.operator());
        if let Some(operator) = self.options.operator_mut() {
            qualify(Kind::Operator, operator, theirs, names);
        }
        if let Some(arguments) = &mut self.arguments {
            arguments.resolve(names);
        }
        self.arguments.take_if(|arguments| !arguments.has_names());
        self.options.forget_defaults(Arguments::of(id).is_ordered());
    }

    fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
        let inside = Arguments::of(id).flat();
        vec![(
            "function",
            vec![id.first().to_owned(), format!("{}({inside})", key_part(&name(id)))],
        )]
    }
}

impl Granted for Aggregate {
    fn grant_address(&self, id: &Id) -> Option<String> {
        let inside = Arguments::of(id).flat();
        Some(format!("FUNCTION {}({inside})", qualified(id.first(), &name(id))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn aggregate(options: &str) -> Aggregate {
        serde_json::from_value(json!({ "options": options })).unwrap()
    }

    #[test]
    fn an_aggregate_is_replaced_in_place_while_its_result_stays() {
        let empty = Catalog::default();
        let cx = Cx::undecided(&empty, &empty);
        let id = Id::new(Kind::Aggregate, ["s", "total(numeric)"]);
        let old = aggregate("sfunc = numeric_add, stype = numeric");
        let new = aggregate("stype = numeric, sfunc = numeric_add, initcond = '0'");
        let Alter::InPlace(steps) = new.alter(&old, &id, &cx) else { panic!("in place") };
        assert_eq!(
            steps[0].sql,
            "CREATE OR REPLACE AGGREGATE s.total(numeric) \
             (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0')"
        );
        let other = aggregate("sfunc = numeric_add, stype = internal");
        assert_eq!(other.alter(&old, &id, &cx), Alter::Replace);
    }

    #[test]
    fn an_aggregate_of_nothing_is_granted_as_a_function() {
        let id = Id::new(Kind::Aggregate, ["s", "n(*)"]);
        let count = aggregate("sfunc = int8inc, stype = bigint");
        assert_eq!(count.address(&id), "AGGREGATE s.n(*)");
        assert_eq!(count.grant_address(&id).unwrap(), "FUNCTION s.n()");
    }
}
