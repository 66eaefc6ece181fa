"""The latest cell counts, and takes no more of earlier cells than it has to; what cannot be kept or read is said."""

import uuid

import pytest
from test_beginners import chinese, english, plain  # noqa: F401

MARK = uuid.uuid4().hex


def run(kernel, code):
    reply, outputs = kernel.run(f"{code}\n// {MARK}")
    assert reply["status"] == "ok", (code, reply)
    return "".join(content["text"] for kind, content in outputs if kind == "stream")


def refused(kernel, code):
    reply, _ = kernel.run(code)
    assert reply["status"] == "error", code
    return plain(reply["traceback"])


DEBUG = 'fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "mine {}", self.x) }'


def test_what_is_written_by_hand_replaces_a_derive(english):  # noqa: F811
    run(english, "#[derive(Debug, Clone, PartialEq)] // one\nstruct P {\n    x: i32, // two\n}\nlet p = P { x: 1 };")
    run(english, f"impl std::fmt::Debug for P {{ {DEBUG} }}")
    assert english.value("p") == "mine 1"
    assert english.value("p.clone() == p") == "true"
    run(english, "impl Clone for P { fn clone(&self) -> P { P { x: self.x + 1 } } }")
    assert english.value("p.clone()") == "mine 2"
    # And the other way round.
    run(english, "#[derive(Debug, Clone, PartialEq)]\nstruct P {\n    x: i32,\n}")
    assert english.value("p.clone()") == "P { x: 1 }"
    run(english, "#[derive(Debug)] enum Kind<T> { One(T) }\nlet k = Kind::One(2);")
    run(english, 'impl<T> std::fmt::Debug for Kind<T> { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result '
        '{ write!(f, "kind") } }')
    assert english.value("k") == "kind"


def test_methods_that_are_not_written_anew_stay(english):  # noqa: F811
    run(english, "#[derive(Clone)] struct Q(i32);\nimpl Q {\n    const N: i32 = 4; // four\n    fn a(&self) -> i32 { 1 }\n"
        "    fn c(&self) -> i32 { 3 }\n"
        "    /// Two.\n    fn b(&self) -> i32 {\n        // 2\n        let v = vec![2];\n        v[self.0 as usize]\n    }\n}\n"
        "let q = Q(0); let bad = Q(5);")
    run(english, "impl Q { fn a(&self) -> i32 { 10 } }")
    assert english.value("(q.a(), q.b(), q.c(), Q::N)") == "(10, 2, 3, 4)"
    # A panic is still where the learner has written it.
    reply, _ = english.run("bad.b()")
    assert "v[self.0 as usize]" in plain(reply["traceback"]), reply
    run(english, "impl Q { fn a(&self) -> i32 { 11 } fn c(&self) -> i32 { 33 } }\nlet shown = q.a();\nshown")
    assert english.value("(shown, q.b(), q.c(), Q::N)") == "(11, 2, 33, 4)"
    run(english, "impl Q { fn a(&self) -> i32 { 12 } fn b(&self) -> i32 { 20 } }")
    assert english.value("(q.a(), q.b(), q.c(), Q::N)") == "(12, 20, 33, 4)"
    # A field that a method of before wants is gone: so is the method, and only then.
    run(english, "struct R { a: i32, b: i32 }\nimpl R { fn a(&self) -> i32 { self.a } fn b(&self) -> i32 { self.b } }")
    run(english, "struct R { a: i32 }\nimpl R { fn a(&self) -> i32 { self.a + 1 } }\nlet r = R { a: 1 };")
    assert english.value("r.a()") == "2"
    assert "E0599" in refused(english, "r.b()")


def test_a_variable_that_goes_in_the_first_of_two_rounds_is_dropped(english):  # noqa: F811
    run(english, "mod one { pub struct D(pub i32); }\nmod two { pub struct D(pub f64); }\n"
        'struct Loud;\nimpl Drop for Loud { fn drop(&mut self) { println!("dropped"); } }')
    run(english, "use one::D;\nuse std::fmt;\nstruct Net(D, Loud);\n"
        'impl fmt::Display for Net { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "net") } }')
    run(english, "let net = Net(D(1), Loud);")
    said = run(english, "use two::D;\nimpl std::fmt::Display for Net {\n"
        '    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { write!(f, "other") }\n}\nprintln!("here");')
    assert said.split() == ["dropped", "here"], said


def test_a_box_of_an_error_is_kept(english):  # noqa: F811
    run(english, 'let r: Result<i32, Box<dyn std::error::Error>> = "7".parse::<i32>().map_err(|e| e.into());')
    run(english, 'let boxed: Box<dyn std::error::Error> = "no".into();')
    assert english.value("r.is_ok() && boxed.to_string() == \"no\"") == "true"


@pytest.mark.parametrize("code", ["/* note", "let a = 1; /* note", "/* a /* b */\nlet c = 2;"])
def test_a_comment_without_an_end_is_named(english, chinese, code):  # noqa: F811
    assert "its `*/` is missing" in refused(english, code)
    assert "缺少 `*/`" in refused(chinese, code)
    reply = english.request("is_complete_request", {"code": code})
    assert reply["status"] == "incomplete", reply


def test_comments_with_an_end_are_comments(english):  # noqa: F811
    for code in ["/* a */", "/* a /* b */ **/", "// /* c", "let t = \"/*\";", "/*/ a */"]:
        assert english.run(code)[0]["status"] == "ok", code


def test_a_type_within_braces_is_named(english, chinese):  # noqa: F811
    for code in ["let s = { struct Inner; Inner };", "let s = { enum Inner { A } Inner::A };"]:
        assert "`Inner`, which is defined within the braces" in refused(english, code)
        assert "定义在花括号里面" in refused(chinese, code)


def test_it_is_said_that_a_name_is_the_library_s_again(english, chinese):  # noqa: F811
    for kernel, words in [(english, "is the library's again"), (chinese, "又指库里的那个")]:
        run(kernel, "mod my { pub struct Dense; }\nuse my::Dense;")
        run(kernel, "fn size() -> usize { std::mem::size_of::<Dense>() }")
        assert kernel.value("size()") == "0"
        reply, outputs = kernel.run("mod my { pub struct Other; }")
        assert reply["status"] == "ok", reply
        said = "".join(c["data"]["text/plain"] for kind, c in outputs if kind == "display_data")
        assert words in said and "`Dense`" in said, said
        assert kernel.value("size() > 0") == "true"
