//! What the one list of kinds makes: [`Kind`](super::Kind), what the generic code knows of each, and
//! [`Attrs`](super::Attrs), which is asked as the kind's own struct is.

/// Makes [`Kind`] and [`Attrs`] out of the one list of kinds. A line reads
/// `Variant "name" path::Struct in_schema? under "key" single? in [parents] holds [children] can [abilities];`
macro_rules! kinds {
    ($( $variant:ident $name:literal $($module:ident)::+
        in_schema $schema:literal under $key:literal single $single:literal
        in [$($parent:ident),*] holds [$($child:ident),*] can [$($ability:ident),*]; )*) => {
        /// The kinds of objects; their order breaks ties between steps.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Kind { $( #[doc = $name] $variant, )* }

        /// The attributes of an object of any kind. Boxed, since one kind's are several times as large as
        /// another's, and most objects are columns.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Attrs { $( #[doc = $name] $variant(Box<$($module)::+>), )* }

        $(
            impl Member for $($module)::+ {
                const KIND: Kind = Kind::$variant;
                fn wrap(self) -> Attrs { Attrs::$variant(Box::new(self)) }
                fn downcast(attrs: &Attrs) -> Option<&Self> {
                    if let Attrs::$variant(inner) = attrs { Some(inner) } else { None }
                }
                fn downcast_mut(attrs: &mut Attrs) -> Option<&mut Self> {
                    if let Attrs::$variant(inner) = attrs { Some(inner) } else { None }
                }
            }

            impl abilities::Abilities for $($module)::+ { $( ability!($ability); )* }
        )*

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
                        about: <$($module)::+>::ABOUT,
                        query: <$($module)::+>::query,
                        read: |row| row.attributes::<$($module)::+>().map(Member::wrap),
                        parse: |json| <$($module)::+>::deserialize(json).map(Member::wrap),
                        expand: <$($module)::+>::expand,
                        parse_key: <$($module)::+>::key,
                        resolve_key: <$($module)::+>::resolve_key,
                        name_in_key: <$($module)::+>::name_in_key,
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
            /// See [`Define::alter`].
            pub fn alter(&self, old: &Attrs, id: &Id, sides: &Sides<'_>) -> Alter {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.alter(old, id, sides), )*
                    _ => Alter::Replace,
                }
            }
            /// See [`Define::alter_steps`].
            pub fn alter_steps(&self, old: &Attrs, id: &Id, cx: &Cx<'_>) -> Vec<Step> {
                match (self, old) {
                    $( (Attrs::$variant(new), Attrs::$variant(old)) => new.alter_steps(old, id, cx), )*
                    _ => Vec::new(),
                }
            }
        }

        impl Deref for Attrs {
            type Target = dyn Describe;

            fn deref(&self) -> &Self::Target {
                match self { $( Attrs::$variant(a) => a.as_ref(), )* }
            }
        }

        impl DerefMut for Attrs {
            fn deref_mut(&mut self) -> &mut Self::Target {
                match self { $( Attrs::$variant(a) => a.as_mut(), )* }
            }
        }
    };
}
