"""Lines of keys are found whatever the TOML around them looks like."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from watchlists.lines import Layout, Where

TEXT = '''# [not] a table
[watch]
name = """
[also] = not
"""  # end
"quoted key".deep = 1
list = [
  "a]", # ]
  { b = "}" },
]

[[source]] # first
url = 'x[y'
[[source]]
url = "y\\"z"
[source.more]
key = 1

[delivery]
[[delivery.webhook]]
id = "one"
[[delivery.webhook]]
id = "two"
'''


def test_every_key_is_found_at_its_line() -> None:
    tomllib.loads(TEXT)
    layout = Layout(TEXT)
    expected: dict[Where, int] = {
        ("watch",): 2,
        ("watch", "name"): 3,
        ("watch", "quoted key", "deep"): 6,
        ("watch", "list"): 7,
        ("source", 0): 12,
        ("source", 0, "url"): 13,
        ("source", 1, "url"): 15,
        ("source", 1, "more", "key"): 17,
        ("delivery", "webhook", 0, "id"): 21,
        ("delivery", "webhook", 1, "id"): 23,
    }

    assert {path: layout.find_line(path) for path in expected} == expected


def test_what_is_not_written_is_found_at_the_table_around_it() -> None:
    layout = Layout(TEXT)

    assert layout.find_line(("source", 1, "name")) == 14
    assert layout.find_line(("index", "url")) == 1


@given(st.text(max_size=200))
def test_any_toml_has_a_layout(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    assert Layout(text).blocks[0].path == ()
