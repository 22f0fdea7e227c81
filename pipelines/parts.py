"""Which parts read texts here: the one list of annotators, embedder and story pass in use."""

from __future__ import annotations

from pipelines.annotators import Parts


def load_parts(*, load_models: bool, language: str = "fr") -> Parts:
    """The parts whose models are present, for readers of `language`; without `load_models`, those without."""
    from pipelines.story_pass import StoryTeller
    from pipelines.summary import SummaryAnnotator

    if not load_models:
        return Parts(stories=StoryTeller())
    from pipelines.embeddings import SentenceEmbedder, is_installed

    if not is_installed():
        return Parts(annotators=(SummaryAnnotator(),), stories=StoryTeller())
    from pipelines.intent import IntentAnnotator
    from pipelines.subject_pass import SubjectTeller
    from pipelines.tone import ToneAnnotator

    return Parts(
        annotators=(ToneAnnotator(), IntentAnnotator(), SummaryAnnotator()),
        embedder=SentenceEmbedder(),
        stories=StoryTeller(),
        subjects=SubjectTeller(language),
    )
