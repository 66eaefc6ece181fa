//! Dense pictures: what would be ten thousand rectangles in SVG is one small PNG inside it.

use super::palette::Rgb;
use base64::Engine;
use png::{BitDepth, ColorType, Encoder};
use std::collections::HashMap;

/// The bytes of a PNG of `pixels`, row by row from the top. Few different colours make an indexed picture with 8 or 4
/// bits for a pixel, which is a third or a sixth of the size.
pub(super) fn png(width: usize, pixels: &[Rgb]) -> Vec<u8> {
    let height = pixels.len() / width;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_compression(png::Compression::High);
    let data = match indexed(pixels) {
        Some((indices, palette)) => {
            let is_small = palette.len() <= 16;
            encoder.set_color(ColorType::Indexed);
            encoder.set_depth(if is_small { BitDepth::Four } else { BitDepth::Eight });
            encoder.set_palette(palette.concat());
            if is_small { indices.chunks(width).flat_map(halves).collect() } else { indices }
        }
        None => {
            encoder.set_color(ColorType::Rgb);
            pixels.concat()
        }
    };
    let mut writer = encoder.write_header().expect("a vector takes every byte");
    writer.write_image_data(&data).expect("as many bytes as the header says");
    writer.finish().expect("a vector takes every byte");
    file
}

/// The number of each pixel's colour, and the colours, if there are at most 256.
fn indexed(pixels: &[Rgb]) -> Option<(Vec<u8>, Vec<Rgb>)> {
    let mut palette: Vec<Rgb> = Vec::new();
    let mut number_of: HashMap<Rgb, u8> = HashMap::new();
    let mut indices = Vec::with_capacity(pixels.len());
    for pixel in pixels {
        let number = match number_of.get(pixel) {
            Some(number) => *number,
            None => {
                let number = u8::try_from(palette.len()).ok()?;
                palette.push(*pixel);
                number_of.insert(*pixel, number);
                number
            }
        };
        indices.push(number);
    }
    Some((indices, palette))
}

/// A row with two pixels in each byte.
fn halves(row: &[u8]) -> Vec<u8> {
    row.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

/// A file as it can stand in an `href` or `src`.
pub(super) fn data_uri(mime_type: &str, bytes: &[u8]) -> String {
    format!("data:{mime_type};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::png as encode;

    /// Decodes the file and compares it with the pixels that it was made from.
    #[test]
    fn few_and_many_colours_come_back_as_they_were() {
        for colours in [2, 16, 17, 256, 257, 1000] {
            let pixels: Vec<[u8; 3]> =
                (0..35 * 33).map(|i| [(i % colours % 256) as u8, (i % colours / 256) as u8, 7]).collect();
            let file = encode(35, &pixels);
            let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
            decoder.set_transformations(png::Transformations::EXPAND);
            let mut reader = decoder.read_info().unwrap();
            let mut decoded = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut decoded).unwrap();
            assert!(decoded == pixels.concat(), "{colours} colours");
        }
    }
}
