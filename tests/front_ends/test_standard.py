"""Every type that is public in std, from a list that is read off its sources: a variable of it is kept, by the name that
the kernel finds for it, and the next cell can use it."""

import glob
import json
import os
import re
import subprocess

from conftest import Kernel

# For other systems, or compiled for tests only.
ELSEWHERE = re.compile(
    r"/(windows|wasi|wasip2|fortanix_sgx|uefi|hermit|solid|vxworks|xous|trusty|darwin|macos|ios|freebsd|netbsd|openbsd"
    r"|dragonfly|android|redox|solaris|illumos|haiku|nto|aix|hurd|fuchsia|emscripten|espidf|horizon|vita|l4re|rtems|cygwin"
    r"|motor|wasm|qurt|lynxos178|nuttx|psp|custom_mir|tests?|benches|core_arch|sys)(/|\.rs)"
)
# What parameters may be, the first and the others, for types that ask something of them.
FILLERS = [
    ("u8", "u8"),
    ("std::vec::IntoIter<u8>", "u8"),
    ("std::vec::IntoIter<u8>", "std::vec::IntoIter<u8>"),
    ("std::str::Chars<'static>", "fn(char) -> u8"),
    ("u8", "fn(&u8) -> bool"),
    ("std::vec::IntoIter<u8>", "fn(&u8) -> bool"),
    ("std::vec::IntoIter<u16>", "u8"),
    ("std::vec::IntoIter<Vec<u8>>", "u8"),
    ("std::fs::File", "u8"),
    ("fn() -> u8", "u8"),
]
AT_ONCE = 30


def declared():
    """The stable types of std that are declared `pub`, by the place of their definition, with their parameters."""
    root = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    found = {}
    for crate in ("core", "alloc", "std"):
        folder = f"{root}/lib/rustlib/src/rust/library/{crate}/src/"
        for file in sorted(glob.glob(folder + "**/*.rs", recursive=True)):
            inner = file[len(folder) :]
            if not ELSEWHERE.search("/" + inner):
                modules = [part for part in inner[:-3].split("/") if part not in ("mod", "lib")]
                with open(file) as source:
                    found.update(declared_in(source.read(), [crate, *modules]))
    return found


def declared_in(text, place):
    modules, attributes = [], ""
    for number, line in enumerate(lines := text.split("\n")):
        indent = len(line) - len(line.lstrip())
        if opened := re.match(r" *(?:pub )?mod (\w+) \{", line):
            modules.append((indent, opened[1]))
        elif modules and line.strip() == "}" and modules[-1][0] == indent:
            modules.pop()
        if re.match(r"\s*(#\[|//|\)\]|[a-z_]+ = )", line):
            attributes += line
            continue
        kind = re.match(r"\s*pub (?:struct|enum|union) (\w+)", line)
        if kind and "#[stable" in attributes and "cfg(" not in attributes:
            head = re.split(r"[{;]|\bwhere\b", " ".join(lines[number : number + 8]))[0]
            yield "::".join([*place, *(name for _, name in modules), kind[1]]), parameters(head.partition(kind[1])[2])
        if line.strip():
            attributes = ""


def parameters(head):
    """`['lifetime', 'type', 'const']` for `<'a, T: Bound<U>, const N: usize>`; those with a default are left out."""
    if not head.startswith("<"):
        return []
    kinds, depth, begin = [], 0, 0
    text = head[1:]
    for at, sign in enumerate(text):
        depth += (sign in "<([") - (sign in ">)]" and text[at - 1] != "-")
        is_end = depth < 0
        if is_end or (sign == "," and depth == 0):
            one, begin = text[begin:at].strip(), at + 1
            if one and "=" not in one.replace("=>", ""):
                kinds.append("lifetime" if one[0] == "'" else "const" if one.startswith("const ") else "type")
            if is_end:
                break
    return kinds


def filled(path, kinds, filler):
    first, others = filler
    words = {"lifetime": "'static", "const": "1", "type": others}
    filling = [words[kind] for kind in kinds]
    if "type" in kinds:
        filling[kinds.index("type")] = first
    return path + (f"<{', '.join(filling)}>" if kinds else "")


