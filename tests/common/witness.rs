//! What a database holds, in PostgreSQL's own words: for servers that no `pg_dump` here can read. Two databases
//! with the same lines have the same schema, but for the order of columns.

use super::{Database, dump::sorted_between};

/// Each selects texts about what is in the schemas of users. `pg_attver` is left out, a mark that some servers set by themselves.
const QUESTIONS: &[&str] = &[
    "SELECT 'schema ' || nspname || ' ' || pg_get_userbyid(nspowner) || acl(nspacl, 'n', nspowner) FROM pg_namespace n
     WHERE users(n.oid)",
    "SELECT 'extension ' || extname || ' ' || extversion || ' ' || extnamespace::regnamespace FROM pg_extension",
    "SELECT 'relation ' || c.oid::regclass || ' ' || relkind::text || relpersistence::text || relreplident::text || ' '
       || relrowsecurity || relforcerowsecurity || ' ' || pg_get_userbyid(relowner) || acl(relacl, 'r', relowner)
       || coalesce(' with ' || array_to_string(reloptions, ','), '')
       || coalesce((SELECT ' using ' || amname FROM pg_am WHERE oid = relam), '')
       || coalesce(' of type ' || nullif(reloftype, 0)::regtype, '')
       || coalesce(' by ' || pg_get_partkeydef(c.oid), '') || coalesce(' for ' || pg_get_expr(relpartbound, c.oid), '')
       || coalesce((SELECT ' of ' || string_agg(inhparent::regclass::text, ',' ORDER BY inhseqno)
                    FROM pg_inherits WHERE inhrelid = c.oid), '')
       || CASE WHEN relkind IN ('v', 'm') THEN ' as ' || pg_get_viewdef(c.oid) ELSE '' END
     FROM pg_class c WHERE users(relnamespace) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
    "SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' '
       || attnotnull || attidentity::text || attgenerated::text || attstorage::text || attcompression::text || attislocal
       || coalesce(' statistics ' || nullif(attstattarget, -1)::text, '') || ' ' || attcollation::regcollation || acl(attacl, 'c', relowner)
       || coalesce((SELECT ' ' || string_agg(o, ',') FROM unnest(attoptions) o WHERE o NOT LIKE 'pg\\_attver=%'), '') || coalesce(' ' || pg_get_expr(adbin, adrelid), '')
     FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE users(relnamespace) AND relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped",
    "SELECT 'constraint ' || conname || ' on ' || CASE WHEN conrelid <> 0 THEN conrelid::regclass::text
       ELSE contypid::regtype::text END || ' ' || pg_get_constraintdef(oid) || condeferrable || condeferred
       || convalidated || conislocal FROM pg_constraint WHERE users(connamespace)
       AND contype <> 'n'",
    // What an heir inherits beside a primary key of its own has a name that depends on which came first.
    "SELECT 'not null ' || conname || ' on ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
     FROM pg_constraint n WHERE users(connamespace) AND contype = 'n' AND conrelid <> 0 AND (coninhcount = 0 OR NOT EXISTS
       (SELECT FROM pg_constraint k WHERE k.conrelid = n.conrelid AND k.contype = 'p' AND n.conkey[1] = ANY (k.conkey)))",
    "SELECT 'index ' || pg_get_indexdef(indexrelid) || indisvalid || indisclustered || indisreplident
     FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE users(relnamespace) AND relkind <> 't'",
    "SELECT 'trigger ' || pg_get_triggerdef(t.oid) || tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
     WHERE users(relnamespace) AND NOT tgisinternal",
    "SELECT 'policy ' || polname || ' on ' || polrelid::regclass || polcmd::text || polpermissive || ' ' || (SELECT
       string_agg(coalesce(rolname, 'public'), ',' ORDER BY rolname) FROM unnest(polroles) r LEFT JOIN pg_roles ON oid = r)
       || coalesce(' using ' || pg_get_expr(polqual, polrelid), '')
       || coalesce(' check ' || pg_get_expr(polwithcheck, polrelid), '') FROM pg_policy",
    "SELECT 'sequence ' || seqrelid::regclass || ' ' || seqtypid::regtype || ' '
       || concat_ws(' ', seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle) || ' ' || relpersistence::text
       || pg_get_userbyid(relowner) || acl(relacl, 's', relowner) || coalesce((SELECT ' owned by ' || attrelid::regclass
       || '.' || attname || deptype::text FROM pg_depend JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
       WHERE objid = seqrelid AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')), '')
     FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid WHERE users(relnamespace)",
    // A range's constructors are the range's, and pg_dump does not write their privileges either.
    "SELECT 'routine ' || pg_get_functiondef(oid) || pg_get_userbyid(proowner)
       || CASE WHEN NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'i')
               THEN acl(proacl, 'f', proowner) ELSE '' END FROM pg_proc p
     WHERE users(pronamespace) AND prokind IN ('f', 'p')
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')",
    "SELECT 'type ' || oid::regtype || ' ' || typtype::text || ' ' || pg_get_userbyid(typowner) || acl(typacl, 'T', typowner) || ' '
       || format_type(typbasetype, typtypmod) || typnotnull || coalesce(pg_get_expr(typdefaultbin, 0), '')
       || coalesce((SELECT string_agg(quote_literal(enumlabel), ',' ORDER BY enumsortorder) FROM pg_enum
                    WHERE enumtypid = t.oid), '')
     FROM pg_type t WHERE users(typnamespace) AND typtype IN ('e', 'd', 'r')
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = t.oid AND deptype = 'e')",
    "SELECT 'member ' || oid::regprocedure || acl(proacl, 'f', proowner) FROM pg_proc p WHERE users(pronamespace)
       AND EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')",
    "SELECT 'member ' || oid::regtype || acl(typacl, 'T', typowner) FROM pg_type t WHERE users(typnamespace)
       AND EXISTS (SELECT FROM pg_depend WHERE objid = t.oid AND deptype = 'e')",
    "SELECT 'statistics ' || pg_get_statisticsobjdef(oid) || pg_get_userbyid(stxowner) FROM pg_statistic_ext",
    "SELECT 'comment ' || i.type || ' ' || i.identity || ': ' || description
     FROM pg_description, pg_identify_object(classoid, objoid, objsubid) i
     WHERE users((SELECT oid FROM pg_namespace WHERE nspname = coalesce(i.schema, i.name)))
        OR i.type IN ('policy', 'trigger', 'table constraint', 'table column') AND split_part(i.identity, ' on ', 2)
           NOT LIKE 'pg_catalog.%' AND objoid >= 16384",
    "SELECT 'default privileges ' || defaclrole::regrole || ' ' || coalesce(defaclnamespace::regnamespace::text, '')
       || defaclobjtype::text || acl(defaclacl, 'r', defaclrole) FROM pg_default_acl",
    "SELECT 'wrapper ' || fdwname || ' ' || pg_get_userbyid(fdwowner) || ' ' || fdwhandler::regproc || ' '
       || fdwvalidator::regproc || acl(fdwacl, 'F', fdwowner) || options(fdwoptions)
       || coalesce(obj_description(oid, 'pg_foreign_data_wrapper'), '') FROM pg_foreign_data_wrapper",
    "SELECT 'server ' || concat_ws(' ', srvname, pg_get_userbyid(srvowner), srvtype, srvversion, fdwname)
       || acl(srvacl, 'S', srvowner) || options(srvoptions) || coalesce(obj_description(s.oid, 'pg_foreign_server'), '')
     FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = srvfdw",
    "SELECT 'user mapping ' || srvname || ' for ' || usename || options(umoptions) FROM pg_user_mappings",
    "SELECT 'foreign table ' || ftrelid::regclass || ' ' || srvname || options(ftoptions) || ' '
       || coalesce((SELECT string_agg(attname || options(attfdwoptions), ' ' ORDER BY attname)
                    FROM pg_attribute WHERE attrelid = ftrelid AND NOT attisdropped), '')
     FROM pg_foreign_table JOIN pg_foreign_server s ON s.oid = ftserver",
    "SELECT 'publication ' || pubname || ' ' || pg_get_userbyid(pubowner)
       || concat_ws(' ', puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot)
       || coalesce(obj_description(oid, 'pg_publication'), '') FROM pg_publication",
    "SELECT 'subscription ' || subname || ' ' || to_jsonb(s) - 'oid' - 'subdbid' - 'subowner' || ' '
       || pg_get_userbyid(subowner) || coalesce(obj_description(oid, 'pg_subscription'), '') FROM pg_subscription s
     WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
    "SELECT 'published ' || t.pubname || ' ' || schemaname || '.' || tablename || ' '
       || (SELECT jsonb_object_agg(key, CASE key WHEN 'attnames' THEN (SELECT jsonb_agg(a ORDER BY a) FROM jsonb_array_elements(value) a)
         ELSE value END) FROM jsonb_each(to_jsonb(t))) FROM pg_publication_tables t",
    "SELECT concat_ws(' ', 'range', rngtypid::regtype, rngmultitypid::regtype, rngsubtype::regtype, opcname,
       rngcollation::regcollation, rngcanonical, rngsubdiff)
     FROM pg_range JOIN pg_type t ON t.oid = rngtypid JOIN pg_opclass o ON o.oid = rngsubopc WHERE users(typnamespace)",
    "SELECT 'collation ' || c.oid::regcollation || ' ' || pg_get_userbyid(collowner) || ' '
       || (to_jsonb(c) - '{oid,collname,collnamespace,collowner,collversion}'::text[])
     FROM pg_collation c WHERE users(collnamespace)",
    "SELECT concat_ws(' ', 'cast', castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod)
     FROM pg_cast c WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('e', 'i'))",
    "SELECT concat_ws(' ', 'operator class', opcname, opcnamespace::regnamespace, opcmethod, opcdefault, opcintype::regtype,
       opckeytype::regtype, opfname, pg_get_userbyid(opcowner))
     FROM pg_opclass JOIN pg_opfamily f ON f.oid = opcfamily WHERE users(opcnamespace)",
    "SELECT concat_ws(' ', 'operator family', opfname, opfnamespace::regnamespace, opfmethod, pg_get_userbyid(opfowner),
       (SELECT string_agg(concat_ws(' ', amoplefttype::regtype, amoprighttype::regtype, amopstrategy, amoppurpose,
          amopopr::regoperator), ',' ORDER BY amopstrategy, amoplefttype::regtype::text, amoprighttype::regtype::text)
        FROM pg_amop WHERE amopfamily = f.oid),
       (SELECT string_agg(concat_ws(' ', amproclefttype::regtype, amprocrighttype::regtype, amprocnum,
          amproc::regprocedure), ',' ORDER BY amprocnum, amproclefttype::regtype::text, amprocrighttype::regtype::text)
        FROM pg_amproc WHERE amprocfamily = f.oid)) FROM pg_opfamily f WHERE users(opfnamespace)",
    "SELECT concat_ws(' ', 'text search configuration', c.oid::regconfig, pg_get_userbyid(cfgowner), prsname,
       (SELECT string_agg(concat_ws(' ', maptokentype, mapdict::regdictionary), ',' ORDER BY maptokentype, mapseqno)
        FROM pg_ts_config_map WHERE mapcfg = c.oid)) FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = cfgparser
     WHERE users(cfgnamespace)",
    "SELECT concat_ws(' ', 'text search dictionary', d.oid::regdictionary, pg_get_userbyid(dictowner), tmplname, dictinitoption)
     FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = dicttemplate WHERE users(dictnamespace)",
    "SELECT concat_ws(' ', 'text search parser', prsname, prsnamespace::regnamespace, prsstart, prstoken, prsend,
       prsheadline, prslextype) FROM pg_ts_parser WHERE users(prsnamespace)",
    "SELECT concat_ws(' ', 'text search template', tmplname, tmplnamespace::regnamespace, tmplinit, tmpllexize)
     FROM pg_ts_template WHERE users(tmplnamespace)",
    "SELECT concat_ws(' ', 'conversion', conname, connamespace::regnamespace, conforencoding, contoencoding, conproc,
       condefault, pg_get_userbyid(conowner)) FROM pg_conversion WHERE users(connamespace)",
    "SELECT concat_ws(' ', 'language', lanname, pg_get_userbyid(lanowner), lanpltrusted, lanplcallfoid::regproc,
       laninline::regproc, lanvalidator::regproc) || acl(lanacl, 'l', lanowner) FROM pg_language",
    "SELECT concat_ws(' ', 'transform', trftype::regtype, lanname, trffromsql, trftosql)
     FROM pg_transform JOIN pg_language l ON l.oid = trflang",
    "SELECT concat_ws(' ', 'access method', amname, amtype, amhandler) FROM pg_am",
    "SELECT concat_ws(' ', 'shell type', oid::regtype, pg_get_userbyid(typowner)) FROM pg_type
     WHERE users(typnamespace) AND NOT typisdefined",
];

