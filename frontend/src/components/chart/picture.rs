//! A chart as a picture file: the drawing with its looks written into it, so that it stands without the app's styles.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlImageElement, Url, XmlSerializer,
};

use crate::files;

/// The looks that a drawing's elements get from the style sheet.
const LOOKS: [&str; 10] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linejoin",
    "opacity",
    "font-family",
    "font-size",
    "font-weight",
];

/// The pixels of a picture for one of the screen.
const SHARPNESS: u32 = 2;

/// The drawing inside a frame as a document of its own; `None` where there is none yet.
fn drawing(frame: NodeRef<html::Div>) -> Option<(String, u32, u32)> {
    let original = frame.get_untracked()?.query_selector("svg").ok()??;
    let copy: Element = original.clone_node_with_deep(true).ok()?.unchecked_into();
    let (originals, copies) = (original.query_selector_all("*").ok()?, copy.query_selector_all("*").ok()?);
    for at in 0..originals.length() {
        let (Some(original), Some(copy)) = (originals.get(at), copies.get(at)) else { continue };
        let (original, copy): (Element, Element) = (original.unchecked_into(), copy.unchecked_into());
        let Ok(Some(looks)) = window().get_computed_style(&original) else { continue };
        for look in LOOKS {
            if let Ok(value) = looks.get_property_value(look)
                && !value.is_empty()
            {
                let _ = copy.set_attribute(look, &value);
            }
        }
        let _ = copy.remove_attribute("class");
    }
    let bounds = original.get_bounding_client_rect();
    let ground = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "rect").ok()?;
    let body = document().body()?;
    let page = window().get_computed_style(&body).ok()??;
    let color = page.get_property_value("background-color").ok()?;
    for (name, value) in [("width", "100%"), ("height", "100%"), ("fill", color.as_str())] {
        ground.set_attribute(name, value).ok()?;
    }
    copy.insert_before(&ground, copy.first_child().as_ref()).ok()?;
    let text = XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size of the screen")]
    let (width, height) = (bounds.width() as u32, bounds.height() as u32);
    Some((text, width, height))
}

/// Saves the drawing inside a frame as SVG.
pub(crate) fn save_svg(frame: NodeRef<html::Div>, name: &str) -> Result<(), crate::load::Failure> {
    match drawing(frame) {
        Some((text, ..)) => files::save_text(&format!("{name}.svg"), "image/svg+xml", &text),
        None => Ok(()),
    }
}

/// Saves the drawing inside a frame as PNG, at twice the size of the screen.
pub(crate) fn save_png(frame: NodeRef<html::Div>, name: &str) {
    let Some((text, width, height)) = drawing(frame) else { return };
    let name = format!("{name}.png");
    // What a browser cannot draw it also could not show; there is nothing to say about it.
    let _ = (|| {
        let properties = BlobPropertyBag::new();
        properties.set_type("image/svg+xml");
        let parts = js_sys::Array::of1(&JsValue::from_str(&text));
        let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &properties)?)?;
        let image = HtmlImageElement::new()?;
        let (drawn, source) = (image.clone(), url.clone());
        let on_load = Closure::once_into_js(move || {
            let _ = paint(&drawn, width, height, name);
            let _ = Url::revoke_object_url(&source);
        });
        image.set_onload(Some(on_load.unchecked_ref()));
        image.set_src(&url);
        Ok::<(), JsValue>(())
    })();
}

fn paint(image: &HtmlImageElement, width: u32, height: u32, name: String) -> Result<(), JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width * SHARPNESS);
    canvas.set_height(height * SHARPNESS);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let (wide, high) = (f64::from(width * SHARPNESS), f64::from(height * SHARPNESS));
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, wide, high)?;
    let on_blob = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<Blob>() {
            let _ = files::save_blob(&name, &blob);
        }
    });
    canvas.to_blob(on_blob.unchecked_ref())
}