def refused(types, folder):
    """Which of these rustc does not accept."""
    source = folder / "types.rs"
    lines = [f"fn f{number}() {{ let _ = None::<{one}>; }}" for number, one in enumerate(types)]
    source.write_text("#![allow(dead_code, deprecated)] pub fn main() {}\n" + "\n".join(lines))
    command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--error-format", "json", "-o"]
    said = subprocess.run([*command, folder / "types.rmeta", source], capture_output=True, text=True, timeout=120).stderr
    errors = [error for error in map(json.loads, said.splitlines()) if error.get("level") == "error"]
    marked = [(error["message"], span) for error in errors for span in error["spans"] if span["is_primary"]]
    return {types[span["line_start"] - 2]: message for message, span in marked}


def table():
    """By which paths the kernel that ran last names types."""
    libraries = glob.glob(os.path.join(os.environ["CHAINRULE_CACHE"], "*", "ready"))
    newest = os.path.dirname(max(libraries, key=os.path.getmtime))
    with open(os.path.join(newest, "std", "public-paths.json")) as file:
        return json.load(file)


def suggested(names, folder):
    """For which of these names rustc knows something that could be imported."""
    source = folder / "names.rs"
    source.write_text("\n".join(f"fn f{number}(_: {name}) {{}}" for number, name in enumerate(names)))
    command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--error-format", "json", "-o"]
    said = subprocess.run([*command, folder / "names.rmeta", source], capture_output=True, text=True, timeout=120).stderr
    found = set()
    for error in map(json.loads, said.splitlines()):
        if any("import" in child["message"] for child in error.get("children", [])):
            found.update(names[span["line_start"] - 1] for span in error["spans"])
    return found


def test_every_public_type_of_std_can_be_kept(jupyter_folders, tmp_path):
    kernel = Kernel(cwd=tmp_path, env={"CHAINRULE_CELL_CACHE": "off"})
    try:
        kernel.run("1")
        paths, everything = table(), declared()
        assert len(everything) > 300, len(everything)
        # Those without a path: private for others, says rustc.
        unnamed = [place for place in everything if place not in paths]
        known = {place.split("::")[-1] for place in everything if place in paths}
        names = sorted({place.split("::")[-1] for place in unnamed} - known)
        forgotten = suggested(names, tmp_path)
        # Each as the first form that rustc accepts.
        left = {paths[place]: kinds for place, kinds in everything.items() if place in paths}
        accepted, last = [], {}
        for filler in FILLERS:
            types = {filled(path, kinds, filler): path for path, kinds in left.items()}
            last = refused(list(types), tmp_path)
            accepted += [one for one in types if one not in last]
            left = {types[one]: left[types[one]] for one in last}
        wrong = {one: why for one, why in last.items() if "unstable" in why or "cannot find" in why or "unresolved" in why}
        lost = []
        for begin in range(0, len(accepted), AT_ONCE):
            types = {f"v{begin + number}": one for number, one in enumerate(accepted[begin : begin + AT_ONCE])}
            reply, _ = kernel.run(" ".join(f"let {name} = None::<{one}>;" for name, one in types.items()))
            assert reply["status"] == "ok", reply
            reply, _ = kernel.run(" ".join(f"assert!({name}.is_none());" for name in types))
            if reply["status"] != "ok":
                lost += [one for name, one in types.items() if kernel.run(f"assert!({name}.is_none());")[0]["status"] != "ok"]
        total = len(accepted) + len(wrong) + len(forgotten)
        print(f"{len(everything)} types, {len(accepted)} kept or lost, lost: {lost}")
        print(f"not tried, for what they ask of their parameters: {sorted(left)}")
        print(f"without a path although rustc knows one: {sorted(forgotten)}; named wrongly: {wrong}")
        assert len(lost) + len(wrong) + len(forgotten) <= 0.02 * total
        assert len(left) <= 0.1 * len(everything)
    finally:
        kernel.stop()