/// Only for the session: what is a schema of a user, and privileges in an order of their own.
const WORDS: &str = "CREATE FUNCTION pg_temp.users(oid) RETURNS boolean LANGUAGE sql AS
    $$ SELECT nspname !~ '^pg_' AND nspname <> 'information_schema' FROM pg_namespace WHERE oid = $1 $$;
    CREATE FUNCTION pg_temp.acl(aclitem[], \"char\", oid) RETURNS text LANGUAGE sql AS
    $$ SELECT coalesce(' [' || (SELECT string_agg(item::text, ',' ORDER BY item::text)
       FROM unnest(coalesce($1, acldefault($2, $3))) item) || ']', '') $$;
    CREATE FUNCTION pg_temp.options(text[]) RETURNS text LANGUAGE sql AS
    $$ SELECT coalesce(' (' || (SELECT string_agg(item, ',' ORDER BY item) FROM unnest($1) item) || ')', '') $$";

impl Database {
    /// Every object with all that PostgreSQL says of it, sorted.
    pub async fn witness(&self) -> String {
        let client = self.client().await;
        client.batch_execute(WORDS).await.expect("functions of the session");
        let mut lines = Vec::new();
        for question in QUESTIONS {
            let question = question
                .replace("users(", "pg_temp.users(")
                .replace("acl(", "pg_temp.acl(")
                .replace("options(", "pg_temp.options(");
            let rows = client.query(&question, &[]).await;
            let rows = rows.unwrap_or_else(|error| panic!("{error:?}\nin: {question}"));
            lines.extend(rows.iter().map(|row| {
                row.get::<_, Option<String>>(0).unwrap_or_else(|| panic!("NULL from: {question}"))
            }));
        }
        for line in lines.iter_mut().filter(|line| line.starts_with("statistics ")) {
            // The server lists columns in the order of the table.
            *line = sorted_between(line, " ON ", " FROM ");
        }
        lines.sort();
        lines.join("\n")
    }
}
