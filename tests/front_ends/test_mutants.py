"""Cells that nobody wrote: those of the other tests with a few marks lost, doubled, changed or in another order, as hands slip.
Each gets an answer in words for a learner, the kernel lives, and nothing of ours has panicked."""

import os
import random
import re

import pytest
from conftest import Kernel, plain
from test_beginners import GENERATED
from test_words import ROWS

MUTANTS = int(os.environ.get("CHAINRULE_MUTANTS", "40"))
SEED = int(os.environ.get("CHAINRULE_SEED", "1"))
# As a scanner for this purpose sees a cell.
TOKENS = re.compile(r'\s+|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'|\w+|::|->|=>|[<>=!+*/&|%-]=|&&|\|\||\.\.=?|.', re.S)
# What stands on keyboards beside what is meant, or comes from other languages and from documents.
STRAYS = list("()[]{}<>;:,.'\"&*!?#@$|=+-/\\~`^%0_") + ["，", "；", "“", "”", "（", "）", "\u00a0", "\u3000", "—", "==", "->", "=>", "::", "..", "let", "mut", "fn", "in", "as", "if", "self", "1.5", "r\"", "/*", "//", "b'", "'a", "é", "\u200b"]
# What changes more than a session, or takes what no mutant may find: files, programs, endless loops.
FORBIDDEN = re.compile(r"std::(process|fs|net)|Command|remove|save|write|loop|while|sleep|:dep|abort|exit|unsafe|download|20_000_000|4_000_000|deep|spawn|Text::|input")


def cells():
    found = sorted({cell for row in ROWS for cell in row[0] if len(cell) < 300 and not FORBIDDEN.search(cell)})
    assert len(found) > 300, len(found)
    return found


def mutant(cell, draw):
    """The cell after one to three slips."""
    tokens = TOKENS.findall(cell)
    for _ in range(draw.choice([1, 1, 1, 2, 2, 3])):
        at = draw.randrange(len(tokens))
        match draw.randrange(9):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                other = draw.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = draw.choice(tokens)
            case 4:
                tokens.insert(at, draw.choice(STRAYS))
            case 5:
                tokens[at] = draw.choice(STRAYS)
            case 6:
                del tokens[at + 1 :]
            case 7:
                letters = list(tokens[at])
                del letters[draw.randrange(len(letters))]
                tokens[at] = "".join(letters)
            case 8:
                del tokens[:at]
        if not (tokens := [token for token in tokens if token]):
            return cell
    return "".join(tokens)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_slip_is_answered(jupyter_folders, tmp_path, language):
    draw = random.Random(f"{SEED} {language}")
    originals = cells()
    log = open(tmp_path / "kernel.log", "w+")
    kernel, done, faults = None, 0, []
    try:
        while done < MUTANTS:
            if done % 50 == 0:
                if kernel:
                    kernel.stop()
                env = {"CHAINRULE_LANGUAGE": language, "CHAINRULE_TIMEOUT": "20"}
                kernel = Kernel(cwd=tmp_path, env=env, stderr=log)
                kernel.run('let kept = vec![String::from("kept")];')
            code = mutant(draw.choice(originals), draw)
            if FORBIDDEN.search(code):
                continue
            done += 1
            at = draw.randrange(len(code) + 1)
            for kind in ["is_complete_request", "complete_request", "inspect_request"]:
                status = kernel.request(kind, {"code": code, "cursor_pos": at, "detail_level": 0})["status"]
                if status not in ("ok", "complete", "incomplete", "invalid", "unknown"):
                    faults.append((kind, status, code))
            reply, _ = kernel.run(code)
            text = plain(reply.get("traceback", []))
            shown = [name for name in GENERATED if name in text and name not in code]
            if shown or reply.get("ename", "CompileError") not in ("CompileError", "Panic", "Error", "Crash", "Timeout"):
                faults.append((shown, reply.get("ename"), code, text))
            log.flush()
            if done % 50 == 0 or done == MUTANTS or faults:
                reply, _ = kernel.run("kept.len()")
                # A mutant may have moved it away; nothing else may have happened to it.
                assert reply["status"] == "ok" or "kept" in plain(reply["traceback"]), (code, reply)
            log.seek(0)
            written = log.read()
            # rust-analyzer's own faults cost its process, which is started again (the tests of that process).
            ours = [line for line in re.findall(r"panicked at .*", written) if "/ra_ap_" not in line]
            if ours:
                faults.append((ours, written[-2000:], code))
            if written:
                log.seek(0)
                log.truncate()
    finally:
        if kernel:
            kernel.stop()
        log.close()
    for fault in faults:
        print(fault)
    assert not faults, f"{len(faults)} of {done}"
