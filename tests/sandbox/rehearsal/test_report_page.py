import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from runtime.common.logging import Redactor
from sandbox.rehearsal.report.document import Told, document
from sandbox.rehearsal.report.page import page
from tests.sandbox.rehearsal.invented import BEGUN, Entry, quiet, told, verdict

NASTY = "</title></style></pre><script>alert(1)</script><img src=x onerror=\"a\"> & 'q' {{ 7 * 7 }} \x1b[31m"


class Elements(HTMLParser):
    """Every element of a page, with its attributes, and the text outside of style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def made(*scenarios: Told) -> str:
    return page(document(scenarios, BEGUN, Redactor()))


def test_the_page_needs_nothing_from_outside_and_runs_no_script() -> None:
    text = made(told(), quiet())
    found = Elements(text).found
    assert not {tag for tag, _ in found} & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert "://" not in text
    assert not re.search(r"url\(|@import", text)
    for _, attributes in found:
        assert not {name for name in attributes if name.startswith("on")} | ({"src", "srcset"} & set(attributes))
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(attributes for tag, attributes in found if tag == "meta" and "http-equiv" in attributes)
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_whatever_a_text_holds_is_text() -> None:
    scenario = told(
        name=NASTY,
        what=NASTY,
        status=NASTY,
        expected="SUCCESSFUL",
        reason=NASTY,
        misses=[NASTY],
        notices=[NASTY],
        measures={NASTY: 1},
        verdicts=[verdict(NASTY), {NASTY: NASTY}],
        entries=[Entry(BEGUN, NASTY, 0.0, NASTY)],
    )
    text = made(scenario)
    found = Elements(text)
    assert not {tag for tag, _ in found.found} & {"script", "img"}
    assert sum("{{ 7 * 7 }}" in part for part in found.texts) > 8
    assert "\x1b" not in text


def test_the_table_over_all_scenarios_comes_first_and_leads_to_each() -> None:
    text = made(told(misses=["a miss"]), quiet())
    table = text[: text.index("</table>")]
    assert "<section>" not in table
    rows = re.findall(r"<tr><td>.*?</tr>", table, re.DOTALL)
    assert ["not met" in row for row in rows] == [True, False]
    targets = re.findall(r'href="#(.+?)"', table)
    assert targets == re.findall(r'<h2 id="(.+?)"', text)


def test_a_scenario_shows_its_misses_its_end_its_verdict_and_its_measures_with_units() -> None:
    text = made(told(misses=["15 requests failed, where at most 0 may"], status="ROLLBACK_FAILED"))
    words = " ".join(" ".join(Elements(text).texts).split())
    assert "15 requests failed, where at most 0 may" in words
    assert "Ended as ROLLBACK_FAILED after 160 s, where ROLLBACK_SUCCESSFUL is expected: a hook failed" in words
    assert "Green failed 14 of 690 requests" in words
    assert "68.5 s" in words
    assert "p99 before the shift 29 ms" in words
    assert "p99 during the shift not known" in words
    assert "green: 690 (14 failed)" in words
    assert "131 s goes back: a hook failed" in words


def test_the_verdict_that_stopped_is_open_and_one_that_let_go_is_closed() -> None:
    go = {**verdict(), "outcome": "GO"}
    details = re.findall(r"<details( open)?><summary>(\w+)", made(told(verdicts=[go, verdict()])))
    assert details == [("", "GO"), (" open", "STOP")]


def test_every_drawing_is_well_formed() -> None:
    drawings = re.findall(r"<svg.*?</svg>", made(told(), quiet(), told(name="a & <b>")), re.DOTALL)
    assert len(drawings) == 3
    assert [ET.fromstring(drawing).get("viewBox") for drawing in drawings] == ["0 0 960.0 542.0"] * 3  # noqa: S314 - our own


def test_every_colour_that_a_drawing_uses_is_given_for_light_and_for_dark() -> None:
    text = made(told())
    style = text[text.index("<style>") : text.index("</style>")]
    light, dark = (
        set(re.findall(r"(--[\w]+): #", block)) for block in style.split("@media (prefers-color-scheme: dark)")
    )
    used = set(re.findall(r"var\((--\w+)\)", style))
    assert used == light == dark
