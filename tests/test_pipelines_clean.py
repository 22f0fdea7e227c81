"""HTML bodies become the author's own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.clean import MAX_HTML, clean_html, clean_line


def test_paragraphs_stay_apart_and_spaces_collapse() -> None:
    cleaned = clean_html("<p>Bonjour   à\n tous,</p><p>voici <b>la</b> suite.<br>Fin</p>")

    assert cleaned.text == "Bonjour à tous,\n\nvoici la suite.\nFin"


def test_list_entries_are_lines_of_their_own() -> None:
    assert clean_html("<p>Choix :</p><ul><li>un</li><li>deux</li></ul>").text == "Choix :\n\n- un\n- deux"


@pytest.mark.parametrize(
    "quote",
    [
        "<blockquote><p>Le service est mort</p></blockquote>",
        '<aside class="quote no-group"><blockquote>Le service est mort</blockquote></aside>',
        '<div class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote">Le service est mort</div>',
        '<div class="quotecontent">Le service est mort</div>',
        '<div class="gmail_quote">Le service est mort</div>',
    ],
    ids=["html", "discourse", "xenforo", "phpbb", "mail"],
)
def test_an_earlier_post_that_is_quoted_is_kept_apart(quote: str) -> None:
    cleaned = clean_html(f"<p>Pas chez moi.</p>{quote}<p>Tout marche.</p>")

    assert cleaned.text == "Pas chez moi.\n\nTout marche."
    assert cleaned.quotes == ("Le service est mort",)


def test_lines_quoted_as_mail_does_go_with_the_line_that_announces_them() -> None:
    body = "Non.\n\nLe 3 mai, Anne a écrit :\n> Est-ce en panne ?\n> Merci\n\nMoi aussi."

    cleaned = clean_html(body)

    assert cleaned.text == "Non.\n\nMoi aussi."
    assert cleaned.quotes == ("Est-ce en panne ?\nMerci",)


def test_blocks_of_code_are_kept_apart_with_their_layout() -> None:
    cleaned = clean_html("<p>Essayez :</p><pre><code>if x:\n    go()</code></pre><p>et <code>ls</code></p>")

    assert cleaned.text == "Essayez :\n\net ls"
    assert cleaned.code == ("if x:\n    go()",)


@pytest.mark.parametrize(
    "tail",
    [
        "<p><a href='/x'>Lire la suite →</a></p>",
        "<p>Read more…</p>",
        "<p>The post <a>Panne</a> appeared first on <a>Acme</a>.</p>",
        "<p>L’article <a>Panne</a> est apparu en premier sur <a>Acme</a>.</p>",
        '<div class="signature">Anne, support</div>',
        "<p>-- <br>Anne<br>Support</p>",
        "<p>Envoyé de mon iPhone</p>",
    ],
)
def test_signatures_and_read_more_tails_are_dropped(tail: str) -> None:
    assert clean_html(f"<p>La panne est finie.</p>{tail}").text == "La panne est finie."


@pytest.mark.parametrize(
    "text",
    [
        "Mon colis est perdu.\nEnvoyé de Lyon le 4, jamais arrivé.",
        "Colis perdu\nEnvoyé de Lyon mardi\nToujours rien reçu depuis.",
        "Where is it?\nSent with DHL on Monday\nStill nothing.",
        "Where is it?\nSent with DHL on Monday",
        "Avant\n_____\nAprès, la panne est revenue.",
        "It is broken.\n--\nUpdate: it works again.",
        "Un\n--\n" + "\n".join(["Une ligne de plus."] * 5),
        "Un\n--\n" + "mot " * 80 + "fin",
    ],
)
def test_what_only_begins_like_a_signature_stays(text: str) -> None:
    assert clean_html(text).text == text


@pytest.mark.parametrize(
    "tail",
    [
        "-- \nAnne\nSupport\nEnvoyé depuis mon téléphone",
        "Sent from Yahoo Mail on Android\n\nRead more…",
        "Sent from Mail for Windows 10",
        "Sent via Tapatalk\n_____",
    ],
)
def test_signatures_below_one_another_are_dropped(tail: str) -> None:
    text = "Avant.\n--\n" + "Une ligne.\n" * 9 + "La fin."

    assert clean_html(f"{text}\n\n{tail}").text == text


def test_a_sentence_about_reading_more_stays() -> None:
    assert clean_html("<p>Read more books.</p>").text == "Read more books."


def test_scripts_forms_and_comments_leave_no_trace() -> None:
    body = "<p>Oui<script>alert(1)</script><!-- non --><style>p{}</style><select><option>a</select></p>"

    assert clean_html(body).text == "Oui"


def test_emoji_drawn_as_images_are_read() -> None:
    assert clean_html('<p>Bravo <img class="emoji" alt="🎉"><img alt="photo"></p>').text == "Bravo 🎉"


def test_hashtags_are_found_in_text_but_not_in_addresses() -> None:
    cleaned = clean_html(
        "<p>#Panne chez #Acme-Cloud, voir https://x.example/a#ancre, ticket #42, #été2026</p>"
    )

    assert cleaned.hashtags == ("panne", "acme", "été2026")


def test_links_outside_quotes_are_kept_once() -> None:
    body = '<a href="https://a.example/">a</a><a href="https://a.example/">b</a><a href="javascript:x">c</a>'

    assert clean_html(body).links == ("https://a.example/",)


def test_characters_that_hide_or_turn_text_are_taken_out() -> None:
    assert clean_html("<p>a\u202eb\u200bc\x00d\u00ade</p>").text == "abcde"


def test_decomposed_accents_are_composed() -> None:
    assert clean_html("<p>e\u0301te\u0301</p>").text == "été"


def test_a_body_that_is_too_long_is_cut_and_says_so() -> None:
    cleaned = clean_html("<p>mot </p>" * 500_000)

    assert cleaned.notes == ("text_cut",)
    assert 0 < len(cleaned.text) <= MAX_HTML


@pytest.mark.parametrize("tag", ["<div>", "<blockquote>", "<b>", "<table><tr><td>", "<ul><li>"])
def test_nesting_does_not_exhaust_the_stack(tag: str) -> None:
    cleaned = clean_html(tag * 50_000 + "fin")

    assert "fin" in cleaned.text + "".join(cleaned.quotes)


@given(st.text())
def test_any_text_can_be_cleaned_and_gives_valid_text(source: str) -> None:
    cleaned = clean_html(source)

    assert cleaned.text == cleaned.text.encode().decode()


@given(st.text(alphabet="<>/apbré &;#\"'=!-\ud800\x00", max_size=60))
def test_broken_markup_never_raises(source: str) -> None:
    assert isinstance(clean_html(source).text, str)


def test_a_title_becomes_one_line_without_markup() -> None:
    assert clean_line(" Panne &amp;\n <b>reprise</b> ") == "Panne & reprise"
