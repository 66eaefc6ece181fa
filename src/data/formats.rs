//! Files that are something else than what they are read as: what they are, by their first bytes,
//! and the way from there.

use crate::display::say;

/// How a file begins; what it is, and what to do with it, in English and in Chinese.
struct Format {
    begins: &'static [u8],
    is: (&'static str, &'static str),
    way: (&'static str, &'static str),
}

const UNPACK: (&str, &str) = (": unpack it", "：请先解压");
const AS_CSV: (&str, &str) = (": save the table as CSV", "：请把表格另存为 CSV");
const PICTURE: (&str, &str) = ("a picture", "图片");
const OF_PICTURE: (&str, &str) = (
    ", which is not read here: in Python, \
     numpy.save(\"picture.npy\", numpy.asarray(PIL.Image.open(\"…\"))) makes an array of it",
    "，这里不能直接读取：请在 Python 里用 \
     numpy.save(\"picture.npy\", numpy.asarray(PIL.Image.open(\"…\"))) 存成数组",
);
const PICKLE: (&str, &str) = ("a Python object (pickle)", "Python 对象（pickle）");
const OF_PICKLE: (&str, &str) = (
    ", which only Python reads: there, numpy.savez(\"arrays.npz\", …) writes arrays that are read \
     here",
    "，只有 Python 读得了：请在那里用 numpy.savez(\"arrays.npz\", …) 另存数组",
);

#[rustfmt::skip]
const FORMATS: &[Format] = &[
    Format { begins: b"BZh", is: ("packed with bzip2", "用 bzip2 压缩的"), way: UNPACK },
    Format { begins: b"\xfd7zXZ", is: ("packed with xz", "用 xz 压缩的"), way: UNPACK },
    Format { begins: b"\x28\xb5\x2f\xfd", is: ("packed with zstd", "用 zstd 压缩的"), way: UNPACK },
    Format { begins: b"7z\xbc\xaf", is: ("packed with 7-Zip", "用 7-Zip 压缩的"), way: UNPACK },
    Format { begins: b"Rar!\x1a\x07", is: ("packed with RAR", "用 RAR 压缩的"), way: UNPACK },
    Format { begins: b"SQLite format 3", is: ("a database (SQLite)", "数据库（SQLite）"), way: AS_CSV },
    Format { begins: b"\xd0\xcf\x11\xe0", is: ("an old Office file", "旧版 Office 文件"), way: AS_CSV },
    Format { begins: b"%PDF", is: ("a PDF", "PDF 文档"), way: AS_CSV },
    Format { begins: b"\x89PNG", is: PICTURE, way: OF_PICTURE },
    Format { begins: b"\xff\xd8\xff", is: PICTURE, way: OF_PICTURE },
    Format { begins: b"GIF8", is: PICTURE, way: OF_PICTURE },
    Format { begins: b"\x80\x02", is: PICKLE, way: OF_PICKLE },
    Format { begins: b"\x80\x03", is: PICKLE, way: OF_PICKLE },
    Format { begins: b"\x80\x04", is: PICKLE, way: OF_PICKLE },
    Format { begins: b"\x80\x05", is: PICKLE, way: OF_PICKLE },
    Format {
        begins: b"\x93NUMPY",
        is: ("an array of NumPy (npy)", "NumPy 数组（npy）"),
        way: (": data::read_npy reads it", "：请用 data::read_npy 读取"),
    },
    Format {
        begins: b"PAR1",
        is: ("a Parquet file", "Parquet 文件"),
        way: (
            ": in Python, pandas.read_parquet(\"…\").to_csv(\"table.csv\", index=False) makes a \
             table of it that is read here",
            "：请在 Python 里用 pandas.read_parquet(\"…\").to_csv(\"table.csv\", index=False) \
             另存为 CSV",
        ),
    },
    Format {
        begins: b"\x89HDF\r\n\x1a\n",
        is: ("an HDF5 file", "HDF5 文件"),
        way: (
            ", as Keras writes models: in Python, \
             model.export(\"model.onnx\", format=\"onnx\"), or the arrays with \
             numpy.savez(\"arrays.npz\", …)",
            "（Keras 也用它保存模型）：请在 Python 里用 \
             model.export(\"model.onnx\", format=\"onnx\") 导出模型，或者用 \
             numpy.savez(\"arrays.npz\", …) 保存数组",
        ),
    },
];

const ZIP: &[u8] = b"PK\x03\x04";

