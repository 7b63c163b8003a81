"""Article text: our structure, and the one gate for links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.rules.markup import MarkupError, render


def resolve(kind: str, name: str) -> str | None:
    known = {("faq", "full"): "/faq/full/", ("ticket", ""): "/tickets/new/", ("home", ""): "/"}
    return known.get((kind, name))


STEPS = """\
## Mend it

1. **Look**

   Open the panel.

   - ✓ **If full** go to 2
   - ↳ **If not** [ask us](ticket:)
2. **Delete**

   > Keep what you need.
"""


def test_steps_branches_and_tips_become_our_components() -> None:
    html = render(STEPS, resolve)
    assert '<h2 id="part-1">Mend it</h2>' in html
    assert '<ol class="steps"><li><h3>Look</h3><p>Open the panel.</p>' in html
    assert '<ul class="if"><li><div><b>If full</b> go to 2</div></li><li class="no"><div>' in html
    assert '<a href="/tickets/new/">ask us</a>' in html
    assert '<div class="tip"><p>Keep what you need.</p></div>' in html
    assert "✓" not in html
    assert "↳" not in html


def test_a_route_is_a_list_of_three_stations() -> None:
    html = render("```route\nyou: A | sent\n!tray: B | full\n-mobile: C | not yet\n```", resolve)
    assert html.count("<svg") == 3
    assert '<li class="stuck"><svg' in html
    assert '<li class="off">' in html
    assert "<b>B</b><span>full</span>" in html


def test_other_sites_open_without_a_handle_on_ours() -> None:
    html = render("[help](https://support.example.com/a?b=c&d)", resolve)
    assert html == '<p><a href="https://support.example.com/a?b=c&amp;d" rel="noopener">help</a></p>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x](faq:gone)", "faq:gone leads nowhere"),
        ("[x](checklist:gone)", "checklist:gone leads nowhere"),
        ("[x](http://plain.example)", "may not lead"),
        ("[x](https://user@evil.example/)", "may not lead"),
        ("[x](//evil.example/)", "may not lead"),
        ("![x](https://x.example/y.png)", "image"),
        ("# Large", "headings start with ##"),
        ("```route\nyou: A | B\n```", "three stations, not 1"),
        ("```route\nyou: A | B\nnope: A | B\nyou: A | B\n```", "nope: A | B"),
        ("- ✓ **a** b\n- c", "every item begins with"),
        ("1. **a**\n2. b", "begins with a line in bold"),
        ("\n".join(f"{n}. **step {n}**" for n in range(1, 9)), "8 steps are too many"),
    ],
)
def test_what_cannot_be_published_says_why(text: str, words: str) -> None:
    with pytest.raises(MarkupError, match=words):
        render(text, resolve)


@given(st.text(alphabet=st.sampled_from("<>&\"'`[]()!*_#-+1. \n\tjavascript:onx=/✓↳|あ"), max_size=120))
def test_no_text_brings_its_own_html(text: str) -> None:
    try:
        html = render(text, resolve)
    except MarkupError:
        return
    assert "<script" not in html
    assert "javascript:" not in html.replace("&", "") or 'href="javascript:' not in html
    assert " onx=" not in "".join(part.split(">")[0] for part in html.split("<")[1:])
