//! Dense pictures: what would be ten thousand rectangles in SVG is one small PNG inside it.

use super::palette::Rgb;
use base64::Engine;
use png::{BitDepth, ColorType, Decoder, Encoder, PixelDimensions, Transformations, Unit};
use std::collections::HashMap;

/// The bytes of a PNG of `pixels`, row by row from the top. Few different colours make an indexed
/// picture with 8 or 4 bits for a pixel, which is a third or a sixth of the size.
pub(super) fn png(width: usize, pixels: &[Rgb]) -> Vec<u8> {
    encode(width, pixels, None)
}

/// The same, with a note that so many pixels are one of a page.
pub(super) fn sharp_png(width: usize, pixels: &[Rgb], sharpness: f64) -> Vec<u8> {
    // A page has 96 pixels an inch.
    let per_metre = (96.0 * sharpness / 0.0254).round() as u32;
    encode(
        width,
        pixels,
        Some(PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: Unit::Meter,
        }),
    )
}

fn encode(width: usize, pixels: &[Rgb], dimensions: Option<PixelDimensions>) -> Vec<u8> {
    let height = pixels.len() / width;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_compression(png::Compression::High);
    encoder.set_pixel_dims(dimensions);
    let data = match indexed(pixels) {
        Some((indices, palette)) => {
            let is_small = palette.len() <= 16;
            encoder.set_color(ColorType::Indexed);
            encoder.set_depth(if is_small {
                BitDepth::Four
            } else {
                BitDepth::Eight
            });
            encoder.set_palette(palette.concat());
            if is_small {
                indices.chunks(width).flat_map(halves).collect()
            } else {
                indices
            }
        }
        None => {
            encoder.set_color(ColorType::Rgb);
            pixels.concat()
        }
    };
    let mut writer = encoder.write_header().expect("a vector takes every byte");
    writer
        .write_image_data(&data)
        .expect("as many bytes as the header says");
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
    row.chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

/// The width and the pixels of a file that [`png`] made.
pub(super) fn decoded(file: &[u8]) -> Option<(usize, Vec<Rgb>)> {
    let mut decoder = Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    reader.next_frame(&mut bytes).ok()?;
    let pixels = bytes
        .chunks_exact(3)
        .map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    Some((reader.info().width as usize, pixels.collect()))
}

/// A file as it can stand in an `href` or `src`.
pub(super) fn data_uri(mime_type: &str, bytes: &[u8]) -> String {
    format!(
        "data:{mime_type};base64,{}",
        base64::engine::general_purpose::STANDARD.encode(bytes)
    )
}

#[cfg(test)]
mod tests {
    use super::{decoded, png as encode};

    #[test]
    fn few_and_many_colours_come_back_as_they_were() {
        for colours in [2, 16, 17, 256, 257, 1000] {
            let pixels: Vec<[u8; 3]> = (0..35 * 33)
                .map(|i| [(i % colours % 256) as u8, (i % colours / 256) as u8, 7])
                .collect();
            let file = encode(35, &pixels);
            assert!(decoded(&file) == Some((35, pixels)), "{colours} colours");
        }
    }
}