/// Zip files, by what the first file in them is called.
const ZIPS: &[Format] = &[
    Format {
        begins: b"data.pkl",
        is: ("a file of torch.save", "torch.save 的文件"),
        way: (
            ", which only Python reads: there, \
             safetensors.torch.save_file(model.state_dict(), \"model.safetensors\") writes \
             weights that are read here",
            "，只有 Python 读得了：请在那里用 \
             safetensors.torch.save_file(model.state_dict(), \"model.safetensors\") 另存权重",
        ),
    },
    Format {
        begins: b"metadata.json",
        is: ("a model of Keras (.keras)", "Keras 的模型（.keras）"),
        way: (
            ": in Python, model.export(\"model.onnx\", format=\"onnx\") writes one that is read \
             here",
            "：请在 Python 里用 model.export(\"model.onnx\", format=\"onnx\") 另行导出",
        ),
    },
    Format {
        begins: b".npy",
        is: (
            "a file of several arrays with names (npz)",
            "npz 文件，里面有几个带名字的数组",
        ),
        way: (": data::read_npz reads it", "：请用 data::read_npz 读取"),
    },
    Format {
        begins: b"",
        is: (
            "a zip file (an Excel workbook is one)",
            "zip 文件（Excel 工作簿也是）",
        ),
        way: (
            ": unpack it, or save the table as CSV",
            "：请先解压，或者把表格另存为 CSV",
        ),
    },
];

const TAR: Format = Format {
    begins: b"",
    is: (
        "an archive of several files (tar)",
        "tar 归档（里面有几个文件）",
    ),
    way: UNPACK,
};

const SOUND: Format = Format {
    begins: b"RIFF",
    is: ("a sound (WAV)", "声音（WAV）"),
    way: (": data::read_wav reads it", "：请用 data::read_wav 读取"),
};

const PAGE: Format = Format {
    begins: b"",
    is: ("a page of the web (HTML)", "网页（HTML）"),
    way: (
        ": download the file itself, not the page that shows it",
        "：请下载文件本身，而不是显示它的网页",
    ),
};

/// What is missed in a file, and what the file is instead, where its first bytes tell.
pub(crate) fn not_of_its_kind(bytes: &[u8], missed: &str) -> String {
    let Some(Format { is, way, .. }) = format_of(bytes) else {
        return missed.to_owned();
    };
    let (is, way) = (say(is.0, is.1), say(way.0, way.1));
    let space = if is.starts_with(|c: char| c.is_ascii()) {
        " "
    } else {
        ""
    };
    say(
        format!("{missed}. It is {is}{way}"),
        format!("{missed}。它是{space}{is}{way}"),
    )
}

/// Whether a file is known by how it begins, and is no text.
pub(super) fn is_no_text(bytes: &[u8]) -> bool {
    format_of(bytes).is_some() && !is_page(bytes)
}

/// Whether a file is a page of the web, as one gets who saves the page that shows a file.
pub(super) fn is_page(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).to_lowercase();
    let blank = |c: char| c == '\u{feff}' || c.is_whitespace();
    let mut start = start.trim_start_matches(blank);
    if let Some((_, behind)) = start
        .strip_prefix("<!--")
        .and_then(|rest| rest.split_once("-->"))
    {
        start = behind.trim_start_matches(blank);
    }
    let tag = start.strip_prefix("<html");
    let is_tag = tag.is_some_and(|rest| rest.starts_with(|c: char| c == '>' || c.is_whitespace()));
    is_tag || start.starts_with("<!doctype html")
}

fn format_of(bytes: &[u8]) -> Option<&'static Format> {
    if bytes.starts_with(ZIP) {
        let length = bytes.get(26).copied().map_or(0, usize::from);
        let name = bytes.get(30..30 + length).unwrap_or_default();
        return ZIPS.iter().find(|zip| name.ends_with(zip.begins));
    }
    match () {
        () if is_page(bytes) => Some(&PAGE),
        () if bytes.get(257..262) == Some(b"ustar") => Some(&TAR),
        () if bytes.starts_with(SOUND.begins) && bytes.get(8..12) == Some(b"WAVE") => Some(&SOUND),
        // A text may begin like these two, but does not go on, or end, like them.
        () if bytes.starts_with(b"BZh") && bytes.get(4..10) != Some(b"1AY&SY") => None,
        () if bytes.starts_with(b"PAR1") && !bytes.ends_with(b"PAR1") => None,
        () => FORMATS
            .iter()
            .find(|format| bytes.starts_with(format.begins)),
    }
}
