//! Text search: configurations, dictionaries, parsers, templates.

pub(in crate::kind) mod text_search_configuration;
pub(in crate::kind) mod text_search_dictionary;
pub(in crate::kind) mod text_search_parser;
pub(in crate::kind) mod text_search_template;
