"""XML from strangers: nothing outside is opened, nothing is expanded, and everything is bounded."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from vem_timeline import EmptyTimeline, TimelineError, UnreadableTimeline, read
from vem_timeline.xml_tree import parse_xml

SEQUENCE = "<sequence><name>&x;</name></sequence>"


def saved(folder: Path, text: str | bytes) -> Path:
    path = folder / "edit.xml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE xmeml [<!ENTITY x "y">]>',
        '<!DOCTYPE xmeml [<!ENTITY x SYSTEM "{secret}">]>',
        '<!DOCTYPE xmeml [<!ENTITY % x SYSTEM "{secret}">%x;]>',
        '<!DOCTYPE xmeml [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_entities_are_refused_and_nothing_outside_is_opened(tmp_path: Path, doctype: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    path = saved(tmp_path, f"{doctype.format(secret=secret.as_uri())}<xmeml>{SEQUENCE}</xmeml>")
    with pytest.raises(UnreadableTimeline, match="entities") as caught:
        read(path)
    assert "the secret" not in str(caught.value)


def test_an_external_dtd_is_not_read(tmp_path: Path) -> None:
    path = saved(tmp_path, f'<!DOCTYPE xmeml SYSTEM "{(tmp_path / "x.dtd").as_uri()}"><xmeml/>')
    with pytest.raises(UnreadableTimeline, match="no timeline"):
        read(path)


def test_a_billion_laughs_cost_nothing(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 10}">' for n in range(20))
    path = saved(tmp_path, f"<!DOCTYPE xmeml [{laughs}]><xmeml>&l19;</xmeml>")
    began = time.process_time()
    with pytest.raises(UnreadableTimeline):
        read(path)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("depth", [201, 100_000])
def test_deep_nesting_is_refused(tmp_path: Path, depth: int) -> None:
    with pytest.raises(UnreadableTimeline, match="too deep"):
        read(saved(tmp_path, "<xmeml>" + "<bin>" * depth + "</bin>" * depth + "</xmeml>"))


def test_deep_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "edit.otio"
    path.write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
    with pytest.raises(UnreadableTimeline, match="nested deeper"):
        read(path)


@pytest.mark.parametrize(
    "text",
    ["<xmeml>", "<xmeml></bin>", "<xmeml/><xmeml/>", "<xmeml a='1' a='2'/>", "<a:b/>", "<xmeml>\x01</xmeml>", "<"],
)
def test_broken_xml_says_where(tmp_path: Path, text: str) -> None:
    with pytest.raises(TimelineError) as caught:
        read(saved(tmp_path, text))
    assert caught.value.remedy


def test_an_encoding_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTimeline):
        read(saved(tmp_path, '<?xml version="1.0" encoding="klingon"?><xmeml/>'))


def test_empty_xml() -> None:
    with pytest.raises(EmptyTimeline):
        parse_xml(b" \n", Path("edit.xml"))


def test_places_of_elements_in_the_bytes() -> None:
    raw = b"<?xml version='1.0'?>\n<a x='>'><!-- <b> -->\n<b y=\"/>\"/>\xc3\xa9<c>t</c ></a>"
    root = parse_xml(raw, Path("x"))
    b, c = root.children
    assert raw[b.start : b.end] == b'<b y="/>"/>'
    assert raw[c.start : c.end] == b"<c>t</c >"
    assert raw[c.inner : c.closing] == b"t"
    assert raw[root.inner : root.closing] == raw[raw.index(b"<!--") : raw.index(b"</a>")]
    assert root.text == "\né"


@pytest.mark.parametrize(
    "text", ["<r><a/></r>", "<r><a x='/>' /></r>", "<r><a\n/>\n</r>", "<r> <a></a></r>", "<r><a>t</a><b/></r>"]
)
def test_every_element_knows_where_it_stands(text: str) -> None:
    """Expat tells the end of ``<a/>`` where the next tag begins, which may be an end tag as well."""
    root = parse_xml(text.encode(), Path("x"))
    assert (root.start, root.end) == (0, len(text))
    (first, *_) = root.children
    element = text[first.start : first.end]
    assert element.startswith("<a")
    assert element.endswith("/>" if "</a>" not in text else "</a>")
    assert text[first.inner : first.closing] == ("t" if "t</a>" in text else "")
