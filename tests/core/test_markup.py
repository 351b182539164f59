import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.markup import guard, html, plain

TYPED = st.text(max_size=40) | st.text("*a b\n<&", max_size=20)


@pytest.mark.parametrize(
    ("text", "bare", "tags"),
    [
        ("Không **bao giờ** hỏi", "Không bao giờ hỏi", "Không <b>bao giờ</b> hỏi"),
        ("**a** và **b**", "a và b", "<b>a</b> và <b>b</b>"),
        ("**a < b**", "a < b", "<b>a &lt; b</b>"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("**", "**", "**"),
        ("**dòng\nsau**", "**dòng\nsau**", "**dòng\nsau**"),
        ("gõ *101#", "gõ *101#", "gõ *101#"),
        ("<b>x</b> \"y\" & 'z'", "<b>x</b> \"y\" & 'z'", "&lt;b&gt;x&lt;/b&gt; &quot;y&quot; &amp; &#x27;z&#x27;"),
    ],
)
def test_bold(text: str, bare: str, tags: str) -> None:
    assert (plain(text), html(text)) == (bare, tags)


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_html_has_no_tag_but_ours_and_says_the_same(text: str) -> None:
    shown = html(text)
    bare = re.sub(r"</?b>", "", shown)
    assert "<" not in bare
    assert ">" not in bare
    assert unescape(bare) == plain(text)
    assert re.findall(r"</?b>", shown) == ["<b>", "</b>"] * shown.count("<b>")


@settings(max_examples=300, deadline=None)
@given(TYPED, TYPED)
def test_guarded_text_is_never_markup(typed: str, other: str) -> None:
    assert "**" not in guard(typed)
    assert len(guard(typed)) == len(typed)
    assert guard(guard(typed)) == guard(typed)
    together = f"{guard(typed)} {guard(other)}"
    assert plain(together) == together
    assert "<b>" not in html(together)


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_guarded_text_cannot_undo_our_own_bold(typed: str) -> None:
    assert html(f"**Ghi chú:** {guard(typed)}").startswith("<b>Ghi chú:</b> ")
    assert html(f"{guard(typed)} **hết**").endswith(" <b>hết</b>")


def test_what_people_type_stays_readable() -> None:
    assert guard("bấm *101# nhé") == "bấm *101# nhé"
    assert guard("**gấp**") == "∗∗gấp∗∗"
