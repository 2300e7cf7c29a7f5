//! The XML of workbooks as a row of pieces. Programs write it without document types or entities of their own, so that nothing of
//! either is known here.

use std::borrow::Cow;

/// One piece. Names are without their prefix.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// An opening tag, or one that is empty at once.
    Open { name: &'a str, attributes: Attributes<'a>, is_empty: bool },
    /// A closing tag.
    Close(&'a str),
    /// Text between tags, its entities resolved.
    Text(Cow<'a, str>),
}

/// The attributes of a tag as they are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a>(&'a str);

impl Attributes<'_> {
    /// The value of an attribute, whatever its prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut rest = self.0;
        loop {
            let (before, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            let (value, left) = after[1..].split_once(quote)?;
            if local(before.trim()) == name {
                return Some(resolved(value).into_owned());
            }
            rest = left;
        }
    }
}

/// The pieces of a document; what is cut off ends it.
pub(super) fn pieces(xml: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let Some(tag) = rest.strip_prefix('<') else {
                let end = rest.find('<').unwrap_or(rest.len());
                let (text, left) = rest.split_at(end);
                rest = left;
                return Some(Piece::Text(resolved(text)));
            };
            if let Some(data) = tag.strip_prefix("![CDATA[") {
                let (text, left) = data.split_once("]]>")?;
                rest = left;
                return Some(Piece::Text(Cow::Borrowed(text)));
            }
            if let Some(comment) = tag.strip_prefix("!--") {
                rest = comment.split_once("-->")?.1;
                continue;
            }
            let (inside, left) = tag.split_once('>')?;
            rest = left;
            if inside.starts_with(['?', '!']) {
                continue;
            }
            if let Some(name) = inside.strip_prefix('/') {
                return Some(Piece::Close(local(name.trim())));
            }
            let is_empty = inside.ends_with('/');
            let inside = inside.strip_suffix('/').unwrap_or(inside);
            let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
            return Some(Piece::Open { name: local(name), attributes: Attributes(attributes), is_empty });
        }
    })
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// A text with its entities resolved; one that is not known stays as it is.
fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        whole.push_str(before);
        let entity = after.split_once(';').and_then(|(name, left)| Some((character(name)?, left)));
        match entity {
            Some((character, left)) => {
                whole.push(character);
                rest = left;
            }
            None => {
                whole.push('&');
                rest = after;
            }
        }
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16).ok());
            char::from_u32(hexadecimal.unwrap_or_else(|| number.parse().ok())?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_taken_apart() {
        let xml = "<?xml version=\"1.0\"?><!-- <no> --><a:b r:id='x' c=\"1 &gt; 0\"/><t>a &amp; &#x42;&unknown;</t><![CDATA[<&]]>";
        let found: Vec<String> = pieces(xml)
            .map(|piece| match piece {
                Piece::Open { name, attributes, is_empty } => {
                    format!("{name} {:?} {:?} {is_empty}", attributes.get("id"), attributes.get("c"))
                }
                Piece::Close(name) => format!("/{name}"),
                Piece::Text(text) => text.into_owned(),
            })
            .collect();
        let expected = ["b Some(\"x\") Some(\"1 > 0\") true", "t None None false", "a & B&unknown;", "/t", "<&"];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_cut_off_ends_it() {
        for xml in ["<a", "<a b=\"", "<![CDATA[x", "<!-- x", "&#", "&", "<"] {
            assert!(pieces(xml).count() <= 1, "{xml}");
        }
    }
}
