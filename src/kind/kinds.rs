//! What the one list of kinds makes: [`Kind`](super::Kind), what the generic code knows of each, and
//! [`Attrs`](super::Attrs), which hands every question to the kind's own struct.

/// Makes [`Kind`] and [`Attrs`] out of the one list of kinds. A line reads
/// `Variant "name" file::Struct, in schema?, [parents] under "key" single?, [children];`
macro_rules! kinds {
    ($( $variant:ident $name:literal $module:ident::$type:ident
        in_schema $schema:literal under $key:literal single $single:literal
        in [$($parent:ident),*] holds [$($child:ident),*]; )*) => {
        $( mod $module; )*

        /// The kinds of objects; their order breaks ties between steps.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Kind { $( #[doc = $name] $variant, )* }

        /// The attributes of an object of any kind. Boxed, since one kind's are several times as large as
        /// another's, and most objects are columns.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Attrs { $( #[doc = $name] $variant(Box<$module::$type>), )* }

        $( impl Member for $module::$type {
            const KIND: Kind = Kind::$variant;
            fn wrap(self) -> Attrs { Attrs::$variant(Box::new(self)) }
            fn peel(attrs: &Attrs) -> Option<&Self> {
                if let Attrs::$variant(inner) = attrs { Some(inner) } else { None }
            }
            fn peel_mut(attrs: &mut Attrs) -> Option<&mut Self> {
                if let Attrs::$variant(inner) = attrs { Some(inner) } else { None }
            }
        } )*

        impl Kind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [Kind] = &[$( Kind::$variant ),*];

            /// What the generic code knows of the kind.
            pub fn def(self) -> &'static Def {
                match self { $( Kind::$variant => {
                    static DEF: Def = Def {
                        name: $name,
                        children: &[$( Place { kind: Kind::$child, key: Kind::$child.under() } ),*],
                        parents: &[$( Kind::$parent ),*],
                        key: $key,
                        single: $single,
                        in_schema: $schema,
                        clauses: $module::$type::CLAUSES,
                        extra_keys: $module::$type::EXTRA_KEYS,
                        catalog: $module::$type::CATALOG,
                        models: $module::$type::MODELS,
                        rights: $module::$type::RIGHTS,
                        owned: $module::$type::OWNED,
                        holds_rows: $module::$type::HOLDS_ROWS,
                        follows_type: $module::$type::FOLLOWS_TYPE,
                        sets_aside: $module::$type::SETS_ASIDE,
                        renames: $module::$type::RENAMES,
                        shapes: $module::$type::SHAPES,
                        numerous: $module::$type::NUMEROUS,
                        provides: $module::$type::PROVIDES,
                        large: $module::$type::LARGE,
                        long_form: $module::$type::LONG_FORM,
                        plain_key: $module::$type::PLAIN_KEY,
                        sort: $module::$type::SORT,
                        keeps: $module::$type::KEEPS,
                        part: $module::$type::PART,
                        on_scratch: $module::$type::ON_SCRATCH,
                        holds_parent: $module::$type::HOLDS_PARENT,
                        most: $module::$type::MOST,
                        noun: $module::$type::NOUN,
                        cluster_wide: $module::$type::CLUSTER_WIDE,
                        query: $module::$type::query,
                        read: |row| row.attributes::<$module::$type>().map(Member::wrap),
                        parse: |json| $module::$type::deserialize(json).map(Member::wrap),
                        expand: $module::$type::expand,
                        parse_key: $module::$type::key,
                        resolve_key: $module::$type::resolve_key,
                        name_in_key: $module::$type::name_in_key,
                    };
                    &DEF
                } )* }
            }

            /// The key it stands under in a declaration.
            const fn under(self) -> &'static str {
                match self { $( Kind::$variant => $key, )* }
            }
        }

        impl Attrs {
            /// The kind whose attributes they are.
            pub fn kind(&self) -> Kind {
                match self { $( Attrs::$variant(_) => Kind::$variant, )* }
            }
            /// Serializes them: field by field, defaults left out.
            pub fn json(&self) -> Json {
                match self { $( Attrs::$variant(a) => serde_json::to_value(a).unwrap_or_default(), )* }
            }
            /// See [`Describe::address`].
            pub fn address(&self, id: &Id) -> String {
                match self { $( Attrs::$variant(a) => a.address(id), )* }
            }
            /// See [`Describe::create`].
            pub fn create(&self, id: &Id, cx: &Cx<'_>, inner: &[String]) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.create(id, cx, inner), )* }
            }
            /// See [`Describe::alter`].
            pub fn alter(&self, old: &Attrs, id: &Id, cx: &Sides<'_>) -> Alter {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.alter(old, id, cx), )*
                    _ => Alter::Replace,
                }
            }
            /// See [`Describe::alter_steps`].
            pub fn alter_steps(&self, old: &Attrs, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.alter_steps(old, id, cx), )*
                    _ => Vec::new(),
                }
            }
            /// See [`Describe::remakes`].
            pub fn remakes(&self, id: &Id, cx: &Sides<'_>) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.remakes(id, cx), )* }
            }
            /// See [`Describe::frees`].
            pub fn frees(&self, old: &Attrs, id: &Id) -> Vec<Step> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.frees(old, id), )*
                    _ => Vec::new(),
                }
            }
            /// See [`Describe::changes_after`].
            pub fn changes_after(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.changes_after(id, cx), )* }
            }
            /// See [`Describe::releases`].
            pub fn releases(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.releases(id, cx), )* }
            }
            /// See [`Describe::restore`].
            pub fn restore(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.restore(id, cx), )* }
            }
            /// See [`Describe::fills`].
            pub fn fills(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.fills(id, cx), )* }
            }
            /// See [`Describe::keeps_rows`].
            pub fn keeps_rows(&self, id: &Id, cx: &Sides<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.keeps_rows(id, cx), )* }
            }
            /// See [`Describe::check_before`].
            pub fn check_before(&self, old: &Attrs, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.check_before(old, id, cx), )*
                    _ => Vec::new(),
                }
            }
            /// See [`Describe::set_aside`].
            pub fn set_aside(&self, id: &Id, former: &Id) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.set_aside(id, former), )* }
            }
            /// See [`Describe::lets_go`].
            pub fn lets_go(&self, other: &Id) -> bool {
                match self { $( Attrs::$variant(a) => a.lets_go(other), )* }
            }
            /// See [`Describe::carry`].
            pub fn carry(
                &self,
                old: &Attrs,
                id: &Id,
                cx: &Sides<'_>,
                exchanged: &BTreeSet<Id>,
            ) -> Result<Vec<Step>, String> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => {
                        new.carry(old, id, cx, exchanged)
                    } )*
                    _ => Ok(Vec::new()),
                }
            }
            /// See [`Describe::ties`].
            pub fn ties(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.ties(), )* }
            }
            /// See [`Describe::drop`].
            pub fn drop_steps(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => Describe::drop(a.as_ref(), id, cx), )* }
            }
            /// See [`Describe::rename`].
            pub fn rename(&self, old: &Id, new: &Id) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.rename(old, new), )* }
            }
            /// See [`Describe::references`].
            pub fn references(&self, id: &Id) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.references(id), )* }
            }
            /// See [`Describe::dropped_with`].
            pub fn dropped_with(&self, id: &Id) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.dropped_with(id), )* }
            }
            /// See [`Describe::clause`].
            pub fn clause(&self, id: &Id, cx: &Sides<'_>, inner: &[String]) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.clause(id, cx, inner), )* }
            }
            /// See [`Describe::leaves`].
            pub fn leaves(&mut self, visit: &mut dyn FnMut(&'static str, Class, &mut Sql)) {
                match self { $( Attrs::$variant(a) => a.leaves(visit), )* }
            }
            /// As [`Attrs::leaves`], to look at them only.
            pub fn each_leaf(&self, visit: &mut dyn FnMut(&'static str, Class, &Sql)) {
                self.clone().leaves(&mut |name, class, leaf| visit(name, class, leaf));
            }
            /// See [`Describe::resolve`].
            pub fn resolve(&mut self, id: &Id, names: &Lookup<'_>) {
                match self { $( Attrs::$variant(a) => a.resolve(id, names), )* }
            }
            /// See [`Describe::is_nothing`].
            pub fn is_nothing(&self, id: &Id, names: &Lookup<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.is_nothing(id, names), )* }
            }
            /// See [`Describe::learn`].
            pub fn learn(&mut self, built: &Attrs) {
                match (self, built) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.learn(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::stub`].
            pub fn stub(&mut self, bodies: bool) {
                match self { $( Attrs::$variant(a) => a.stub(bodies), )* }
            }
            /// See [`Describe::unstub`].
            pub fn unstub(&mut self, whole: &Attrs) {
                match (self, whole) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.unstub(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::made_by`].
            pub fn made_by(&self, id: &Id) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.made_by(id), )* }
            }
            /// See [`Describe::in_a_word`].
            pub fn in_a_word(&self, id: &Id, catalog: &Catalog) -> Option<Word> {
                match self { $( Attrs::$variant(a) => a.in_a_word(id, catalog), )* }
            }
            /// See [`Describe::follows_owner`].
            pub fn follows_owner(&self, id: &Id) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.follows_owner(id), )* }
            }
            /// See [`Describe::grant_columns`].
            pub fn grant_columns(&self, id: &Id) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.grant_columns(id), )* }
            }
            /// See [`Describe::after_clause`].
            pub fn after_clause(&self, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match self { $( Attrs::$variant(a) => a.after_clause(id, cx), )* }
            }
            /// See [`Describe::needs`].
            pub fn needs(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.needs(id, catalog), )* }
            }
            /// See [`Describe::is_open`].
            pub fn is_open(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_open(), )* }
            }
            /// See [`Describe::is_key`].
            pub fn is_key(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_key(), )* }
            }
            /// See [`Describe::type_text`].
            pub fn type_text(&self) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.type_text(), )* }
            }
            /// See [`Describe::is_computed`].
            pub fn is_computed(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_computed(), )* }
            }
            /// See [`Describe::partition_parent`].
            pub fn partition_parent(&self) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.partition_parent(), )* }
            }
            /// See [`Describe::forget_version`].
            pub fn forget_version(&mut self, there: &Attrs) {
                match (self, there) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.forget_version(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::is_settled`].
            pub fn is_settled(&self) -> bool {
                match self { $( Attrs::$variant(a) => a.is_settled(), )* }
            }
            /// See [`Describe::keep_names`].
            pub fn keep_names(&mut self, there: &Attrs) {
                match (self, there) {
                    $( (Attrs::$variant(a), Attrs::$variant(b)) => a.keep_names(b), )*
                    _ => {}
                }
            }
            /// See [`Describe::tell`].
            pub fn tell(&self, id: &Id, names: &mut KnownNames) {
                match self { $( Attrs::$variant(a) => a.tell(id, names), )* }
            }
            /// See [`Describe::without_choices`].
            pub fn without_choices(&mut self) {
                match self { $( Attrs::$variant(a) => a.without_choices(), )* }
            }
            /// See [`Describe::without_belongings`].
            pub fn without_belongings(&mut self) {
                match self { $( Attrs::$variant(a) => a.without_belongings(), )* }
            }
            /// See [`Describe::occupies`].
            pub fn occupies(&self, id: &Id) -> Vec<(&'static str, Vec<String>)> {
                match self { $( Attrs::$variant(a) => a.occupies(id), )* }
            }
            /// See [`Describe::follows_type`].
            pub fn follows_type(&self, id: &Id, cx: &Sides<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.follows_type(id, cx), )* }
            }
            /// See [`Describe::reshapes`].
            pub fn reshapes(&self, id: &Id, cx: &Sides<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.reshapes(id, cx), )* }
            }
            /// See [`Describe::obstacle`].
            pub fn obstacle(&self, id: &Id, cx: &Sides<'_>) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.obstacle(id, cx), )* }
            }
            /// See [`Describe::takes_along`].
            pub fn takes_along(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.takes_along(id, catalog), )* }
            }
            /// See [`Describe::waits_for`].
            pub fn waits_for(&self, id: &Id, cx: &Sides<'_>) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.waits_for(id, cx), )* }
            }
            /// See [`Describe::completes`].
            pub fn completes(&self, id: &Id, catalog: &Catalog) -> Vec<Id> {
                match self { $( Attrs::$variant(a) => a.completes(id, catalog), )* }
            }
            /// See [`Describe::outlives`].
            pub fn outlives(&self, id: &Id, cx: &Sides<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.outlives(id, cx), )* }
            }
            /// See [`Describe::is_merged`].
            pub fn is_merged(&self, id: &Id, cx: &Sides<'_>) -> bool {
                match self { $( Attrs::$variant(a) => a.is_merged(id, cx), )* }
            }
            /// See [`Describe::grant_address`].
            pub fn grant_address(&self, id: &Id) -> Option<String> {
                match self { $( Attrs::$variant(a) => a.grant_address(id), )* }
            }
            /// See [`Describe::doubt`].
            pub fn doubt(&self, id: &Id, declared: &Catalog) -> Option<(String, &'static str)> {
                match self { $( Attrs::$variant(a) => a.doubt(id, declared), )* }
            }
            /// See [`Describe::lacks`].
            pub fn lacks(&self, major: u32) -> Option<(&'static str, u32)> {
                match self { $( Attrs::$variant(a) => a.lacks(major), )* }
            }
            /// See [`Describe::secrets`].
            pub fn secrets(&mut self, visit: &mut dyn FnMut(&str, &mut Secret)) {
                match self { $( Attrs::$variant(a) => a.secrets(visit), )* }
            }
            /// See [`Describe::named_after`].
            pub fn named_after(&self, id: &Id, now: &dyn Fn(&Id) -> Id) -> Option<Id> {
                match self { $( Attrs::$variant(a) => a.named_after(id, now), )* }
            }
            /// See [`Describe::body_language`].
            pub fn body_language(&self) -> Option<(String, String)> {
                match self { $( Attrs::$variant(a) => a.body_language(), )* }
            }
        }
    };
}
