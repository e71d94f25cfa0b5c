//! `Code`: what sort of mistake a diagnostic names. Name, page and example of each stand here and nowhere else.

use std::fmt;

/// Makes the enum of documented codes. A doc comment is the page: what is wrong, and what to do.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal $example:expr;)+) => {
        /// What sort of mistake a diagnostic names. In the order of the names, so that sorted codes are sorted by name.
        #[non_exhaustive]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name, which stays the same between versions.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Where it comes from.
            #[must_use]
            pub const fn example(self) -> Example {
                match self {
                    $(Self::$variant => $example,)+
                }
            }

            /// The doc comment, as the compiler sees it.
            const fn doc(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc, "\n"),+),)+
                }
            }
        }
    };
}

/// Shows how a mistake looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Example {
    /// A file of the declaration with the mistake.
    Declaration(&'static str),
    /// A `plumb.toml` with the mistake.
    Configuration(&'static str),
    /// What has to be the case beside the declaration, in a sentence.
    Situation(&'static str),
}

use Example::{Configuration, Declaration, Situation};

codes! {
    /// A key that names an object, or the old name in `renamed_from`, is no name of that kind: a part is empty, a quote is
    /// not closed, the arguments of a function cannot be read.
    ///
    /// What to do: write the name as it stands in ids, `schema.name`, a part that holds a dot between double quotes.
    BadName "bad-name" Declaration("[\"table\".\"a..b\".column]\nid = \"integer\"\n");
    /// `renamed_from` cannot be followed: two objects claim the same old name, or the old and the new object are both in
    /// the database.
    ///
    /// What to do: remove `renamed_from` where the rename has happened; otherwise keep it at one object.
    BadRename "bad-rename" Situation("`renamed_from = \"client\"` stands at `table.patient`, and the database has both tables");
    /// A value is of the right type and says what its key cannot say.
    ///
    /// What to do: write what the message names; `plumb explain KIND` lists the keys and the short form of a kind.
    BadValue "bad-value" Declaration("[table.visit.column]\nid = \"integer generated sometimes\"\n");
    /// Objects need each other in a circle, so that none of them can be made first.
    ///
    /// What to do: break the circle with a body that PostgreSQL reads late, such as one in PL/pgSQL, or in two steps.
    Circle "circle" Situation("the body of a function reads a view, and the view calls the function");
    /// A key is written twice in one table of TOML.
    ///
    /// What to do: keep one of the two; both places are shown.
    DuplicateKey "duplicate-key" Declaration("[table.visit]\ncomment = \"one\"\ncomment = \"two\"\n");
    /// Two objects have one name, in two files or of two kinds that share a name space, such as a table and a view.
    ///
    /// What to do: remove one of them, or give it another name.
    DuplicateName "duplicate-name" Declaration("[view.visit]\nquery = \"select 1 as a\"\n\n[table.visit.column]\nid = \"integer\"\n");
    /// A mixin uses itself, through others or at once.
    ///
    /// What to do: remove one `use` of the circle; each is shown.
    MixinCircle "mixin-circle" Declaration("[mixin.a]\nuse = [\"b\"]\n\n[mixin.b]\nuse = [\"a\"]\n\n[table.visit]\nuse = [\"a\"]\n\n[table.visit.column]\nid = \"integer\"\n");
    /// A name has more than 63 bytes. PostgreSQL would cut it without an error, and the next comparison would find another
    /// object.
    ///
    /// What to do: choose a shorter name; the message shows what PostgreSQL would make of it.
    NameTooLong "name-too-long" Declaration("[table.a_name_of_more_than_sixty_three_bytes_which_postgresql_would_cut_off.column]\nid = \"integer\"\n");
    /// There is no directory of that name, it is not a directory, or it holds no `*.toml` file.
    ///
    /// What to do: name the directory with `--schema`; `plumb init` makes one, `plumb export` writes one from a database.
    NoDeclaration "no-declaration" Situation("`plumb plan --schema nowhere`");
    /// The object has `security_label`, and PostgreSQL has no security labels for its kind.
    ///
    /// What to do: remove `security_label`.
    NoLabel "no-label" Declaration("[table.visit.column]\nid = \"integer\"\n\n[table.visit.index.visit_id]\ncolumns = [\"id\"]\nsecurity_label = { selinux = \"x\" }\n");
    /// PostgreSQL has no way from what is there to what is declared. The declaration itself can be built on an empty
    /// database.
    ///
    /// What to do: what the message says, or change the declaration.
    NoWay "no-way" Situation("a partitioned table gets another partition key");
    /// A file is not encoded in UTF-8.
    ///
    /// What to do: save it as UTF-8.
    NotUtf8 "not-utf8" Situation("a comment in Latin-1 in a file of the declaration");
    /// A number does not fit into 64 bits.
    ///
    /// What to do: write a smaller number, or a text where the key takes one.
    NumberRange "number-range" Declaration("[sequence.visit_number]\nmaximum = 99999999999999999999\n");
    /// PostgreSQL itself refused what is declared, when a scratch built it.
    ///
    /// What to do: the message is PostgreSQL's; correct the object that it is shown at.
    Postgresql "postgresql" Situation("a view reads a column that its table does not have");
    /// A table has policies, or `force_row_level_security`, which have no effect: its row-level security is off. It is a
    /// warning.
    ///
    /// What to do: set `row_level_security = true` for the table, or remove what has no effect.
    RowLevelSecurity "row-level-security" Declaration("[table.visit.column]\nid = \"integer\"\n\n[table.visit.policy.own]\nusing = \"true\"\n");
    /// One attribute is said twice: in the short form and as a key, or in two clauses.
    ///
    /// What to do: keep one of the two.
    SaidTwice "said-twice" Declaration("[table.visit.column.id]\nsql = \"integer not null\"\nnot_null = true\n");
    /// A value that is a secret, such as a password, stands in a file.
    ///
    /// What to do: write `'${env:NAME}'`, and set the environment variable NAME where plumb runs.
    SecretInFile "secret-in-file" Declaration("[foreign_data_wrapper.w]\n\n[server.s]\nforeign_data_wrapper = \"w\"\n\n[server.s.user_mapping.app]\noptions = { password = \"geheim\" }\n");
    /// A text of SQL does not parse, or is more than its place takes: an expression with a semicolon, a list for one type.
    ///
    /// What to do: correct the text; the message says where PostgreSQL's grammar stops.
    SqlSyntax "sql-syntax" Situation("a default is written `default now(`");
    /// The file is not TOML.
    ///
    /// What to do: correct the place that is shown. SQL with quotes goes between three single quotes.
    TomlSyntax "toml-syntax" Declaration("[table.visit\n");
    /// Tables inherit through too many levels, or a table inherits from itself.
    ///
    /// What to do: remove the `inherits` or `partition_of` that closes the circle.
    TooDeep "too-deep" Declaration("[table.a]\ninherits = [\"b\"]\n\n[table.b]\ninherits = [\"a\"]\n");
    /// The declaration is larger than plumb reads.
    ///
    /// What to do: divide it, or see whether a file lies in its directory that is no part of it.
    TooLarge "too-large" Situation("a generated file of many megabytes in the declaration's directory");
    /// An object holds more of a kind than PostgreSQL allows, such as 1,601 columns in a table.
    ///
    /// What to do: divide the object.
    TooMany "too-many" Situation("a table has 1,601 columns");
    /// A mixin uses mixins through too many levels, or a table gets too many of them.
    ///
    /// What to do: write what the innermost mixin holds into the mixin or table that uses it.
    TooManyMixins "too-many-mixins" Situation("a chain of mixins, each of which uses the next");
    /// `allow` in `plumb.toml` names a hazard that plumb does not know.
    ///
    /// What to do: `plumb explain` lists the hazards.
    UnknownHazard "unknown-hazard" Configuration("[env.production]\nallow = [\"data-lost\"]\n");
    /// A key is none of those that stand here.
    ///
    /// What to do: `plumb explain KIND` lists the keys of a kind; the message names the nearest.
    UnknownKey "unknown-key" Declaration("[table.visit]\ncolum = { id = \"integer\" }\n");
    /// `use` names a mixin that is nowhere declared.
    ///
    /// What to do: correct the name, or declare the mixin under `[mixin.NAME]`.
    UnknownMixin "unknown-mixin" Declaration("[table.visit]\nuse = [\"timestamps\"]\n\n[table.visit.column]\nid = \"integer\"\n");
    /// An object names another that is neither declared nor in the database.
    ///
    /// What to do: correct the name, or declare the other object.
    UnknownName "unknown-name" Declaration("[table.visit.column]\nid = \"integer\"\npatient = \"integer references patient\"\n");
    /// A grant names a privilege that its kind of object does not have.
    ///
    /// What to do: `plumb explain KIND` lists the privileges.
    UnknownPrivilege "unknown-privilege" Declaration("[table.visit.column]\nid = \"integer\"\n\n[table.visit.grant]\napp = \"execute\"\n");
    /// `[lint]` names a rule that does not exist.
    ///
    /// What to do: `plumb explain` lists the rules; the message names the nearest.
    UnknownRule "unknown-rule" Configuration("[lint]\nrules = { \"no-primary-keys\" = \"error\" }\n");
    /// A file of the declaration, or one that it names, cannot be read: it is not there, is no plain file, or lies outside
    /// the declaration's directory.
    ///
    /// What to do: put the file into the directory of the declaration. plumb reads no file outside it.
    UnreadableFile "unreadable-file" Declaration("[function.\"f()\"]\nreturns = \"integer\"\nlanguage = \"sql\"\nbody_file = \"../f.sql\"\n");
    /// The declaration uses what came with a later PostgreSQL than the server is.
    ///
    /// What to do: remove it from the declaration, or upgrade the server.
    Version "version" Situation("a constraint with `nulls not distinct`, which came with PostgreSQL 15, and a server of 14");
    /// A value is of another type than its key takes: a number for a text, a text for a table.
    ///
    /// What to do: write a value of the type that the message names.
    WrongType "wrong-type" Declaration("[table.visit]\ncomment = 3\n");
}

impl Code {
    /// The code of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Two paragraphs: what is wrong, and what to do.
    #[must_use]
    pub fn page(self) -> [String; 2] {
        let lines = self.doc().lines().map(str::trim);
        let text: Vec<&str> = lines.collect();
        let (wrong, remedy) =
            text.split_at(text.iter().position(|line| line.is_empty()).unwrap_or(text.len()));
        [wrong, remedy].map(|lines| lines.join(" ").trim().to_owned())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHAT_TO_DO: &str = "What to do: ";

    #[test]
    fn every_code_says_what_is_wrong_and_what_to_do() {
        for code in Code::ALL {
            let [wrong, remedy] = code.page();
            assert!(wrong.ends_with('.') && remedy.ends_with('.'), "{code}");
            assert!(remedy.starts_with(WHAT_TO_DO) && !wrong.contains(WHAT_TO_DO), "{code}");
            assert_eq!(Code::named(code.name()), Some(*code));
        }
    }

    #[test]
    fn codes_are_in_the_order_of_their_names() {
        assert!(Code::ALL.is_sorted_by_key(|code| code.name()));
    }
}
