"""Key phrases of tagged and lemmatised docs, built by hand."""

from __future__ import annotations

from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipelines.keyphrases import MOST, extract_phrases


def doc(*tokens: str) -> Doc:
    """A doc from `word/POS` or `word/POS/lemma`."""
    parts = [token.split("/") for token in tokens]
    return Doc(
        Vocab(),
        words=[part[0] for part in parts],
        pos=[part[1] for part in parts],
        lemmas=[part[-1] if len(part) > 2 else part[0].lower() for part in parts],
    )


def test_noun_phrases_are_read_by_their_parts_of_speech() -> None:
    tagged = doc(
        "la/DET",
        "panne/NOUN",
        "de/ADP",
        "paiement/NOUN",
        "dure/VERB",
        "sur/ADP",
        "les/DET",
        "réseaux/NOUN/réseau",
        "sociaux/ADJ/social",
    )

    assert extract_phrases(tagged) == ("panne de paiement", "réseau social")


def test_a_phrase_inside_a_longer_one_is_told_once() -> None:
    tagged = doc("payment/NOUN", "outage/NOUN", "hits/VERB", "payment/NOUN", "outage/NOUN", "again/ADV")

    assert extract_phrases(tagged) == ("payment outage",)


def test_what_is_said_more_often_comes_first() -> None:
    tagged = doc("livraison/NOUN", "et/CCONJ", "retour/NOUN", "puis/ADV", "retour/NOUN")

    assert extract_phrases(tagged) == ("retour", "livraison")


def test_the_title_counts_more_than_length() -> None:
    tagged = doc("panne/NOUN", "puis/ADV", "panne/NOUN", "sur/ADP", "réseau/NOUN", "social/ADJ")

    assert extract_phrases(tagged)[0] == "panne"
    assert extract_phrases(tagged, title_end=5) == ("panne", "réseau social")


def test_names_fillers_and_addresses_are_no_phrases() -> None:
    tagged = doc("chose/NOUN", "et/CCONJ", "12/NOUN", "ok/NOUN", "www.acme.example/NOUN")

    assert extract_phrases(tagged) == ()


def test_cliches_of_the_trade_are_no_phrases() -> None:
    tagged = doc("leader/NOUN", "du/ADP", "marché/NOUN", "et/CCONJ", "panne/NOUN")

    assert "leader du marché" not in extract_phrases(tagged)


def test_a_long_text_gives_its_most_telling_phrases_only() -> None:
    words = [f"mot{chr(97 + i)}{chr(97 + j)}/NOUN" for i in range(9) for j in range(9)]
    tagged = doc(*(part for word in words for part in (word, "et/CCONJ")))

    assert len(extract_phrases(tagged)) == MOST
