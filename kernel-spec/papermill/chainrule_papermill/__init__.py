"""Parameters of papermill for notebooks in Rust: `papermill -p rate 0.1 in.ipynb out.ipynb` puts `let rate = 0.1;` before the first
cell, or behind the one with the tag `parameters`. Nothing is to be called: papermill finds it when both are installed."""

import math

from papermill.engines import NBClientEngine
from papermill.translators import Translator, papermill_translators

KEYWORDS = set(
    "as async await break const continue crate dyn else enum extern false fn for gen if impl in let loop match mod move mut pub ref"
    " return self static struct super trait true type unsafe use where while abstract become box do final macro override priv try"
    " typeof unsized virtual yield".split()
)


class RustTranslator(Translator):
    """Values as Rust writes them. Numbers have no suffix: what they are used for decides their types."""

    @classmethod
    def translate_none(cls, val):
        return "None::<f64>"

    @classmethod
    def translate_bool(cls, val):
        return "true" if val else "false"

    @classmethod
    def translate_int(cls, val):
        suffix = "" if -(2**31) <= val < 2**31 else "_i64" if -(2**63) <= val < 2**63 else "_i128"
        return f"{val}{suffix}"

    @classmethod
    def translate_float(cls, val):
        if math.isnan(val):
            return "f64::NAN"
        if math.isinf(val):
            return "f64::INFINITY" if val > 0 else "f64::NEG_INFINITY"
        text = repr(val)
        return text if "." in text or "e" in text else text + ".0"

    @classmethod
    def translate_str(cls, val):
        plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
        hidden = (lambda letter: letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}")
        return '"' + "".join(plain.get(letter) or hidden(letter) for letter in val) + '".to_string()'

    @classmethod
    def translate_list(cls, val):
        return "vec![" + ", ".join(cls.translate(item) for item in val) + "]"

    @classmethod
    def translate_dict(cls, val):
        items = (f"({cls.translate(str(key))}, {cls.translate(item)})" for key, item in val.items())
        return "std::collections::BTreeMap::from([" + ", ".join(items) + "])"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        if not name.isidentifier() or not name.isascii() or name == "_" or name in KEYWORDS:
            raise ValueError(f"{name!r} cannot be the name of a variable in Rust")
        return f"let {name} = {str_val};"


class Engine(NBClientEngine):
    """papermill's own: that it is loaded is what matters."""


# By the name of the language, and by that of the kernel, which papermill looks for first.
for known in ("rust", "Rust", "chainrule"):
    papermill_translators.register(known, RustTranslator)
