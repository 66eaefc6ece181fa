"""Whether two pictures show the same: SVG that a figure was drawn as, dense parts of it PNG inside."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

from PIL import Image

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
# Sums are rounded otherwise on another processor, and a training ends a little elsewhere. What was drawn by other code, or from
# other numbers, is further off than a line is wide (2 pixels of the page, 20 of a figure's units), than a number that is written
# is rounded, than one of twenty shades, and than one grey level of 16 in every fifth pixel.
PLACES, SAID, SHADES, PIXELS = 20, 0.02, 12, 3
# What says where something stands, and what is read. All else, such as how wide a line is, has to be the same.
PLACED = "x y x1 y1 x2 y2 cx cy width height viewBox points d".split()
READ = ["aria-label", "text"]


def differences(expected, found):
    """In words, at most a few. The same elements have to stand in the same order, with the same texts."""
    before, after = (list(ElementTree.fromstring(svg).iter()) for svg in (expected, found))
    if [one.tag for one in before] != [one.tag for one in after]:
        return [f"other elements: {len(before)} were expected, there are {len(after)}"]
    told = [each for pair in zip(before, after) for each in of_elements(*pair)]
    return told[:5] + [f"and {len(told) - 5} more"] * (len(told) > 5)


def of_elements(before, after):
    kind = before.tag.split("}")[-1]
    if before.keys() != after.keys():
        return [f"{kind} has {after.keys()}, not {before.keys()}"]
    old, new = ({**one.attrib, "text": one.text or ""} for one in (before, after))
    return [f"{kind}: {name} {new[name][:200]!r}, not {old[name][:200]!r}" for name in old if not is_near(name, old[name], new[name])]


def is_near(name, old, new):
    if old == new:
        return True
    if name == "href" and all(uri.startswith("data:image/png;") for uri in (old, new)):
        return far_apart(pixels(old), pixels(new)) <= PIXELS
    if name in ("fill", "stroke"):
        colours = [bytes.fromhex(colour[1:]) if re.fullmatch("#[0-9A-Fa-f]{6}", colour) else b"" for colour in (old, new)]
        return all(colours) and max(abs(a - b) for a, b in zip(*colours)) <= SHADES
    if name not in PLACED + READ or NUMBER.sub("0", old) != NUMBER.sub("0", new):
        return False
    pairs = [(float(a), float(b)) for a, b in zip(NUMBER.findall(old), NUMBER.findall(new))]
    # A number that is said may be large, and is rounded to three digits then.
    return all(abs(a - b) <= (PLACES if name in PLACED else SAID * max(1, abs(a))) for a, b in pairs)


def far_apart(before, after):
    """How far two pictures are from each other, on the average of all their colours."""
    (old_size, old), (new_size, new) = before, after
    if old_size != new_size:
        return 255
    return sum(abs(a - b) for a, b in zip(old, new)) / len(old)


def pixels(uri):
    """The size of a PNG, and its red, green and blue, row by row."""
    with Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))) as image:
        return image.size, image.convert("RGB").tobytes()
