//! Dense pictures: what would be ten thousand rectangles in SVG is one small PNG inside it.

use super::palette::Rgb;
use base64::Engine;
use png::{BitDepth, ColorType, Encoder};
use std::collections::HashMap;

/// The bytes of a PNG of `pixels`, row by row from the top. Up to 256 different colours make an indexed picture, which
/// is a third of the size.
pub(super) fn png(width: usize, pixels: &[Rgb]) -> Vec<u8> {
    let mut palette: Vec<Rgb> = Vec::new();
    let mut number_of: HashMap<Rgb, u8> = HashMap::new();
    let mut indices = Vec::with_capacity(pixels.len());
    for pixel in pixels {
        let index = match number_of.get(pixel) {
            Some(index) => *index,
            None if palette.len() == 256 => return encode(width, pixels.concat(), None),
            None => {
                number_of.insert(*pixel, palette.len() as u8);
                palette.push(*pixel);
                (palette.len() - 1) as u8
            }
        };
        indices.push(index);
    }
    encode(width, indices, Some(palette.concat()))
}

fn encode(width: usize, data: Vec<u8>, palette: Option<Vec<u8>>) -> Vec<u8> {
    let bytes_per_pixel = if palette.is_some() { 1 } else { 3 };
    let height = data.len() / (width * bytes_per_pixel);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(if palette.is_some() { ColorType::Indexed } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    if let Some(palette) = palette {
        encoder.set_palette(palette);
    }
    let mut writer = encoder.write_header().expect("a vector takes every byte");
    writer.write_image_data(&data).expect("as many bytes as the header says");
    writer.finish().expect("a vector takes every byte");
    file
}

/// A file as it can stand in an `href` or `src`.
pub(super) fn data_uri(mime_type: &str, bytes: &[u8]) -> String {
    format!("data:{mime_type};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}
